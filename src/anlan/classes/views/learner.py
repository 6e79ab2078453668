"""手机: the learner's own pages: sign in, my classes, what came of them, the survey."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.timezone import now
from django.views.decorators.gzip import gzip_page
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from anlan.classes import own, policies, queries
from anlan.classes.calendars import calendar_file
from anlan.classes.forms_live import SurveyForm
from anlan.classes.models import Enrolment, Session, Status, SurveyDone
from anlan.classes.results import UNDECIDED, veiled
from anlan.classes.services.surveys import answer_survey
from anlan.foundation.accounts.guards import actor, guarded, signed_in
from anlan.foundation.files.responses import send_bytes
from anlan.identity.models import Purpose
from anlan.identity.services.checks import begin
from anlan.lib.dates import date_text
from anlan.lib.refusals import Refused

at_the_door = guarded(policies.may_stand_at_door, load=own.session_at_door)
in_own_class = guarded(policies.is_own_enrolment, load=own.own_enrolment)
DEVICE = "anlan_device"
TWO_YEARS = 2 * 365 * 24 * 3600
NOT_ON_LIST = Refused(
    "您不在这个班的名单上。", "来替同事上课，或想现场报名，请找讲台旁的班主任登记。"
)


@gzip_page
@require_GET
@guarded(signed_in)
def mine_list(request: HttpRequest) -> HttpResponse:
    """My classes, the next one first."""
    context = {"enrolments": own.enrolments_of(actor(request))}
    return render(request, "classes/phone/mine_list.html", context)


@gzip_page
@require_GET
@in_own_class
def mine(request: HttpRequest, enrolment: Enrolment) -> HttpResponse:
    """One class of mine: where and when, my hours, my exam, my result."""
    at = now()
    whole = own.result_of(enrolment)
    result = veiled(whole, at=at)
    answered = SurveyDone.objects.filter(enrolment=enrolment).exists()
    days = own.days_of(enrolment, at)
    context = {
        "enrolment": enrolment,
        "klass": enrolment.klass,
        "days": days,
        "result": result,
        "hours": int(result.hours) if result.hours % 1 == 0 else float(result.hours),
        "waiting": [s for s in whole.sittings if s.status in UNDECIDED],
        "answered": answered,
        "may_answer": not answered
        and enrolment.klass.status == Status.RUNNING
        and any(day.presence for day in days),
        "cancelled": enrolment.klass.status == Status.CANCELLED,
        "now": at,
        "to_identify": own.to_identify(enrolment, days, at),
    }
    return render(request, "classes/phone/mine.html", context)


@require_POST
@guarded(policies.may_stand_at_door, load=own.session_at_door)
def identify(request: HttpRequest, session: Session) -> HttpResponse:
    """To the check of who signed in here, by either route; it comes back to the class."""
    enrolment = own.place_of(session, actor(request))
    if enrolment is None:
        raise NOT_ON_LIST
    check = begin(
        enrolment.person,
        Purpose.SIGN_IN,
        session.subject,
        title=f"{session.klass.title} {date_text(session.day)}{session.get_half_display()}",
        back=reverse("classes:mine", args=[session.klass.uid]),
        by=actor(request),
        at=now(),
    )
    return redirect("identity:check", uid=check.uid)


@require_GET
@in_own_class
def calendar(request: HttpRequest, enrolment: Enrolment) -> HttpResponse:
    """My half-days as a calendar file."""
    klass = enrolment.klass
    content = calendar_file(klass, queries.sessions_of(klass), at=now())
    return send_bytes(content, f"{klass.title}.ics", "text/calendar; charset=utf-8")


@gzip_page
@require_http_methods(["GET", "POST"])
@in_own_class
def survey(request: HttpRequest, enrolment: Enrolment) -> HttpResponse:
    """Thirty seconds: four taps and, if wanted, a few words."""
    form = SurveyForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        answer_survey(enrolment, **form.cleaned_data, at=now())
        return redirect("classes:thanks", uid=enrolment.klass.uid)
    context = {"form": form, "klass": enrolment.klass, "enrolment": enrolment}
    if SurveyDone.objects.filter(enrolment=enrolment).exists():
        return redirect("classes:thanks", uid=enrolment.klass.uid)
    status = 422 if form.is_bound else 200
    return render(request, "classes/phone/survey.html", context, status=status)


@require_GET
@in_own_class
def thanks(request: HttpRequest, enrolment: Enrolment) -> HttpResponse:
    return render(request, "classes/phone/thanks.html", {"klass": enrolment.klass})

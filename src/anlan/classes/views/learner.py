"""手机: the learner's own pages: sign in, my classes, what came of them, the survey."""

import secrets
import uuid
from datetime import datetime

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.timezone import now
from django.views.decorators.cache import never_cache
from django.views.decorators.gzip import gzip_page
from django.views.decorators.http import require_GET, require_http_methods

from anlan.attendance.codes import DIGITS, CodeChanged, check_code
from anlan.attendance.models import MarkKind
from anlan.classes import own, policies, queries, tickets
from anlan.classes.calendars import calendar_file
from anlan.classes.forms_live import SurveyForm
from anlan.classes.models import Enrolment, Session, Status, SurveyDone
from anlan.classes.results import UNDECIDED, veiled
from anlan.classes.services.door import sign_by_code
from anlan.classes.services.surveys import answer_survey
from anlan.classes.tries import count_wrong_try, require_tries_left
from anlan.foundation.accounts.guards import actor, guarded, signed_in
from anlan.foundation.files.responses import send_bytes
from anlan.identity.models import Person
from anlan.identity.queries import person_of
from anlan.lib.refusals import BadInput, Refused

at_the_door = guarded(policies.may_stand_at_door, load=own.session_at_door)
in_own_class = guarded(policies.is_own_enrolment, load=own.own_enrolment)
DEVICE = "anlan_device"
TWO_YEARS = 2 * 365 * 24 * 3600
NOT_ON_LIST = Refused(
    "您不在这个班的名单上。", "来替同事上课，或想现场报名，请找讲台旁的班主任登记。"
)


@never_cache
@gzip_page
@require_http_methods(["GET", "POST"])
@at_the_door
def sign(request: HttpRequest, session: Session) -> HttpResponse:
    """After a scan: one big button. Looking changes nothing; a second tap does no harm."""
    person = person_of(actor(request))
    enrolment = own.place_at(session, person)
    if enrolment is None:
        return _not_signed(request, None, NOT_ON_LIST)
    try:
        if request.method == "POST":
            return _tapped(request, session, enrolment.person, now())
        return _offered(request, session, enrolment, now())
    except Refused as refused:
        return _not_signed(request, session, refused)


def _offered(
    request: HttpRequest, session: Session, enrolment: Enrolment, at: datetime
) -> HttpResponse:
    if session.klass.status not in (Status.APPROVED, Status.RUNNING):
        raise Refused(f"这个班{session.klass.get_status_display()}，不能签到。", "请联系班主任。")
    person, code = enrolment.person, request.GET.get("c", "")
    assert session.register is not None
    stand = own.standing(session.register, person, at)
    ticket = ""
    if code and stand.act:
        _require_code(session, person, code, at)
        ticket = tickets.ticket_for(session, person, code, at=at)
    context = _scene(session, at) | {
        "stand": stand,
        "ticket": ticket,
        "nonce": uuid.uuid4(),
        "person": person,
    }
    return _with_device(request, render(request, "classes/phone/sign.html", context))


def _tapped(request: HttpRequest, session: Session, person: Person, at: datetime) -> HttpResponse:
    scan = tickets.read_ticket(request.POST.get("ticket", ""), session, person, at=at)
    sign_by_code(
        session,
        person,
        _kind(request.POST.get("kind", "")),
        scan.code,
        by=actor(request),
        at=at,
        scanned_at=scan.at,
        device=request.COOKIES.get(DEVICE, "")[:64],
        address=str(request.META.get("REMOTE_ADDR", "")),
        nonce=_nonce(request.POST.get("nonce", "")),
    )
    return redirect("classes:signed", uid=session.uid)


@never_cache
@gzip_page
@require_GET
@at_the_door
def signed(request: HttpRequest, session: Session) -> HttpResponse:
    """How the learner stands at this session after the tap."""
    enrolment = own.place_at(session, person_of(actor(request)))
    if enrolment is None:
        return _not_signed(request, None, NOT_ON_LIST)
    assert session.register is not None
    at = now()
    stand = own.standing(session.register, enrolment.person, at)
    if stand.came is None:
        return redirect("classes:sign", uid=session.uid)
    context = _scene(session, at) | {"stand": stand, "result": own.result_of(enrolment)}
    return render(request, "classes/phone/signed.html", context)


@never_cache
@gzip_page
@require_GET
@guarded(signed_in)
def scan(request: HttpRequest) -> HttpResponse:
    """Scan by camera, or type the six digits; the class is found by the open doors."""
    at, person = now(), person_of(actor(request))
    sessions = list(own.sessions_open_to(person, at)) if person else []
    code, refused, status = request.GET.get("c", ""), None, 200
    if code and person:
        try:
            session = _session_by_code(sessions, person, code, at)
            target = reverse("classes:sign", args=[session.uid])
            return redirect(f"{target}?c={code}")
        except Refused as said:
            refused, status = said, said.status
    context = {"sessions": sessions, "person": person, "refused": refused}
    return render(request, "classes/phone/scan.html", context, status=status)


def _session_by_code(sessions: list[Session], person: Person, code: str, at: datetime) -> Session:
    if not sessions:
        raise Refused("您现在没有开放签到的课。", "请核对上课时间，或请班主任查一下名单。")
    require_tries_left(person)
    for session in sessions:
        assert session.register is not None
        try:
            check_code(session.register, code, at=at)
        except CodeChanged:
            continue
        return session
    count_wrong_try(person)
    raise BadInput("这 6 位数字不对，或已经更换。", "数字每隔十几秒换一次，请照着屏幕重新输入。")


def _require_code(session: Session, person: Person, code: str, at: datetime) -> None:
    require_tries_left(person)
    assert session.register is not None
    try:
        check_code(session.register, code, at=at)
    except CodeChanged:
        if len("".join(code.split())) <= DIGITS:  # an old picture is no guess
            count_wrong_try(person)
        raise


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
    }
    return render(request, "classes/phone/mine.html", context)


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


def _scene(session: Session, at: datetime) -> dict[str, object]:
    return {
        "session": session,
        "klass": session.klass,
        "register": session.register,
        "now": at,
    }


def _not_signed(request: HttpRequest, session: Session | None, refused: Refused) -> HttpResponse:
    """A refusal with the way on; who is not on the list learns nothing of the class."""
    context = {"refused": refused, "session": session}
    status = refused.status
    return render(request, "classes/phone/not_signed.html", context, status=status)


def _with_device(request: HttpRequest, response: HttpResponse) -> HttpResponse:
    """A long-lived random cookie tells one phone from another; it names nobody."""
    if DEVICE not in request.COOKIES:
        response.set_cookie(
            DEVICE,
            secrets.token_hex(16),
            max_age=TWO_YEARS,
            httponly=True,
            samesite="Lax",
            secure=request.is_secure(),
        )
    return response


def _kind(text: str) -> MarkKind:
    try:
        return MarkKind(text)
    except ValueError as wrong:
        raise BadInput("没有读懂是签到还是签退。", "请重新扫码。") from wrong


def _nonce(text: str) -> uuid.UUID:
    try:
        return uuid.UUID(text)
    except ValueError as wrong:
        raise BadInput("这次提交不完整，没有登记。", "请重新扫码。") from wrong

"""快报 on a phone, and what the officer has reported."""

import uuid
from datetime import datetime

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.timezone import now
from django.views.decorators.http import require_GET, require_http_methods

from anlan.foundation.accounts.guards import actor, guarded, public
from anlan.foundation.accounts.models import User
from anlan.foundation.files.models import StoredFile
from anlan.foundation.files.responses import send_file
from anlan.foundation.rules.queries import rulebook
from anlan.foundation.ui.controls import errors
from anlan.foundation.ui.middleware import wants_json
from anlan.foundation.ui.offline import worker_response
from anlan.injuries import policies
from anlan.injuries.forms.reports import ReportForm
from anlan.injuries.models import Report
from anlan.injuries.queries import cases as queries
from anlan.injuries.services.reading import note_read
from anlan.injuries.services.reports import report_injury
from anlan.lib.dates import local_date, to_shanghai
from anlan.lib.refusals import BadInput
from anlan.organizations.models import Organization

SHOWN = 50


@require_http_methods(["GET", "POST"])
@guarded(policies.may_report)
def report(request: HttpRequest) -> HttpResponse:
    """One screen, two minutes: from the page, or from the phone's queue as JSON is asked.

    Sent twice it is saved once.
    """
    user, at = actor(request), now()
    known = _known(request)
    if known is not None:
        return _told(request, known)
    organization = queries.reporting_for(user)
    assert organization is not None  # the guard has asked
    form = _form(request, organization)
    if request.method == "POST" and form.is_valid():
        clean = form.cleaned_data
        made = report_injury(
            organization,
            form.told(),
            photos=clean["photos"],
            nonce=clean["nonce"],
            by=user,
            at=at,
        )
        return _told(request, made)
    if form.errors and wants_json(request):
        raise BadInput(
            " ".join(said for bound in form for said in errors(bound)), "请改正后再提交。"
        )
    context = {"form": form, "organization": organization, "hours": _hours(at)}
    return render(request, "injuries/report.html", context, status=422 if form.errors else 200)


@require_GET
@public("the blank form that a phone keeps: a worker fetches it without a cookie")
def blank(request: HttpRequest) -> HttpResponse:
    """The same form with nobody's data, for phones without a network; it sends nothing itself."""
    context = {"form": ReportForm.blank(), "blank": True, "hours": _hours(now())}
    return render(request, "injuries/report.html", context)


@require_GET
@public("a script that is the same for everybody")
def worker(request: HttpRequest) -> HttpResponse:
    """It must stand above the one page that it opens offline."""
    return worker_response(page=reverse("injuries:report"), blank=reverse("injuries:report_blank"))


@require_GET
@guarded(policies.may_report)
def mine(request: HttpRequest) -> HttpResponse:
    rows = list(queries.reports_of(actor(request))[:SHOWN])
    return render(request, "injuries/reports.html", {"reports": rows})


def _may_see_photo(user: User, file: StoredFile) -> bool:
    """Whoever `photo_for` let through."""
    return user.is_active


@require_GET
@guarded(_may_see_photo, load=queries.photo_for)
def photo(request: HttpRequest, file: StoredFile) -> HttpResponseBase:
    for case in queries.cases_of_photo(actor(request), file):
        note_read(case, by=actor(request), at=now())
    return send_file(file, inline=True)


def _hours(at: datetime) -> int:
    return rulebook(local_date(at)).whole("injuries.report_hours")


def _known(request: HttpRequest) -> Report | None:
    """Sent before: answered without keeping its photos a second time."""
    try:
        nonce = uuid.UUID(request.POST.get("nonce", ""))
    except ValueError:
        return None
    return queries.reported_before(actor(request), nonce)


def _told(request: HttpRequest, made: Report) -> HttpResponse:
    url = reverse("injuries:case", args=[made.case.uid])
    if wants_json(request):
        return JsonResponse({"url": url, "message": "快报已送达区县经办人员。"})
    messages.success(request, "快报已送达区县经办人员。")
    return redirect(url)


def _form(request: HttpRequest, organization: Organization) -> ReportForm:
    people = [(job.person, job.trade) for job in queries.roster(organization)]
    initial = {"nonce": uuid.uuid4(), "when": to_shanghai(now()).replace(tzinfo=None)}
    if request.method == "POST":
        return ReportForm(people, request.POST, request.FILES, initial=initial)
    return ReportForm(people, initial=initial)

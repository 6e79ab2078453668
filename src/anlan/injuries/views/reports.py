"""快报 on a phone, and what the officer has reported."""

import uuid

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.timezone import now
from django.views.decorators.http import require_GET, require_http_methods

from anlan.foundation.accounts.guards import actor, guarded
from anlan.foundation.accounts.models import User
from anlan.foundation.files.models import StoredFile
from anlan.foundation.files.responses import send_file
from anlan.foundation.rules.queries import rulebook
from anlan.injuries import policies
from anlan.injuries.forms.reports import ReportForm
from anlan.injuries.queries import cases as queries
from anlan.injuries.services.reading import note_read
from anlan.injuries.services.reports import report_injury
from anlan.lib.dates import local_date, to_shanghai
from anlan.organizations.models import Organization

SHOWN = 50


@require_http_methods(["GET", "POST"])
@guarded(policies.may_report)
def report(request: HttpRequest) -> HttpResponse:
    """One screen, two minutes. Sent twice it is saved once."""
    user, at = actor(request), now()
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
        messages.success(request, "快报已送达区县经办人员。")
        return redirect("injuries:case", uid=made.case.uid)
    context = {
        "form": form,
        "organization": organization,
        "hours": rulebook(local_date(at)).whole("injuries.report_hours"),
    }
    return render(request, "injuries/report.html", context, status=422 if form.errors else 200)


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


def _form(request: HttpRequest, organization: Organization) -> ReportForm:
    people = [(job.person, job.trade) for job in queries.roster(organization)]
    initial = {"nonce": uuid.uuid4(), "when": to_shanghai(now()).replace(tzinfo=None)}
    if request.method == "POST":
        return ReportForm(people, request.POST, request.FILES, initial=initial)
    return ReportForm(people, initial=initial)

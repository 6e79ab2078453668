"""The phone: a report that outlives a bad network, and what became of one's own."""

import uuid
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.timezone import now
from django.views.decorators.http import require_GET, require_http_methods

from anlan.foundation.accounts.guards import actor, guarded, public
from anlan.foundation.ui.controls import errors
from anlan.foundation.ui.middleware import wants_json
from anlan.foundation.ui.offline import worker_response
from anlan.hazards import policies, shown
from anlan.hazards.forms import ReportForm
from anlan.hazards.models import Grade, Hazard, Source
from anlan.hazards.queries import hazards as queries
from anlan.hazards.services.photos import keep_photos
from anlan.hazards.services.reporting import Report, report_hazard
from anlan.lib.dates import local_date
from anlan.lib.refusals import BadInput

MOST_SHOWN = 50


@require_http_methods(["GET", "POST"])
@guarded(policies.is_anybody)
def report(request: HttpRequest) -> HttpResponse:
    """The form, and what it sends: from the page, or from the phone's queue as JSON is asked."""
    user, at = actor(request), now()
    employers = list(queries.employers_of(user))
    if request.method == "GET" or not employers:
        form = ReportForm(employers=employers, day=local_date(at)) if employers else None
        return render(request, "hazards/report.html", {"form": form})
    known = _known(request)
    if known is not None:
        return _told(request, known)
    form = ReportForm(request.POST, request.FILES, employers=employers, day=local_date(at))
    if not form.is_valid():
        return _mistaken(request, form)
    read = form.cleaned_data
    photos = keep_photos(read["photos"], by=user, at=at)
    told = Report(
        organization=form.employer,
        place=read["place"],
        what=read["what"],
        risk=read["risk"],
        grade=Grade(read["grade"]),
        nonce=read["nonce"],
        photos=photos,
        found_at=read["found_at"],
    )
    hazard, _new = report_hazard(told, source=Source.SELF_CHECK, by=user, at=at)
    return _told(request, hazard)


@require_GET
@public("the blank form that a phone keeps: a worker fetches it without a cookie")
def blank(request: HttpRequest) -> HttpResponse:
    """The same form with nobody's data, for phones without a network; it sends nothing itself."""
    form = ReportForm.blank(day=local_date(now()))
    return render(request, "hazards/report.html", {"form": form, "blank": True})


@require_GET
@public("a script that is the same for everybody")
def worker(request: HttpRequest) -> HttpResponse:
    """It must stand above the one page that it opens offline."""
    return worker_response(page=reverse("hazards:report"), blank=reverse("hazards:report_blank"))


@require_GET
@guarded(policies.is_anybody)
def mine(request: HttpRequest) -> HttpResponse:
    """我上报的, what I am to put right, and what still lies in this phone."""
    user, at = actor(request), now()
    context = {
        "to_do": shown.lines(queries.to_rectify(user)[:MOST_SHOWN], at),
        "reported": shown.lines(queries.reported_by(user)[:MOST_SHOWN], at),
        "may_report": queries.employers_of(user).exists(),
    }
    return render(request, "hazards/mine.html", context)


def _known(request: HttpRequest) -> Hazard | None:
    """Sent before: answered without keeping its photos a second time."""
    try:
        nonce = uuid.UUID(request.POST.get("nonce", ""))
    except ValueError:
        return None
    return queries.sent_before(actor(request), nonce)


def _told(request: HttpRequest, hazard: Hazard) -> HttpResponse:
    url = reverse("hazards:hazard", args=[hazard.uid])
    if wants_json(request):
        return JsonResponse({"url": url, "message": "已上报。"})
    messages.success(request, "已上报，处理进展会在这里更新。")
    return redirect(url)


def _mistaken(request: HttpRequest, form: ReportForm) -> HttpResponse:
    if wants_json(request):
        raise BadInput(
            " ".join(said for bound in form for said in errors(bound)), "请改正后再提交。"
        )
    context: dict[str, Any] = {"form": form}
    return render(request, "hazards/report.html", context, status=422)

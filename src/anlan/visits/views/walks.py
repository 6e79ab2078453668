"""The walk through the lists on a phone, and what was found on one."""

import uuid
from dataclasses import replace
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.timezone import now
from django.views.decorators.http import require_GET, require_http_methods

from anlan.foundation.accounts.guards import actor, guarded
from anlan.foundation.files.models import StoredFile
from anlan.foundation.files.responses import send_file
from anlan.foundation.ui.middleware import wants_json
from anlan.hazards.services.photos import keep_photos
from anlan.lib.dates import local_date
from anlan.organizations.models import Organization
from anlan.visits import policies, shown
from anlan.visits.forms.walks import nonce_in, photos_in, spot_in, walk_in
from anlan.visits.models import Inspection, Outcome, Status, Visit
from anlan.visits.queries import checklists, inspections, visits
from anlan.visits.services.inspecting import Walk, hand_in_self_check
from anlan.visits.services.visiting import end_visit

TOLD = (Outcome.WANTING, Outcome.ADVICE)


@require_http_methods(["GET", "POST"])
@guarded(policies.is_officer)
def self_check(request: HttpRequest) -> HttpResponse:
    """企业自查: the page, and what it sends, or what the phone sends again."""
    user, at = actor(request), now()
    organization = visits.employer_of(user)
    if organization is None:
        return render(request, "visits/walk.html", {"sections": []})
    if request.method == "GET":
        context = _page(organization, at) | {"scope": f"self:{organization.uid}"}
        return render(request, "visits/walk.html", context)
    known = inspections.sent_before(user, nonce_in(request.POST))
    if known is None:
        walk = _with_photos(walk_in(request.POST, organization), request)
        known, _ = hand_in_self_check(walk, by=user, at=at)
    return _told(request, reverse("visits:inspection", args=[known.uid]), "自查已提交。")


@require_http_methods(["GET", "POST"])
@guarded(policies.is_its_expert, load=visits.visit_for)
def walk(request: HttpRequest, visit: Visit) -> HttpResponse:
    """The expert's walk; handing it in ends the visit."""
    at, url = now(), reverse("visits:visit", args=[visit.uid])
    if request.method == "GET":
        if visit.status != Status.RUNNING:
            return redirect(url)
        context = _page(visit.organization, at, visit) | {"scope": f"visit:{visit.uid}"}
        return render(request, "visits/walk.html", context)
    known = inspections.sent_before(actor(request), nonce_in(request.POST))
    if known is None or visit.inspection_id != known.pk:
        found = _with_photos(walk_in(request.POST, visit.organization), request)
        end_visit(visit, found, spot_in(request.POST), by=actor(request), at=at)
    return _told(request, url, "清单已交，请写报告。")


@require_GET
@guarded(policies.may_see_inspection, load=inspections.inspection_for)
def inspection(request: HttpRequest, inspection: Inspection) -> HttpResponse:
    context = {"inspection": inspection, **shown.report_of(inspection)}
    return render(request, "visits/inspection.html", context)


@require_GET
@guarded(policies.may_see_file, load=inspections.photo_for)
def photo(request: HttpRequest, file: StoredFile) -> HttpResponseBase:
    return send_file(file, inline=True)


def _page(organization: Organization, at: datetime, visit: Visit | None = None) -> dict[str, Any]:
    lists = checklists.lists_for(organization, local_date(at))
    before = visit.follows.inspection if visit and visit.follows else None
    wanting = (
        frozenset(
            before.answers.filter(outcome=Outcome.WANTING).values_list("item__key", flat=True)
        )
        if before
        else frozenset()
    )
    parts = shown.sections(lists, inspections.open_by_item(organization), wanting)
    return {
        "organization": organization,
        "visit": visit,
        "lists": lists,
        "sections": parts,
        "total": sum(len(one.questions) for one in parts),
        "nonce": uuid.uuid4(),
        "begun_at": at.isoformat(),
    }


def _with_photos(walk: Walk, request: HttpRequest) -> Walk:
    """Keep the photos of what is wanting or advised; those of other items are not asked for."""
    by, at = actor(request), now()
    found = [
        replace(one, photos=keep_photos(photos_in(request.FILES, one.item), by=by, at=at))
        if one.outcome in TOLD
        else one
        for one in walk.found
    ]
    return replace(walk, found=found)


def _told(request: HttpRequest, url: str, said: str) -> HttpResponse:
    if wants_json(request):
        return JsonResponse({"url": url, "message": said})
    messages.success(request, said)
    return redirect(url)

"""The licence's photograph on the organisation's own record: taken, compared, shown, erased."""

import base64
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.timezone import now
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from anlan.foundation.accounts.guards import actor, guarded
from anlan.organizations import licence_queries, licence_services, policies, queries
from anlan.organizations.licence_forms import photo_in
from anlan.organizations.models import LicencePhoto, Organization
from anlan.organizations.shown_licences import ShownLicence


def shown_on(request: HttpRequest, organization: Organization) -> dict[str, object]:
    """What the record says of the photograph; nothing to whom it does not concern."""
    user, at = actor(request), now()
    if not policies.may_see_licence(user, organization):
        return {"sees_licence": False}
    photo = licence_queries.photo_of(organization)
    return {
        "sees_licence": True,
        "licence": ShownLicence.of(photo, licence_queries.typed_of(organization), at),
        "may_photograph": policies.works_for(user, organization),
        "may_compare": policies.decides_for(user, organization),
    }


@never_cache
@require_GET
@guarded(policies.may_see_licence, load=queries.organization_for)
def state(request: HttpRequest, organization: Organization) -> HttpResponse:
    """The part of the record that waits for the reading."""
    return _part(request, organization)


@require_POST
@guarded(policies.works_for, load=queries.organization_for)
def photograph(request: HttpRequest, organization: Organization) -> HttpResponse:
    address = str(request.META.get("REMOTE_ADDR", ""))
    words: dict[str, Any] = {"by": actor(request), "address": address, "at": now()}
    licence_services.photograph(organization, photo_in(request), **words)
    return _back(organization)


@require_POST
@guarded(policies.works_for, load=queries.organization_for)
def drop(request: HttpRequest, organization: Organization) -> HttpResponse:
    photo = licence_queries.photo_of(organization)
    if photo is not None:
        licence_services.drop(photo, by=actor(request), at=now())
        messages.success(request, "照片已删除。")
    return _back(organization)


@require_POST
@guarded(policies.decides_for, load=queries.organization_for)
def compared(request: HttpRequest, organization: Organization) -> HttpResponse:
    """An official has looked at what differs in a photograph that came after the decision."""
    licence_services.settle(_photo(organization), by=actor(request), at=now())
    messages.success(request, "已记录核对，照片将按期删除。")
    return _back(organization)


@never_cache
@require_POST
@guarded(policies.may_see_licence, load=queries.organization_for)
def show(request: HttpRequest, organization: Organization) -> HttpResponse:
    """The picture inside the page: it has no address of its own, and each showing is recorded."""
    content = licence_services.show(_photo(organization), by=actor(request), at=now())
    picture = f"data:image/jpeg;base64,{base64.b64encode(content).decode()}"
    return _part(request, organization, picture=picture)


def _part(request: HttpRequest, organization: Organization, **more: object) -> HttpResponse:
    context = {"organization": organization, **shown_on(request, organization), **more}
    page = "organizations/_licence.html"
    if request.headers.get("HX-Request") != "true":
        page = "organizations/licence.html"
    return render(request, page, context)


def _photo(organization: Organization) -> LicencePhoto:
    photo = licence_queries.photo_of(organization)
    if photo is None:
        raise LicencePhoto.DoesNotExist
    return photo


def _back(organization: Organization) -> HttpResponse:
    return redirect(reverse("organizations:record", args=[organization.uid]) + "#licence")

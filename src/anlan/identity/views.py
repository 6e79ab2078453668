"""People: the roster of an enterprise, one person's record, the page about oneself."""

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import logout
from django.core.paginator import Page, Paginator
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.timezone import now
from django.views.decorators.http import require_GET, require_POST

from anlan.foundation.accounts.guards import actor, guarded
from anlan.foundation.files.responses import XLSX, send_bytes
from anlan.foundation.ledger.queries import timeline
from anlan.foundation.ui.parts import Moment
from anlan.identity import policies, queries, services
from anlan.identity.forms import FilterForm, LeaveForm, PhoneChangeForm, RevealForm
from anlan.identity.models import Employment, Person
from anlan.identity.queries import rights
from anlan.identity.queries.checks import checks_of
from anlan.identity.queries.network import network_check_of
from anlan.identity.sheets import roster_sheet
from anlan.identity.shown import ShownPerson, hands
from anlan.identity.shown_checks import face_words
from anlan.identity.shown_outside import ShownNetworkCheck
from anlan.lib.dates import date_text, local_date
from anlan.organizations import queries as organizations
from anlan.organizations.models import Organization

PAGE = 50


@require_GET
@guarded(policies.may_list_people)
def people(request: HttpRequest) -> HttpResponse:
    """A safety officer's own roster; for officials everybody in their reach, masked."""
    user = actor(request)
    own = policies.own_organizations(user)
    if len(own) == 1 and not policies.supervises(user):
        return redirect("identity:roster", uid=own[0])
    form = FilterForm(request.GET)
    rows = queries.narrowed(queries.employments_visible_to(user), form.filters())
    context = {
        "filters": form,
        "page": _page(rows, request, by_name=False),
        "with_organization": True,
        "title": "人员名册",
    }
    return _ledger(request, context)


@require_GET
@guarded(policies.may_see_roster, load=organizations.organization_for)
def roster(request: HttpRequest, organization: Organization) -> HttpResponse:
    """Who works for one organisation: in full for its own safety officer."""
    user = actor(request)
    form = FilterForm(request.GET)
    in_full = policies.keeps_roster(user, organization)
    rows = queries.roster_of(organization, form.filters())
    context = {
        "filters": form,
        "page": _page(rows, request, by_name=in_full),
        "organization": organization,
        "in_full": in_full,
        "title": "人员名册",
        "recent": queries.uploads_of(organization)[:5] if in_full else [],
        "export_url": reverse("identity:roster_export", args=[organization.uid]) if in_full else "",
    }
    return _ledger(request, context)


@require_GET
@guarded(policies.keeps_roster, load=organizations.organization_for)
def roster_export(request: HttpRequest, organization: Organization) -> HttpResponse:
    """The roster as the enterprise keeps it, numbers and all, for itself only; the ledger knows."""
    rows = queries.roster_of(organization, FilterForm(request.GET).filters())
    services.note_roster_export(organization, rows.count(), by=actor(request), at=now())
    name = f"花名册-{organization.name}-{date_text(local_date(now()))}.xlsx"
    return send_bytes(roster_sheet(organization, rows), name, XLSX)


@require_GET
@guarded(policies.may_see_person, load=queries.person_for)
def person(request: HttpRequest, person: Person) -> HttpResponse:
    return _person(request, person)


@require_POST
@guarded(policies.may_see_person, load=queries.person_for)
def reveal(request: HttpRequest, person: Person) -> HttpResponse:
    """Shows one masked field, this once; the look is kept."""
    form = RevealForm(request.POST)
    if not form.is_valid():
        return _person(request, person, reveal_form=form, status=422)
    field = form.cleaned_data["field"]
    value = services.reveal(person, field, reason=form.said(), by=actor(request), at=now())
    return _person(request, person, revealed={field: value})


@require_POST
@guarded(policies.keeps, load=queries.person_for)
def change_phone(request: HttpRequest, person: Person) -> HttpResponse:
    form = PhoneChangeForm(request.POST)
    if not form.is_valid():
        return _person(request, person, phone_form=form, status=422)
    clean = form.cleaned_data
    services.change_phone(
        person, clean["phone"], reason=clean["reason"], by=actor(request), at=now()
    )
    messages.success(request, "手机号已更正，原号码会收到短信提醒。")
    return redirect("identity:person", uid=person.uid)


@require_POST
@guarded(policies.keeps, load=queries.person_for)
def leave(request: HttpRequest, person: Person) -> HttpResponse:
    """Ends the person's employments with the officer's own organisations."""
    form = LeaveForm(request.POST)
    if not form.is_valid():
        return _person(request, person, leave_form=form, status=422)
    user = actor(request)
    for job in list(queries.employments_of(person).filter(until=None)):
        if policies.keeps_roster(user, job.organization):
            services.leave(person, job.organization, on=form.cleaned_data["on"], by=user)
    messages.success(request, "已登记离职；本人的培训记录不受影响。")
    return redirect("identity:people")


@require_GET
@guarded(policies.is_somebody)
def me(request: HttpRequest) -> HttpResponse:
    """A learner's own data, and who looked at it."""
    found = queries.person_of(actor(request))
    context: dict[str, Any] = {"person": None}
    if found is not None:
        context = {
            "person": ShownPerson.of(found),
            "jobs": hands(queries.employments_of(found), by_name=False),
            "looks": rights.looks_at(found)[:3],
            "face_words": face_words(found, local_date(now())),
            "checks": checks_of(found)[:5],
        }
    return render(request, "identity/me.html", context)


@require_POST
@guarded(policies.is_somebody)
def leave_everywhere(request: HttpRequest) -> HttpResponse:
    """This device leaves at once, the others within seconds."""
    services.leave_everywhere(actor(request), at=now())
    logout(request)
    messages.success(request, "已退出所有设备，需要时请重新登录。")
    return redirect("accounts:login")


def _person(
    request: HttpRequest,
    person: Person,
    *,
    reveal_form: RevealForm | None = None,
    phone_form: PhoneChangeForm | None = None,
    leave_form: LeaveForm | None = None,
    revealed: dict[str, str] | None = None,
    status: int = 200,
) -> HttpResponse:
    user = actor(request)
    in_full = policies.keeps(user, person)
    happenings = timeline([person.subject], limit=50) if policies.supervises(user) else []
    asked = network_check_of(person)
    context = {
        "subject": person,
        "network": ShownNetworkCheck.of(asked) if asked is not None else None,
        "shown": ShownPerson.of(person, by_name=in_full, revealed=revealed),
        "jobs": hands(queries.employments_shown_to(user, person), by_name=in_full),
        "in_full": in_full,
        "revealed": revealed,
        "reveal_form": reveal_form or RevealForm(),
        "phone_form": phone_form or PhoneChangeForm(),
        "leave_form": leave_form or LeaveForm(initial={"on": local_date(now())}),
        "moments": [Moment(h.at, h.sentence, h.who) for h in reversed(happenings)],
    }
    return render(request, "identity/person.html", context, status=status)


def _page(rows: QuerySet[Employment], request: HttpRequest, *, by_name: bool) -> Page[Any]:
    page: Page[Any] = Paginator(rows, PAGE).get_page(request.GET.get("page"))
    page.object_list = hands(page.object_list, by_name=by_name)
    return page


def _ledger(request: HttpRequest, context: dict[str, Any]) -> HttpResponse:
    fragment = request.headers.get("HX-Request") == "true"
    template = "identity/_people_rows.html" if fragment else "identity/people.html"
    context["network_on"] = bool(settings.ANLAN_IDENTITY_NETWORK)
    return render(request, template, context)

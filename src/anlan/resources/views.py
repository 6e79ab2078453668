"""The ledger of venues, the record of one, and a new one."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.contrib import messages
from django.core.paginator import Page, Paginator
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.timezone import now
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from anlan.foundation.accounts.guards import actor, guarded
from anlan.foundation.codes import queries as codes
from anlan.foundation.codes.models import System
from anlan.foundation.files.responses import XLSX, send_bytes
from anlan.foundation.ledger.queries import timeline
from anlan.foundation.rules.queries import Rulebook, rulebook
from anlan.foundation.ui.parts import Moment
from anlan.lib.dates import date_text, local_date
from anlan.lib.refusals import NotAllowed
from anlan.resources import policies, queries, services
from anlan.resources.forms import FilterForm, RetireForm, VenueForm
from anlan.resources.models import Venue, VenueKind
from anlan.resources.sheets import ledger_sheet

PAGE = 30


@dataclass(frozen=True)
class Line:
    """A row of the ledger with its codes as words and what the area rules say of it."""

    venue: Venue
    place: str
    equipment: str
    seats: int | None
    too_small: bool


@require_GET
@guarded(policies.may_use_ledger)
def ledger(request: HttpRequest) -> HttpResponse:
    user = actor(request)
    form = FilterForm(request.GET)
    rows = queries.filtered(queries.visible_to(user), **form.wanted())
    rules = rulebook(local_date(now()))
    context = {
        "filters": form,
        "page": _page(rows, request.GET.get("page"), rules),
        "totals": [("在用面积", f"{queries.total_area(rows):,.1f} ㎡")],
        "rules": _rules(rules),
        "may_add": policies.may_add(user),
        "export_url": reverse("resources:export"),
    }
    fragment = request.headers.get("HX-Request") == "true"
    page = "resources/_rows.html" if fragment else "resources/ledger.html"
    return render(request, page, context)


@require_GET
@guarded(policies.may_use_ledger)
def export(request: HttpRequest) -> HttpResponse:
    rows = queries.filtered(queries.visible_to(actor(request)), **FilterForm(request.GET).wanted())
    day = date_text(local_date(now()))
    return send_bytes(ledger_sheet(rows, day), f"场地台账-{day}.xlsx", XLSX)


@require_http_methods(["GET", "POST"])
@guarded(policies.may_add)
def add(request: HttpRequest) -> HttpResponse:
    owners = queries.owners_of(actor(request))
    if not owners:
        raise NotAllowed(
            "本机构的登记还没有通过审核，不能登记场地。", "请等待区县审核，或联系经办人员。"
        )
    form = VenueForm(request.POST or None, owners=owners)
    if request.method == "POST" and form.is_valid():
        facts = dict(form.cleaned_data)
        chosen, facts["kind"] = facts.pop("owner"), VenueKind(facts["kind"])
        owner = next(one for one in owners if str(one.uid) == chosen)
        venue = services.add_venue(owner=owner, by=actor(request), at=now(), **facts)
        messages.success(request, f"已登记场地「{venue.name}」，现在可以排课。")
        return redirect("resources:ledger")
    rules = _rules(rulebook(local_date(now())))
    context = {"form": form, "rules": rules, "only": owners[0] if len(owners) == 1 else None}
    return render(request, "resources/add.html", context, status=422 if form.errors else 200)


@require_GET
@guarded(policies.may_see, load=queries.venue_for)
def record(request: HttpRequest, venue: Venue) -> HttpResponse:
    return _record(request, venue, RetireForm())


@require_POST
@guarded(policies.may_retire, load=queries.venue_for)
def retire(request: HttpRequest, venue: Venue) -> HttpResponse:
    form = RetireForm(request.POST)
    if not form.is_valid():
        return _record(request, venue, form, status=422)
    services.retire_venue(venue, by=actor(request), at=now(), reason=form.cleaned_data["reason"])
    messages.success(request, f"场地「{venue.name}」已停用，以后不能再排课。")
    return redirect("resources:record", uid=venue.uid)


def _record(
    request: HttpRequest, venue: Venue, form: RetireForm, status: int = 200
) -> HttpResponse:
    happenings = timeline([venue.subject], limit=50)
    rules = rulebook(local_date(now()))
    line = _line(venue, queries.classroom_areas([venue.owner_id]), rules)
    context = {
        "venue": venue,
        "line": line,
        "rules": _rules(rules),
        "facts": _facts(line),
        "moments": [Moment(h.at, h.sentence, h.who) for h in reversed(happenings)],
        "form": form,
        "may_retire": policies.may_retire(actor(request), venue),
    }
    return render(request, "resources/record.html", context, status=status)


def _facts(line: Line) -> list[tuple[str, object]]:
    venue = line.venue
    return [
        ("所属机构", venue.owner.name),
        ("类型", venue.get_kind_display()),
        ("面积", f"{venue.area_m2} ㎡"),
        ("最多容纳", "不按面积限定" if line.seats is None else f"{line.seats} 人"),
        ("区县", line.place),
        ("地址", venue.address),
        ("设备", line.equipment or "未填"),
    ]


def _page(rows: QuerySet[Venue], number: str | None, rules: Rulebook) -> Page[Any]:
    page: Page[Any] = Paginator(rows, PAGE).get_page(number)
    venues = list(page.object_list)
    areas = queries.classroom_areas({venue.owner_id for venue in venues})
    page.object_list = [_line(venue, areas, rules) for venue in venues]
    return page


def _line(venue: Venue, areas: dict[int, Decimal], rules: Rulebook) -> Line:
    return Line(
        venue=venue,
        place=codes.code_name(System.GB_T_2260, venue.district),
        equipment="、".join(venue.equipment),
        seats=queries.seats(venue, rules),
        too_small=queries.too_small(venue, areas.get(venue.owner_id, Decimal(0)), rules),
    )


def _rules(rules: Rulebook) -> dict[str, object]:
    """The two area rules in force, for the words that quote them."""
    least, each = rules.ruling("venue.area_min_m2"), rules.ruling("venue.area_per_person_m2")
    return {"least": least.value, "least_clause": least.clause, "each_clause": each.clause}

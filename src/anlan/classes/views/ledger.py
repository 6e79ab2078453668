"""台账: every class that the user may see, filtered, summed, exported."""

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET

from anlan.classes import policies, queries
from anlan.classes.forms.filters import ClassFilters
from anlan.classes.sheets import ledger_sheet
from anlan.foundation.accounts.guards import actor, guarded
from anlan.foundation.accounts.models import User
from anlan.foundation.accounts.queries import reach
from anlan.foundation.files.responses import XLSX, send_bytes

PER_PAGE = 30


@guarded(policies.may_browse)
@require_GET
def list_classes(request: HttpRequest) -> HttpResponse:
    user = actor(request)
    filters = _filters(request, user)
    found = queries.filtered(queries.visible_to(user), **filters.wanted())
    rows = queries.with_counts(queries.newest_first(found))
    sums = queries.totals(found)
    context = {
        "filters": filters,
        "page": Paginator(rows, PER_PAGE).get_page(request.GET.get("page")),
        "totals": [
            ("在读", f"{sums.people:,} 人"),
            ("已结班合格 / 参加", f"{sums.passed:,} / {sums.finished:,} 人次"),
        ],
        "may_apply": policies.may_apply(user),
        "filtered": bool(filters.wanted()),
        "export_url": reverse("classes:export"),
    }
    fragment = request.headers.get("HX-Request") == "true"
    return render(request, f"classes/{'_rows' if fragment else 'list'}.html", context)


@guarded(policies.may_browse)
@require_GET
def export(request: HttpRequest) -> HttpResponse:
    """What is filtered, all pages, as a sheet."""
    user = actor(request)
    filters = _filters(request, user)
    found = queries.filtered(queries.visible_to(user), **filters.wanted())
    rows = queries.with_counts(queries.newest_first(found).select_related("provider", "closing"))
    return send_bytes(ledger_sheet(rows), "培训班台账.xlsx", XLSX)


def _filters(request: HttpRequest, user: User) -> ClassFilters:
    mine = reach(user)
    return ClassFilters(request.GET, watching=mine.official or mine.whole_city)

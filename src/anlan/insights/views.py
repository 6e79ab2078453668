"""The records behind the figures, and what the figures mean."""

from typing import Any

from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.timezone import now
from django.views.decorators.http import require_GET

from anlan.classes.models import Closing, TrainingClass
from anlan.foundation.accounts.guards import actor, guarded, signed_in
from anlan.foundation.accounts.policies import supervises
from anlan.foundation.codes.models import System
from anlan.foundation.codes.queries import code_name
from anlan.insights import queries
from anlan.insights.definitions import DEFINITIONS
from anlan.insights.distribution.definitions import INJURY_DEFINITIONS
from anlan.insights.forms import CoverageFilters, FigureFilters
from anlan.insights.pictures import place_name
from anlan.lib.dates import local_date
from anlan.organizations.models import Organization

PER_PAGE = 30


@require_GET
@guarded(signed_in)
def definitions(request: HttpRequest) -> HttpResponse:
    context = {"definitions": DEFINITIONS, "injury_definitions": INJURY_DEFINITIONS}
    return render(request, "insights/definitions.html", context)


@require_GET
@guarded(supervises)
def classes(request: HttpRequest) -> HttpResponse:
    """Every class that a figure is made of, with its own part of each figure."""
    user = actor(request)
    filters = FigureFilters(request.GET, years=queries.years(user, local_date(now())))
    found = queries.held(user, filters.chosen_year)
    for name in ("district", "industry"):
        if filters.chosen(name):
            found = found.filter(**{name: filters.chosen(name)})
    page = Paginator(queries.with_figures(found), PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "filters": filters,
        "year": queries.year_label(filters.chosen_year),
        "page": page,
        "lines": [_named(klass) for klass in page],
        "totals": _class_totals(found),
    }
    return render(request, f"insights/{_part(request, 'classes')}.html", context)


@require_GET
@guarded(supervises)
def enterprises(request: HttpRequest) -> HttpResponse:
    """Registered enterprises with how many of their people came this year."""
    user = actor(request)
    filters = CoverageFilters(request.GET, years=queries.years(user, local_date(now())))
    rows = queries.covered(
        user,
        filters.chosen_year,
        district=filters.chosen("district"),
        industry=filters.chosen("industry"),
        trained=filters.chosen("trained"),
    )
    page = Paginator(rows, PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "filters": filters,
        "year": queries.year_label(filters.chosen_year),
        "page": page,
        "lines": [_placed(organization) for organization in page],
    }
    return render(request, f"insights/{_part(request, 'enterprises')}.html", context)


def _part(request: HttpRequest, name: str) -> str:
    fragment = request.headers.get("HX-Request") == "true"
    return f"_{name}_rows" if fragment else name


def _named(klass: TrainingClass) -> dict[str, Any]:
    return {
        "klass": klass,
        "place": place_name(klass.district),
        "trade": code_name(System.KEY_INDUSTRY, klass.industry),
        "closing": getattr(klass, "closing", None),
    }


def _placed(organization: Organization) -> dict[str, Any]:
    return {
        "organization": organization,
        "place": place_name(organization.district),
        "trade": code_name(System.KEY_INDUSTRY, organization.key_industry),
    }


def _class_totals(found: QuerySet[TrainingClass]) -> list[tuple[str, str]]:
    """Sums of what is filtered: they equal the desk's figures for the same filter."""
    attendances = sum(one.attendances for one in queries.slices(found))
    closed = list(Closing.objects.filter(klass__in=found).values_list("passed", "enrolled"))
    passed, finished = (sum(part) for part in zip(*closed, strict=True)) if closed else (0, 0)
    return [
        ("场次", f"{queries.sessions_held(found):,} 场"),
        ("人次", f"{attendances:,}"),
        ("合格 / 已结班学员", f"{passed:,} / {finished:,} 人"),
    ]

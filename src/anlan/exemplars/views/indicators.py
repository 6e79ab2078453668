"""One enterprise beside its own past and its industry; the ranking; the definitions."""

import uuid
from typing import Any

from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.timezone import now
from django.views.decorators.http import require_GET

from anlan.exemplars import policies, shown
from anlan.exemplars.definitions import DEFINITIONS
from anlan.exemplars.forms import RankingFilters
from anlan.exemplars.queries import comparison, declarations, people
from anlan.exemplars.queries.exemplars import newest_of
from anlan.exemplars.queries.indicators import indicators as indicators_of
from anlan.exemplars.queries.standing import state_text
from anlan.exemplars.sheets import ranking_sheet
from anlan.exemplars.spans import year_span
from anlan.foundation.accounts.guards import actor, guarded, signed_in
from anlan.foundation.accounts.models import User
from anlan.foundation.codes.models import System
from anlan.foundation.codes.queries import code_name
from anlan.foundation.files.responses import XLSX, send_bytes
from anlan.foundation.rules.queries import rulebook
from anlan.lib.dates import date_range_text, date_text, local_date
from anlan.organizations.models import Organization

PER_PAGE = 30
YEARS = 4
LONGEST_EXPORT = 10_000


def enterprise_for(user: User, uid: uuid.UUID) -> Organization:
    return people.enterprises_visible_to(user).get(uid=uid)


@require_GET
@guarded(policies.keeps_something)
def mine(request: HttpRequest) -> HttpResponse:
    """The own enterprise's page; where there is none yet, what to do."""
    own = people.own_enterprise(actor(request))
    if own is None:
        return render(request, "exemplars/nobody.html")
    return redirect("exemplars:indicators", uid=own.uid)


@require_GET
@guarded(policies.may_see, load=enterprise_for)
def indicators(request: HttpRequest, organization: Organization) -> HttpResponse:
    """This year so far, last year whole, and the middle of the industry."""
    user, at = actor(request), now()
    today = local_date(at)
    year = _year(request.GET.get("year", ""), today.year)
    span, former = year_span(year, today), year_span(year - 1, today)
    current = indicators_of([organization], span)[organization.pk]
    before = indicators_of([organization], former)[organization.pk]
    least = rulebook(today).whole("exemplar.compare_min")
    middle = comparison.medians(organization.key_industry, year, least)
    newest = newest_of(organization)
    context = {
        "organization": organization,
        "place": code_name(System.GB_T_2260, organization.district),
        "trade": code_name(System.KEY_INDUSTRY, organization.key_industry),
        "rows": shown.rows_of(current, before, middle),
        "known": sum(one.known for one in current.values()),
        "span": date_range_text(span.since, span.last),
        "year": year,
        "years": _years(today.year),
        "least": least,
        "computed": comparison.computed_on(year),
        "state": state_text(newest, at),
        "exemplar": newest,
        "own": policies.keeps(user, organization),
        "supervising": policies.supervises(user),
        "kinds": declarations.KIND_NAMES,
        "returned": declarations.waiting_for(user) if policies.keeps(user, organization) else 0,
    }
    return render(request, "exemplars/indicators.html", context)


def _years(today: int) -> tuple[int, ...]:
    return tuple(range(today, today - YEARS, -1))


def _year(typed: str, today: int) -> int:
    return int(typed) if typed.isdecimal() and int(typed) in _years(today) else today


@require_GET
@guarded(policies.supervises)
def ranking(request: HttpRequest) -> HttpResponse:
    """Enterprises in reach by one indicator, from what the night has computed."""
    filters, rows = _ranked(request)
    page = Paginator(rows, PER_PAGE).get_page(request.GET.get("page"))
    year = filters.chosen_year
    values = comparison.kept_values([one.pk for one in page], year)
    wanted = filters.wanted()
    lines = [_line(one, values.get(one.pk, {}), wanted.key) for one in page]
    context: dict[str, Any] = {
        "filters": filters,
        "filtered": bool(request.GET),
        "page": page,
        "lines": lines,
        "year": year,
        "computed": comparison.computed_on(year),
        "columns": shown.columns_of(wanted.key),
    }
    fragment = request.headers.get("HX-Request") == "true"
    name = "_ranking_rows" if fragment else "ranking"
    return render(request, f"exemplars/{name}.html", context)


@require_GET
@guarded(policies.supervises)
def export(request: HttpRequest) -> HttpResponse:
    """The whole filtered ranking with parts and definitions."""
    filters, rows = _ranked(request)
    year, found = filters.chosen_year, list(rows[:LONGEST_EXPORT])
    values = comparison.kept_values([one.pk for one in found], year)
    computed = comparison.computed_on(year)
    content = ranking_sheet(
        ((one, values.get(one.pk, {})) for one in found),
        year=year,
        computed=date_text(computed) if computed else "尚未计算",
    )
    return send_bytes(content, f"企业安全指标-{year}.xlsx", XLSX)


@require_GET
@guarded(signed_in)
def definitions(request: HttpRequest) -> HttpResponse:
    return render(request, "exemplars/definitions.html", {"definitions": DEFINITIONS})


def _ranked(request: HttpRequest) -> tuple[RankingFilters, Any]:
    user, today = actor(request), local_date(now())
    filters = RankingFilters(request.GET, years=(today.year, today.year - 1))
    if not policies.supervises(user):
        raise Http404
    rows = people.enterprises_visible_to(user)
    return filters, comparison.ranked(rows, filters.wanted(), filters.chosen_year)


def _line(one: Organization, values: Any, key: str) -> dict[str, Any]:
    return {
        "organization": one,
        "place": code_name(System.GB_T_2260, one.district),
        "trade": code_name(System.KEY_INDUSTRY, one.key_industry),
        "cells": shown.cells_of(values, key),
    }

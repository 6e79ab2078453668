"""The pages of the distribution: each answers a question that stands in its address."""

from collections.abc import Sequence
from typing import Any

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_GET

from anlan.foundation.accounts.guards import actor, guarded
from anlan.foundation.codes import queries as codes
from anlan.foundation.codes.models import System
from anlan.injuries.queries.cases import visible_to
from anlan.injuries.sheets import type_name
from anlan.insights.distribution import pictures, sheets
from anlan.insights.distribution.dimensions import DIMENSIONS, HERE, NOT_SAID, OTHER
from anlan.insights.distribution.heat import busiest, heat_of
from anlan.insights.distribution.overview import figures
from anlan.insights.distribution.rating import Line, rates_by
from anlan.insights.distribution.scope import may_look
from anlan.insights.distribution.views.desk import Desk, axes_of, dimension, framed, page
from anlan.insights.distribution.vintages import AGES, by_month

PER_PAGE = 30
OVERVIEW = (
    "type",
    "part",
    "source",
    "key_industry",
    "severity",
    "circumstance",
    "age",
    "tenure",
    "occupation",
)


@require_GET
@guarded(may_look)
@page
def injuries(request: HttpRequest, desk: Desk) -> HttpResponse:
    charts = [
        pictures.picture(desk.counter, name) for name in OVERVIEW if name not in desk.question.picks
    ]
    trend = pictures.trend(desk.counter)
    return framed(
        request,
        desk,
        "injuries",
        figures=figures(desk.counter, desk.book),
        charts=charts,
        trend=trend,
        any_case=desk.counter.chosen.any(),
    )


@require_GET
@guarded(may_look)
@page
def injury_map(request: HttpRequest, desk: Desk) -> HttpResponse:
    show = "rate" if desk.kept.get("show") == "rate" else "count"
    lines = rates_by(desk.counter, "district")
    return framed(
        request,
        desk,
        "injury_map",
        map=pictures.map_picture(desk.counter, lines, show),
        lines=_named(desk, "district", lines),
        show=show,
        shows=[
            (key, label, desk.question.query(show=key), key == show)
            for key, label in (("count", "例数"), ("rate", "发生率"))
        ],
        label="区县与功能区",
        export_url=_export(desk, "map"),
    )


@require_GET
@guarded(may_look)
@page
def injury_ranking(request: HttpRequest, desk: Desk) -> HttpResponse:
    name = dimension(desk, "by", "industry")
    lines = rates_by(desk.counter, name) if DIMENSIONS[name].insured else []
    return framed(
        request,
        desk,
        "injury_ranking",
        by=name,
        label=DIMENSIONS[name].label,
        choices=[(key, one.label, desk.question.query(by=key)) for key, one in DIMENSIONS.items()],
        chart=pictures.picture(desk.counter, name, top=40),
        rate_chart=pictures.rate_picture(desk.counter, lines[:40], name) if lines else None,
        lines=_named(desk, name, lines),
        above=_above(desk) if name == "industry" else [],
        export_url=_export(desk, "ranking", by=name),
    )


@require_GET
@guarded(may_look)
@page
def injury_calendar(request: HttpRequest, desk: Desk) -> HttpResponse:
    week = desk.counter.across("hour", "weekday")
    years = desk.counter.across("year", "month")
    return framed(
        request,
        desk,
        "injury_calendar",
        week=heat_of(desk.counter, week, "hour", "weekday"),
        week_title=busiest(week, " "),
        years=heat_of(desk.counter, years, "year", "month"),
        years_title=busiest(years, "，"),
        week_export=_export(desk, "pivot", rows="hour", columns="weekday"),
        years_export=_export(desk, "pivot", rows="year", columns="month"),
    )


@require_GET
@guarded(may_look)
@page
def injury_pivot(request: HttpRequest, desk: Desk) -> HttpResponse:
    names = axes_of(desk)
    table = desk.counter.across(*names)
    return framed(
        request,
        desk,
        "injury_pivot",
        heat=heat_of(desk.counter, table, *names),
        heat_title=busiest(table, "、"),
        row_choices=_axis_choices(names[0]),
        column_choices=_axis_choices(names[1]),
        row_label=DIMENSIONS[names[0]].label,
        column_label=DIMENSIONS[names[1]].label,
        plain=desk.question.plain().items(),
        turned=desk.question.query(rows=names[1], columns=names[0]),
        export_url=_export(desk, "pivot", rows=names[0], columns=names[1]),
    )


@require_GET
@guarded(may_look)
@page
def injury_vintages(request: HttpRequest, desk: Desk) -> HttpResponse:
    months = by_month(desk.counter, desk.today)
    return framed(
        request,
        desk,
        "injury_vintages",
        months=months,
        ages=[sheets.age_label(age) for age in AGES],
        export_url=_export(desk, "vintages"),
    )


@require_GET
@guarded(may_look)
@page
def injury_cases(request: HttpRequest, desk: Desk) -> HttpResponse:
    """The cases behind a count, as far as the user may open them."""
    number = request.GET.get("page", "1")
    total = desk.counter.records(0, 0)[1]
    paged = Paginator(range(total), PER_PAGE).get_page(number)
    ids, _ = desk.counter.records((paged.number - 1) * PER_PAGE, PER_PAGE)
    found = visible_to(actor(request)).filter(pk__in=ids).defer("narrative")
    shown: list[dict[str, object]] = [
        {
            "case": case,
            "place": codes.code_name(System.GB_T_2260, case.district),
            "trade": codes.code_name(System.KEY_INDUSTRY, case.key_industry),
            "type": type_name(case),
        }
        for case in found.order_by("-injured_on", "-id")
    ]
    counted = desk.counter.total()
    return framed(
        request,
        desk,
        "injury_cases",
        paged=paged,
        shown=shown,
        counted=counted,
        partly=counted.count != total,
    )


def _axis_choices(chosen: str) -> list[tuple[str, str, bool]]:
    return [(key, one.label, key == chosen) for key, one in DIMENSIONS.items()]


def _export(desk: Desk, kind: str, **words: str) -> str:
    return reverse("insights:injury_export", args=[kind]) + desk.question.query(**words)


def _named(desk: Desk, name: str, lines: Sequence[Line]) -> list[dict[str, Any]]:
    """Lines with where each leads: its cases, and for an industry the level below."""
    found = []
    for line in lines:
        key = line.group.key
        below = ""
        if name == "industry" and not key.endswith(HERE) and key not in (NOT_SAID, OTHER):
            below = desk.question.picking(industry=key).query(by="industry")
        url = pictures.records_url(desk.counter, **{name: key}) if line.cases.count != 0 else ""
        place = codes.find(System.GB_T_2260, key) if name == "district" else None
        found.append({"line": line, "url": url, "below": below, "zone": bool(place and place.note)})
    return found


def _above(desk: Desk) -> list[tuple[str, str]]:
    """The way back up from the chosen industry."""
    key = desk.question.picks.get("industry", "").removesuffix(HERE)
    if not key:
        return []
    line = codes.lineage(System.GB_T_4754, key)
    up = desk.question.without("industry")
    steps = [("全部行业", up.query(by="industry"))]
    return steps + [
        (f"{one.code} {one.name}", up.picking(industry=one.code).query(by="industry"))
        for one in line
    ]

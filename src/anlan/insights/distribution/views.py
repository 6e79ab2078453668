"""The pages of the distribution: each answers a question that stands in its address."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import wraps
from typing import Any

from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.timezone import now
from django.views.decorators.http import require_GET

from anlan.foundation.accounts.guards import actor, guarded
from anlan.foundation.codes import queries as codes
from anlan.foundation.codes.models import System
from anlan.foundation.files.responses import XLSX, send_bytes
from anlan.foundation.rules.queries import Rulebook, rulebook
from anlan.injuries.queries.cases import visible_to
from anlan.injuries.sheets import type_name
from anlan.insights.distribution import pictures, sheets, snapshot
from anlan.insights.distribution.counting import Counter, Table
from anlan.insights.distribution.dimensions import DIMENSIONS, HERE, NOT_SAID, OTHER
from anlan.insights.distribution.forms import QuestionForm
from anlan.insights.distribution.heat import busiest, heat_of
from anlan.insights.distribution.overview import figures, small_cell_min
from anlan.insights.distribution.questions import Question, parse, periods, whole_months
from anlan.insights.distribution.rating import Line, rates_by
from anlan.insights.distribution.scope import may_look, scope_of
from anlan.insights.distribution.vintages import AGES, by_month
from anlan.insights.distribution.words import definition_lines, picks_of
from anlan.lib.dates import date_text, local_date

PER_PAGE = 30
MOST_CONDITIONS = 3  # of who compares without seeing the records: more would single people out
EVERYTHING = 1 << 62
TABS = (
    ("injuries", "总览"),
    ("injury_map", "区县"),
    ("injury_ranking", "排序"),
    ("injury_calendar", "时间"),
    ("injury_pivot", "交叉表"),
    ("injury_vintages", "首报与现值"),
    ("injury_cases", "案件"),
)
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


@dataclass(frozen=True)
class Desk:
    """What every page works with."""

    counter: Counter
    book: Rulebook
    today: date
    as_of: datetime
    kept: dict[str, str]

    @property
    def question(self) -> Question:
        return self.counter.question


def page(view: Callable[[HttpRequest, Desk], HttpResponse]) -> Callable[..., HttpResponse]:
    """Hand the view its desk; say so when the copy is still being made."""

    @wraps(view)
    def enter(request: HttpRequest) -> HttpResponse:
        try:
            return view(request, _desk(request))
        except snapshot.NotReady:
            return render(request, "insights/injuries/waiting.html", status=503)

    return enter


def _desk(request: HttpRequest) -> Desk:
    copy, at = snapshot.current(), now()
    today, scope = local_date(at), scope_of(actor(request))
    book = rulebook(today)
    question = parse(request.GET.dict(), today=today, own_district=scope.own_district)
    if not scope.everything:
        question = whole_months(question, today)
    kept = {
        name: request.GET[name]
        for name in ("by", "rows", "columns", "show")
        if request.GET.get(name)
    }
    axes = len({kept.get("rows"), kept.get("columns")} - {None}) or 1
    least = small_cell_min(book)
    crowded = not scope.everything and len(question.picks) + axes > MOST_CONDITIONS
    counter = Counter(copy, question, scope, EVERYTHING if crowded else least)
    return Desk(counter, book, today, snapshot.as_of(), kept)


def _shown(request: HttpRequest, desk: Desk, name: str, **context: Any) -> HttpResponse:
    question = desk.question
    more = {
        "form": QuestionForm(desk.counter, desk.kept),
        "tabs": [
            (label, reverse(f"insights:{view}") + question.query(), view == name)
            for view, label in TABS
        ],
        "periods": [
            (
                label,
                replace_period(question, since, until).query(**desk.kept),
                (question.since, question.until) == (since, until),
            )
            for label, since, until in periods(desk.today)
        ],
        "picks": picks_of(desk.counter),
        "definition": definition_lines(desk.counter, desk.as_of),
        "crowded": desk.counter.least == EVERYTHING,
        "most_conditions": MOST_CONDITIONS,
        "compares": not desk.counter.scope.everything,
        "clear_url": request.path,
    }
    return render(request, f"insights/injuries/{name.removeprefix('injury_')}.html", context | more)


def replace_period(question: Question, since: date | None, until: date | None) -> Question:
    return Question(since, until, question.base, question.known, question.new_types, question.picks)


@require_GET
@guarded(may_look)
@page
def injuries(request: HttpRequest, desk: Desk) -> HttpResponse:
    charts = [
        pictures.picture(desk.counter, name) for name in OVERVIEW if name not in desk.question.picks
    ]
    trend = pictures.trend(desk.counter)
    return _shown(
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
    return _shown(
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
    name = _dimension(desk, "by", "industry")
    lines = rates_by(desk.counter, name) if DIMENSIONS[name].insured else []
    return _shown(
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
    return _shown(
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
    names = _axes(desk)
    table = _across(desk, names)
    return _shown(
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
    return _shown(
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
    return _shown(
        request,
        desk,
        "injury_cases",
        paged=paged,
        shown=shown,
        counted=counted,
        partly=counted.count != total,
    )


@require_GET
@guarded(may_look)
def export(request: HttpRequest, kind: str) -> HttpResponse:
    """The table of a page as a sheet; the address carries the same question."""
    try:
        desk = _desk(request)
    except snapshot.NotReady:
        return render(request, "insights/injuries/waiting.html", status=503)
    makers: dict[str, Callable[[], bytes]] = {
        "map": lambda: _list_sheet(desk, "district"),
        "ranking": lambda: _list_sheet(desk, _dimension(desk, "by", "industry")),
        "pivot": lambda: sheets.table_sheet(
            desk.counter, _across(desk, _axes(desk)), _axes(desk), desk.as_of
        ),
        "vintages": lambda: sheets.vintage_sheet(
            desk.counter, by_month(desk.counter, desk.today), desk.as_of
        ),
    }
    if kind not in makers:
        raise Http404
    return send_bytes(makers[kind](), f"工伤分布-{date_text(desk.today)}.xlsx", XLSX)


def _list_sheet(desk: Desk, name: str) -> bytes:
    lines = rates_by(desk.counter, name) if DIMENSIONS[name].insured else []
    return sheets.list_sheet(desk.counter, name, lines, desk.as_of)


def _across(desk: Desk, names: tuple[str, str]) -> Table:
    return desk.counter.across(*names)


def _dimension(desk: Desk, word: str, default: str) -> str:
    name = desk.kept.get(word, default)
    return name if name in DIMENSIONS else default


def _axes(desk: Desk) -> tuple[str, str]:
    rows = _dimension(desk, "rows", "key_industry")
    columns = _dimension(desk, "columns", "type" if rows != "type" else "part")
    if rows == columns:
        columns = "type" if rows != "type" else "part"
    return rows, columns


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

"""What every page of the distribution works with: its copy, its question, its frame."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from functools import wraps
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.timezone import now

from anlan.foundation.accounts.guards import actor
from anlan.foundation.rules.queries import Rulebook, rulebook
from anlan.insights.distribution import snapshot
from anlan.insights.distribution.counting import Counter
from anlan.insights.distribution.dimensions import DIMENSIONS
from anlan.insights.distribution.forms import QuestionForm
from anlan.insights.distribution.overview import small_cell_min
from anlan.insights.distribution.questions import Question, parse, periods, whole_months
from anlan.insights.distribution.scope import scope_of
from anlan.insights.distribution.words import definition_lines, picks_of
from anlan.lib.dates import local_date

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
            return view(request, desk_of(request))
        except snapshot.NotReady:
            return render(request, "insights/injuries/waiting.html", status=503)

    return enter


def desk_of(request: HttpRequest) -> Desk:
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


def framed(request: HttpRequest, desk: Desk, name: str, **context: Any) -> HttpResponse:
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


def dimension(desk: Desk, word: str, default: str) -> str:
    name = desk.kept.get(word, default)
    return name if name in DIMENSIONS else default


def axes_of(desk: Desk) -> tuple[str, str]:
    rows = dimension(desk, "rows", "key_industry")
    columns = dimension(desk, "columns", "type" if rows != "type" else "part")
    if rows == columns:
        columns = "type" if rows != "type" else "part"
    return rows, columns

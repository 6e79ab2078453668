"""Rates: injuries by their day ÷ insured people × 1,000, numerator and denominator side by side.

Commuting, sudden death and disease are counted apart and not in these rates, unless they are what
is asked for. Numerator and denominator cover the same months: where no insured people are recorded
for a group and month, its injuries are left out and their number is said. People of a month count
a twelfth of a person-year, so that a year's rate is the usual one per 1,000 of average headcount.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from anlan.injuries.models import Circumstance, Severity
from anlan.insights.distribution.columns import Array, month_number
from anlan.insights.distribution.counting import HIDDEN, Cell, Counter
from anlan.insights.distribution.dimensions import DIMENSIONS, NOT_INSURED_BY, Group
from anlan.methods.rates import rate_limits

APART = (Circumstance.COMMUTING, Circumstance.SUDDEN_DEATH, Circumstance.DISEASE)
PER = 1000
MOST_MONTHS = 1200
# Columns of the table that rates are taken from; hidden together, so that none gives another away.
_OTHER, _SERIOUS, _DEATH, _OUTSIDE = range(4)
_PARTS = [Group(str(n), "") for n in range(4)]


@dataclass(frozen=True)
class Rate:
    """Per 1,000 person-years with its exact 95 % limits; `why` says why there is none."""

    events: int | None = None
    value: float | None = None
    low: float | None = None
    high: float | None = None
    why: str = ""


@dataclass(frozen=True)
class Line:
    """Rates of one group. `outside` are its cases that are in no rate."""

    group: Group
    cases: Cell
    outside: Cell
    person_years: float
    all: Rate
    serious: Rate
    death: Rate


NO_DENOMINATOR = "缺分母"


def rates_by(counter: Counter, name: str) -> list[Line]:
    """Rates of every group of district, industry or key industry that has cases or people."""
    if not DIMENSIONS[name].insured:
        raise ValueError(f"nobody counts insured people by {name}")
    groups = counter.grouping(name).groups
    where, people = counter.groups_of(name), _people(counter, name, len(groups))
    return _lines(counter, groups, where, people)


def rates_of(counter: Counter) -> Line:
    """The same of everything that the question is about."""
    where = np.zeros(int(counter.chosen.sum()), np.int64)
    return _lines(counter, [Group("", "合计")], where, _people(counter, "", 1), keep_empty=True)[0]


@dataclass(frozen=True)
class _People:
    """Insured people by group and month, the months' share within the period, and the first."""

    by_month: Array
    share: Array
    first: int


def _lines(
    counter: Counter,
    groups: Sequence[Group],
    where: Array,
    people: _People,
    *,
    keep_empty: bool = False,
) -> list[Line]:
    months = people.by_month.shape[1]
    month = counter.values("month").astype(np.int64) - people.first
    inside = (month >= 0) & (month < months)
    covered = np.zeros(len(where), bool)
    covered[inside] = people.by_month[where[inside], month[inside]] > 0
    part = np.where(covered & _in_rates(counter), _severity(counter), _OUTSIDE)
    all_, unseen = counter.counts(where.astype(np.int64) * 4 + part, len(groups) * 4)
    years = (people.by_month * people.share).sum(axis=1) / 12
    table = all_.reshape(-1, 4)
    kept = np.flatnonzero((table.sum(axis=1) > 0) | (years > 0) | keep_empty)
    shown = counter.table(
        [groups[int(at)] for at in kept],
        _PARTS,
        table[kept],
        unseen.reshape(-1, 4)[kept],
        most=(0, 0),
        ordered=(True, True),
        keep_empty=True,
    )
    known = not (NOT_INSURED_BY & set(counter.question.picks))
    lines = zip(kept, shown.rows, shown.cells, shown.row_totals, strict=True)
    return [
        _line(g, cells, total, float(years[at]) if known else 0.0) for at, g, cells, total in lines
    ]


def _line(group: Group, cells: Sequence[Cell], total: Cell, years: float) -> Line:
    outside = cells[_OUTSIDE]
    both = total.count is not None and outside.count is not None
    injured = (total.count or 0) - (outside.count or 0) if both else None
    return Line(
        group,
        total,
        outside,
        years,
        _rate(injured, years),
        _rate(cells[_SERIOUS].count, years),
        _rate(cells[_DEATH].count, years),
    )


def _rate(events: int | None, years: float) -> Rate:
    if not years:
        return Rate(why=NO_DENOMINATOR)
    if events is None:
        return Rate(why=HIDDEN)
    value, low, high = (float(x) for x in rate_limits(events, years, per=PER))
    return Rate(events, value, low, high)


def _in_rates(counter: Counter) -> Array:
    """Cases that belong to rates: all where a circumstance was asked for, else the main ones."""
    if "circumstance" in counter.question.picks:
        return np.ones(int(counter.chosen.sum()), bool)
    words = counter.snapshot.words["circumstance"]
    lookup = np.fromiter((word not in APART for word in words), bool)
    found: Array = lookup[counter.values("circumstance")]
    return found


def _severity(counter: Counter) -> Array:
    part: dict[str, int] = {Severity.SERIOUS: _SERIOUS, Severity.DEATH: _DEATH}
    words = counter.snapshot.words["severity"]
    lookup = np.fromiter((part.get(word, _OTHER) for word in words), np.int64)
    found: Array = lookup[counter.values("severity")]
    return found


def _people(counter: Counter, name: str, size: int) -> _People:
    """Insured people within the question: its place, its industry, its months."""
    held, question = counter.snapshot.exposure, counter.question
    rows = np.ones(len(held["month"]), bool)
    for pick, key in question.picks.items():
        if DIMENSIONS[pick].insured or DIMENSIONS[pick].column == "month":
            rows &= counter.picked(pick, key)[held[DIMENSIONS[pick].column]]
    counted = counter.scope.industries_counted
    if counted is not None:
        words = counter.snapshot.words["key_industry"]
        rows &= np.fromiter((word in counted for word in words), bool)[held["key_industry"]]
    first, share = _months(counter, rows)
    month = held["month"].astype(np.int64) - first
    rows &= (month >= 0) & (month < len(share))
    group = np.zeros(len(month), np.int64)
    if name:
        group = counter.grouping(name).lookup[held[DIMENSIONS[name].column]].astype(np.int64)
    where = group[rows] * len(share) + month[rows]
    people = np.bincount(where, weights=held["people"][rows], minlength=size * len(share))
    return _People(people.reshape(size, len(share)), share, first)


def _months(counter: Counter, rows: Array) -> tuple[int, Array]:
    """First month of the period, and how much of each month lies in it."""
    held, question = counter.snapshot.exposure["month"], counter.question
    if not rows.any():
        return 0, np.zeros(0)
    first, last = int(held[rows].min()), int(held[rows].max())
    if question.since:
        first = max(first, month_number(question.since))
    if question.until:
        last = min(last, month_number(question.until))
    months = np.arange(first, min(last, first + MOST_MONTHS) + 1)
    starts = (months - 1970 * 12).astype("datetime64[M]").astype("datetime64[D]")
    ends = (months + 1 - 1970 * 12).astype("datetime64[M]").astype("datetime64[D]")
    since = np.maximum(starts, np.datetime64(question.since)) if question.since else starts
    day_after = np.datetime64(question.until) + 1 if question.until else None
    until = np.minimum(ends, day_after) if day_after is not None else ends
    length = (ends - starts).astype(np.float64)
    return first, np.clip((until - since).astype(np.float64), 0, None) / length

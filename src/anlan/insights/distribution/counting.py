"""Counting cases by one or two dimensions, and hiding small counts from those who see no records.

What a user sees one by one needs no hiding, so what is judged small is the part that the user does
not see: a district that knows 4 of 6 cases would otherwise learn of the two others.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property

import numpy as np

from anlan.injuries.models import RecognitionOutcome
from anlan.insights.distribution.columns import FOREVER, Array, day_number, second
from anlan.insights.distribution.dimensions import (
    DIMENSIONS,
    NOT_SAID,
    OTHER,
    Group,
    Grouping,
    industry_flags,
)
from anlan.insights.distribution.questions import Base, Question
from anlan.insights.distribution.scope import Scope
from anlan.insights.distribution.snapshot import Snapshot
from anlan.lib.dates import day_bounds
from anlan.methods.small_cells import hide_list, hide_table

HIDDEN = "已隐去"
_COUNTED_OUTCOMES = (RecognitionOutcome.RECOGNISED, RecognitionOutcome.DEEMED)


@dataclass(frozen=True)
class Cell:
    """A count as it may be shown: `count` is None where it is hidden."""

    count: int | None

    @property
    def text(self) -> str:
        return HIDDEN if self.count is None else f"{self.count:,}"

    @property
    def hidden(self) -> bool:
        return self.count is None


@dataclass(frozen=True)
class List:
    """Counts by one dimension."""

    groups: Sequence[Group]
    cells: Sequence[Cell]
    total: Cell

    def ranked(self) -> list[tuple[Group, Cell]]:
        """Groups with cases, the most first; hidden ones where a small count belongs: last."""
        pairs = [p for p in zip(self.groups, self.cells, strict=True) if p[1].count != 0]
        return sorted(pairs, key=lambda pair: -(pair[1].count or 0))

    def in_order(self) -> list[tuple[Group, Cell]]:
        """Groups in their own order, without the empty ones at either end."""
        pairs = [
            pair
            for pair in zip(self.groups, self.cells, strict=True)
            if pair[1].count != 0 or pair[0].key not in (NOT_SAID, OTHER)
        ]
        filled = [at for at, pair in enumerate(pairs) if pair[1].count != 0]
        return pairs[filled[0] : filled[-1] + 1] if filled else []

    @property
    def any_hidden(self) -> bool:
        return self.total.hidden or any(cell.hidden for cell in self.cells)


@dataclass(frozen=True)
class Table:
    """Counts by two dimensions with their margins."""

    rows: Sequence[Group]
    columns: Sequence[Group]
    cells: Sequence[Sequence[Cell]]
    row_totals: Sequence[Cell]
    column_totals: Sequence[Cell]
    total: Cell

    @property
    def any_hidden(self) -> bool:
        inside = any(cell.hidden for row in self.cells for cell in row)
        return inside or any(cell.hidden for cell in (*self.row_totals, *self.column_totals))


class Counter:
    """One question over one copy for one user. `least` is the smallest count that is shown."""

    def __init__(self, snapshot: Snapshot, question: Question, scope: Scope, least: int) -> None:
        self.snapshot, self.scope, self.least = snapshot, scope, least
        self.question = _readable(snapshot, question)

    @cached_property
    def chosen(self) -> Array:
        """Rows that the question is about, as flags."""
        known = self.question.known
        rows = _as_known(self.snapshot.columns, known) & self.within()
        of = of_base(
            self.snapshot, self.question.base, None if known is None else day_number(known)
        )
        return rows & of

    @cached_property
    def seen(self) -> Array | None:
        """Of the chosen rows: which the user may open. None when all of them."""
        seen = self.scope.seen(self.snapshot)
        return None if seen is None else seen[self.chosen]

    def grouping(self, name: str) -> Grouping:
        return DIMENSIONS[name].make(self.snapshot, self.question.manner)

    def total(self) -> Cell:
        all_, unseen = self._counts(np.zeros(int(self.chosen.sum()), np.int64), 1)
        return _cell(all_[0], bool(hide_list(unseen, self.least)[1]))

    def by(self, name: str) -> List:
        grouping = self.grouping(name)
        values, size = self.values(DIMENSIONS[name].column), len(grouping.groups)
        all_, unseen = (
            np.bincount(grouping.lookup, weights=counts, minlength=size).astype(np.int64)
            for counts in self._counts(values, len(grouping.lookup))
        )
        hidden, total_hidden = hide_list(unseen, self.least)
        cells = [_cell(count, hide) for count, hide in zip(all_, hidden, strict=True)]
        return List(grouping.groups, cells, _cell(all_.sum(), total_hidden))

    def across(self, rows: str, columns: str, *, most: tuple[int, int] = (40, 40)) -> Table:
        """Empty rows and columns fall away; beyond `most` the smallest are put together."""
        down, over = self.grouping(rows), self.grouping(columns)
        wide = len(over.groups)
        where = self._groups_of(rows, down).astype(np.int64) * wide + self._groups_of(columns, over)
        all_, unseen = self._counts(where, len(down.groups) * wide)
        shape = (len(down.groups), wide)
        return self.table(
            down.groups,
            over.groups,
            all_.reshape(shape),
            unseen.reshape(shape),
            most=most,
            ordered=(DIMENSIONS[rows].ordered, DIMENSIONS[columns].ordered),
        )

    def table(
        self,
        rows: Sequence[Group],
        columns: Sequence[Group],
        all_: Array,
        unseen: Array,
        *,
        most: tuple[int, int],
        ordered: tuple[bool, bool],
        keep_empty: bool = False,
    ) -> Table:
        """Counts that somebody else has made, small ones hidden."""
        if not keep_empty:
            rows, all_, unseen = _compact(rows, all_, unseen, most[0], ordered[0])
            columns, over, under = _compact(columns, all_.T, unseen.T, most[1], ordered[1])
            all_, unseen = over.T, under.T
        hidden = hide_table(unseen, self.least)
        return Table(
            rows,
            columns,
            [
                [_cell(c, h) for c, h in zip(*line, strict=True)]
                for line in zip(all_, hidden.cells, strict=True)
            ],
            [_cell(c, h) for c, h in zip(all_.sum(axis=1), hidden.rows, strict=True)],
            [_cell(c, h) for c, h in zip(all_.sum(axis=0), hidden.columns, strict=True)],
            _cell(all_.sum(), hidden.total),
        )

    def records(self, first: int, count: int) -> tuple[list[int], int]:
        """Ids of a page of the chosen cases that the user may open, latest first, and how many."""
        rows = np.flatnonzero(self.chosen)
        if self.seen is not None:
            rows = rows[self.seen]
        days = self.snapshot.columns["day"][rows].astype(np.int64)
        last = min(first + count, len(rows))
        if last < len(rows):
            rows = rows[np.argpartition(-days, last - 1)[:last]] if last else rows[:0]
        cases = self.snapshot.columns["case"][rows]
        order = np.lexsort((-cases, -self.snapshot.columns["day"][rows].astype(np.int64)))
        total = int(self.chosen.sum() if self.seen is None else self.seen.sum())
        return [int(case) for case in cases[order][first:last]], total

    def counts(self, where: Array, size: int) -> tuple[Array, Array]:
        """Cases by group number: all, and those that the user may not open."""
        return self._counts(where, size)

    def values(self, column: str) -> Array:
        """A column of the chosen rows."""
        return self.snapshot.columns[column][self.chosen]

    def groups_of(self, name: str) -> Array:
        """The group number of every chosen row."""
        return self._groups_of(name, self.grouping(name))

    def _groups_of(self, name: str, grouping: Grouping) -> Array:
        return grouping.lookup[self.values(DIMENSIONS[name].column)]

    def _counts(self, where: Array, size: int) -> tuple[Array, Array]:
        if self.seen is None:
            return np.bincount(where, minlength=size), np.zeros(size, np.int64)
        found = np.bincount(where.astype(np.int64) * 2 + self.seen, minlength=size * 2)
        return found.reshape(size, 2).sum(axis=1), found[::2]

    def within(self) -> Array:
        """Rows of any vintage and base that lie in the period and fit the picks."""
        question, columns = self.question, self.snapshot.columns
        rows = np.ones(len(columns["case"]), bool)
        if question.since:
            rows &= columns["day"] >= day_number(question.since)
        if question.until:
            rows &= columns["day"] <= day_number(question.until)
        for name, key in question.picks.items():
            rows &= self.picked(name, key)[columns[DIMENSIONS[name].column]]
        counted = self.scope.counted(self.snapshot)
        return rows if counted is None else rows & counted

    def picked(self, name: str, key: str) -> Array:
        """By number of a dimension's column: whether it belongs to the group of that key."""
        if name == "industry":
            return industry_flags(self.snapshot.words["industry"], key)
        grouping = self.grouping(name)
        found: Array = grouping.lookup == grouping.index(key)
        return found


def of_base(snapshot: Snapshot, base: Base, known: int | Array | None) -> Array:
    """Rows that a base counts; with `known`, of records that had been made by that day.

    The day of the decision stands in the record, also where a version doesn't tell when it came.
    """
    columns = snapshot.columns
    if base == Base.ALL:
        return np.ones(len(columns["case"]), bool)
    if base == Base.REPORTED:
        made: Array = columns["reported"] != 0
        return made if known is None else made & (columns["reported"] <= known)
    lookup = np.fromiter((w in _COUNTED_OUTCOMES for w in snapshot.words["outcome"]), bool)
    decided: Array = lookup[columns["outcome"]]
    if known is not None:
        decided &= columns["decided"] <= known
    return decided


def _as_known(columns: dict[str, Array], known: date | None) -> Array:
    """The present state of every case, or the one at the end of that day."""
    if known is None:
        present: Array = columns["until"] == FOREVER
        return present
    end = second(day_bounds(known)[1]) - 1
    then: Array = (columns["since"] <= end) & (columns["until"] > end)
    return then


def _readable(snapshot: Snapshot, question: Question) -> Question:
    """Without picks that name no group."""
    kept = {
        name: key
        for name, key in question.picks.items()
        if name == "industry"
        or DIMENSIONS[name].make(snapshot, question.manner).index(key) is not None
    }
    return question if kept == question.picks else replace(question, picks=kept)


def _compact(
    groups: Sequence[Group], all_: Array, unseen: Array, most: int, ordered: bool
) -> tuple[list[Group], Array, Array]:
    """Rows with cases; unless they stand in an order of their own, the largest first."""
    sums = all_.sum(axis=1)
    order = np.arange(len(groups)) if ordered else np.argsort(-sums, kind="stable")
    kept = [at for at in order if sums[at] > 0]
    named = [groups[at] for at in kept[:most]]
    parts = [all_[kept[:most]], unseen[kept[:most]]]
    if len(kept) > most:
        named.append(Group("", f"其余 {len(kept) - most} 项"))
        rest = kept[most:]
        parts = [
            np.vstack([parts[0], all_[rest].sum(axis=0)]),
            np.vstack([parts[1], unseen[rest].sum(axis=0)]),
        ]
    return named, parts[0], parts[1]


def _cell(count: int, hidden: bool) -> Cell:
    return Cell(None if hidden else int(count))

"""What was known of each month's injuries at first, and what is known now.

Counts of a month go on growing while injuries are reported and decided on, so a recent month is
never compared with an older one at another age. `at first` is at the end of the month itself, then
so many months later; a vintage before the platform knew of anything is no figure.
"""

from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np

from anlan.insights.distribution.columns import FOREVER, Array, moment_of
from anlan.insights.distribution.counting import Cell, Counter, of_base
from anlan.insights.distribution.dimensions import Group, month_group
from anlan.lib.dates import local_date
from anlan.methods.small_cells import hide_list

AGES = (0, 1, 3, 6, 12)  # months after the end of the month of injury

LEAST = 10


@dataclass(frozen=True)
class Month:
    """Counts of one month of injury by age; None where that day has not come or nobody listened."""

    group: Group
    by_age: tuple[Cell | None, ...]
    now: Cell

    @property
    def first(self) -> Cell | None:
        """The earliest vintage that there is."""
        return next((cell for cell in self.by_age if cell is not None), None)

    @property
    def growth(self) -> float | None:
        """Now ÷ at first; of a handful at first it would say nothing."""
        first = self.first
        known = (first.count or 0) if first is not None else 0
        if known < LEAST or self.now.count is None:
            return None
        return self.now.count / known


def by_month(counter: Counter, today: date) -> list[Month]:
    """Months of injury with cases, the latest first."""
    since = counter.snapshot.columns["since"]
    if not len(since):
        return []
    began = local_date(moment_of(int(since.min())))
    months = counter.snapshot.columns["month"]
    size = int(months.max()) + 1
    within = counter.within()
    present = within & (counter.snapshot.columns["until"] == FOREVER)
    now = _counts(counter, present & of_base(counter.snapshot, counter.question.base, None), size)
    ages = [_counts(counter, within & _then(counter, age), size) for age in AGES]
    some = np.flatnonzero(now[0] + sum(age[0] for age in ages) > 0)[::-1]
    hidden_now = hide_list(now[1][some], counter.least)[0]
    hidden = [hide_list(age[1][some], counter.least)[0] for age in ages]
    found = []
    for at, month in enumerate(some):
        cells = tuple(
            Cell(None if hidden[n][at] else int(ages[n][0][month]))
            if began <= end_of(int(month), age) < today
            else None
            for n, age in enumerate(AGES)
        )
        present_count = Cell(None if hidden_now[at] else int(now[0][month]))
        found.append(Month(month_group(int(month)), cells, present_count))
    return found


def end_of(month: int, age: int) -> date:
    """The last day of the month that is `age` months after month number `month`."""
    year, rest = divmod(month + age + 1, 12)
    return date(year, rest + 1, 1) - timedelta(days=1)


def _counts(counter: Counter, rows: Array, size: int) -> tuple[Array, Array]:
    """By month: all, and those that the user may not open."""
    months = counter.snapshot.columns["month"]
    all_ = np.bincount(months[rows], minlength=size)
    seen = counter.scope.seen(counter.snapshot)
    unseen = (
        np.zeros(size, np.int64)
        if seen is None
        else np.bincount(months[rows & ~seen], minlength=size)
    )
    return all_, unseen


def _then(counter: Counter, age: int) -> Array:
    """Rows that were true, and of the base, at the end of the month `age` after their own."""
    columns = counter.snapshot.columns
    months = columns["month"]
    ends = np.arange(int(months.max()) + 1) + age + 1 - 1970 * 12
    days = ends.astype("datetime64[M]").astype("datetime64[D]").astype(np.int64) - 1
    shanghai = 8 * 3600
    seconds = np.clip((days + 1) * 86400 - shanghai - 1, 0, FOREVER - 1).astype(np.uint32)[months]
    of = of_base(counter.snapshot, counter.question.base, days[months])
    true: Array = (columns["since"] <= seconds) & (columns["until"] > seconds) & of
    return true

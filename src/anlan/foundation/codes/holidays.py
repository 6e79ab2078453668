"""China's public holidays and the weekends worked for them, as the State Council announces them.

One notice a year, usually in November for the year after; the list ships with a release, a row for
each span of days. Of a year without a list only weekends are known to be free.
"""

import csv
from collections.abc import Iterator
from datetime import date, timedelta
from functools import cache
from importlib.resources import files

_DATA = files("anlan.foundation.codes").joinpath("data", "public_holidays.csv")
_SATURDAY = 5


def is_free(day: date) -> bool:
    """Whether a day is 法定休假日: a public holiday, or a weekend that isn't worked."""
    announced = _announced().get(day)
    return day.weekday() >= _SATURDAY if announced is None else announced


def next_working_day(day: date) -> date:
    """The day itself, or the first after it that is worked (民法典 203)."""
    while is_free(day):
        day += timedelta(days=1)
    return day


def loaded(year: int) -> bool:
    """Whether the notice of that year is in the list."""
    return year in _years()


def last_loaded() -> int:
    return max(_years())


@cache
def _announced() -> dict[date, bool]:
    """Free or worked, of every day that a notice names."""
    return {day: row["kind"] == "rest" for row in _rows() for day in _days(row)}


@cache
def _years() -> frozenset[int]:
    """A notice's new-year holiday may begin the year before: a span's last day says the year."""
    return frozenset(date.fromisoformat(row["last"]).year for row in _rows())


def _days(row: dict[str, str]) -> Iterator[date]:
    day, last = date.fromisoformat(row["first"]), date.fromisoformat(row["last"])
    while day <= last:
        yield day
        day += timedelta(days=1)


def _rows() -> Iterator[dict[str, str]]:
    with _DATA.open(encoding="utf-8") as lines:
        yield from csv.DictReader(lines)

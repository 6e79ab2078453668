"""The days that a figure covers."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from anlan.lib.dates import day_bounds


@dataclass(frozen=True)
class Span:
    """From `since` to `last`, both included; `last` is never after the day it is asked."""

    since: date
    last: date

    @property
    def begins(self) -> datetime:
        return day_bounds(self.since)[0]

    @property
    def ends(self) -> datetime:
        """The first moment after the last day."""
        return day_bounds(self.last)[1]


def year_span(year: int, today: date) -> Span:
    """A calendar year, or what has passed of it."""
    return Span(date(year, 1, 1), min(date(year, 12, 31), today))


def twelve_months(today: date) -> Span:
    """The twelve months that end today."""
    return Span(years_before(today, 1) + timedelta(days=1), today)


def years_before(day: date, years: int) -> date:
    """The same day years ago; 29 February becomes the 28th."""
    try:
        return day.replace(year=day.year - years)
    except ValueError:
        return day.replace(year=day.year - years, day=28)


def years_after(day: date, years: int) -> date:
    return years_before(day, -years)

"""The legal clocks of 认定 and 鉴定, as plain arithmetic over days.

A term of n days from a day ends on that day + n: the day itself isn't counted (民法典 201). A last
day that is a public holiday or a weekend moves to the next working day (民法典 203); of a year
whose calendar isn't loaded only weekends are known.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from anlan.foundation.codes.holidays import next_working_day
from anlan.foundation.rules.queries import Rulebook


@dataclass(frozen=True, slots=True)
class Pause:
    """The clock stands from `since` until the day before `until`; without one, it still stands."""

    since: date
    until: date | None = None


@dataclass(frozen=True, slots=True)
class Terms:
    """The terms of the day, in days where the name doesn't say years."""

    employer: int
    worker_years: int
    acceptance: int
    decision: int
    decision_clear: int
    appraisal: int
    appraisal_extension: int
    review_years: int

    @classmethod
    def of(cls, book: Rulebook) -> "Terms":
        return cls(
            employer=book.whole("injuries.apply_employer_days"),
            worker_years=book.whole("injuries.apply_worker_years"),
            acceptance=book.whole("injuries.accept_days"),
            decision=book.whole("injuries.decide_days"),
            decision_clear=book.whole("injuries.decide_clear_days"),
            appraisal=book.whole("injuries.appraise_days"),
            appraisal_extension=book.whole("injuries.appraise_extension_days"),
            review_years=book.whole("injuries.review_years"),
        )


def paused_days(pauses: Iterable[Pause], *, start: date, on: date) -> int:
    """Days from `start` until `on` on which the clock stood; overlapping pauses count once."""
    spans = sorted((max(p.since, start), min(p.until or on, on)) for p in pauses)
    total, reached = 0, start
    for since, until in spans:
        begin = max(since, reached)
        if until > begin:
            total += (until - begin).days
            reached = until
    return total


def days_used(start: date, pauses: Iterable[Pause], *, on: date) -> int:
    """Days of the term that have run by `on`; never negative, also before the clock began."""
    if on <= start:
        return 0
    return (on - start).days - paused_days(pauses, start=start, on=on)


def term_end(start: date, term: int, pauses: Iterable[Pause] = ()) -> date | None:
    """The last day of a term of `term` days, moved by the pauses; None while the clock stands.

    A holiday is not looked at: see `due`.
    """
    kept = list(pauses)
    if any(p.until is None for p in kept):
        return None
    last = max([start, *(p.until for p in kept if p.until)])
    return start + timedelta(days=term + paused_days(kept, start=start, on=last))


def due(start: date, term: int, pauses: Iterable[Pause] = ()) -> date | None:
    """The last day on which the deed is in time: `term_end`, past a holiday (民法典 203)."""
    end = term_end(start, term, pauses)
    return None if end is None else next_working_day(end)


def last_day(start: date, term: int) -> date:
    """`due` of a clock that never stands."""
    return next_working_day(start + timedelta(days=term))


def years_later(day: date, years: int) -> date:
    """The same day of a later year; 29 February becomes 28 (民法典 202: the month's last day)."""
    try:
        return day.replace(year=day.year + years)
    except ValueError:
        return day.replace(year=day.year + years, day=28)


def application_due(injured_on: date, *, by_employer: bool | None, terms: Terms) -> date:
    """30 days for the employer, one year for the worker (工伤保险条例 17)."""
    if by_employer:
        return last_day(injured_on, terms.employer)
    return next_working_day(years_later(injured_on, terms.worker_years))

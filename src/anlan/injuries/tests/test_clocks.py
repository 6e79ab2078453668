"""The legal clocks: a pause moves the last day by exactly the days it lasts, never backwards."""

from datetime import date, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from anlan.injuries.clocks import (
    Pause,
    application_due,
    days_used,
    due,
    last_day,
    paused_days,
    term_end,
    years_later,
)
from anlan.injuries.models import Case
from anlan.injuries.queries.standing import apply_by
from anlan.injuries.services.recognising import terms_on
from anlan.testing.cast import Cast

START = date(2026, 3, 1)
TERM = 60


@st.composite
def pauses(draw: st.DrawFn) -> list[Pause]:
    """Ended pauses in any order, overlapping, some begun before the clock."""
    made = []
    for _ in range(draw(st.integers(0, 5))):
        since = START + timedelta(days=draw(st.integers(-20, 90)))
        made.append(Pause(since, since + timedelta(days=draw(st.integers(0, 60)))))
    return made


def stood(spans: list[Pause], *, on: date) -> int:
    """Another way to count: day by day."""
    days = {
        p.since + timedelta(days=n)
        for p in spans
        for n in range((min(p.until or on, on) - p.since).days)
    }
    return len({day for day in days if START <= day < on})


@settings(max_examples=60)
@given(pauses(), st.integers(-5, 200))
def test_no_day_is_used_twice_or_below_none(spans: list[Pause], later: int) -> None:
    on = START + timedelta(days=later)
    used = days_used(START, spans, on=on)
    assert used == max(0, later - stood(spans, on=on))
    assert 0 <= used <= max(0, later)
    assert used == days_used(START, list(reversed(spans)), on=on)


@settings(max_examples=60)
@given(pauses())
def test_the_last_day_moves_by_exactly_the_days_it_stood(spans: list[Pause]) -> None:
    last, plain = term_end(START, TERM, spans), term_end(START, TERM)
    assert last is not None
    assert plain == START + timedelta(days=TERM)
    far = START + timedelta(days=500)
    assert (last - plain).days == paused_days(spans, start=START, on=far) == stood(spans, on=far)


@settings(max_examples=30)
@given(pauses(), st.integers(0, 100))
def test_a_clock_that_stands_has_no_last_day_and_does_not_run(
    spans: list[Pause], later: int
) -> None:
    since = START + timedelta(days=later)
    open_ended = [*spans, Pause(since)]
    assert due(START, TERM, open_ended) is None
    then = days_used(START, open_ended, on=since)
    assert days_used(START, open_ended, on=since + timedelta(days=400)) == then


def test_the_terms_are_those_of_the_law(cast: Cast) -> None:
    terms = terms_on(START)
    assert (terms.employer, terms.worker_years, terms.acceptance) == (30, 1, 15)
    assert (terms.decision, terms.decision_clear) == (60, 15)
    assert (terms.appraisal, terms.appraisal_extension, terms.review_years) == (60, 30, 1)
    assert application_due(START, by_employer=True, terms=terms) == date(2026, 3, 31)
    assert application_due(START, by_employer=False, terms=terms) == date(2027, 3, 1)
    assert years_later(date(2024, 2, 29), 1) == date(2025, 2, 28)


def test_a_last_day_on_a_holiday_moves_to_the_next_working_day() -> None:
    """民法典 203. 1 October 2026 and what is off around it; 10 October is a Saturday worked."""
    assert due(date(2026, 8, 2), 60) == date(2026, 10, 8)
    assert due(date(2026, 8, 11), 60) == date(2026, 10, 10)
    assert due(date(2026, 8, 12), 60) == date(2026, 10, 12)
    paused = due(date(2026, 8, 1), 60, [Pause(date(2026, 8, 10), date(2026, 8, 12))])
    assert paused == date(2026, 10, 8)
    assert last_day(date(2026, 4, 16), 15) == date(2026, 5, 6)


def test_of_a_year_without_a_list_only_weekends_are_free() -> None:
    assert last_day(date(2021, 9, 16), 15) == date(2021, 10, 1)
    assert last_day(date(2021, 9, 17), 15) == date(2021, 10, 4)


def test_an_application_in_time_is_not_late_because_of_a_holiday(cast: Cast) -> None:
    terms = terms_on(START)
    assert application_due(date(2026, 1, 16), by_employer=True, terms=terms) == date(2026, 2, 24)
    assert application_due(date(2025, 10, 1), by_employer=False, terms=terms) == date(2026, 10, 8)


def test_the_desk_names_the_same_last_day_as_the_clock(cast: Cast) -> None:
    assert apply_by(Case(injured_on=date(2026, 1, 16)), terms_on(START)) == date(2026, 2, 24)

"""When staff are there: spans of a week, the next opening, words that a learner reads."""

from datetime import timedelta

import pytest

from anlan.identity.hours import Hours, is_staffed, next_opening, week_in_words
from anlan.testing.cast import NOW

WORKDAY = [["13:30", "17:30"], ["08:30", "12:00"]]
HOURS: Hours = {**{str(day): WORKDAY for day in range(1, 6)}, "6": [["09:00", "11:00"]]}
MONDAY = NOW - timedelta(hours=9)  # midnight in Jinan


@pytest.mark.parametrize(
    ("day", "clock", "there"),
    [(0, "08:29", False), (0, "08:30", True), (0, "12:00", False), (0, "17:29", True),
     (5, "10:00", True), (5, "14:00", False), (6, "10:00", False)],
)  # fmt: skip
def test_a_span_has_its_beginning_and_not_its_end(day: int, clock: str, there: bool) -> None:
    hour, minute = map(int, clock.split(":"))
    assert is_staffed(HOURS, MONDAY + timedelta(days=day, hours=hour, minutes=minute)) is there


def test_the_next_opening_looks_a_week_ahead() -> None:
    assert next_opening(HOURS, MONDAY) == MONDAY + timedelta(hours=8.5)
    assert next_opening(HOURS, MONDAY + timedelta(hours=9)) == MONDAY + timedelta(hours=13.5)
    sunday = MONDAY + timedelta(days=6, hours=12)
    assert next_opening(HOURS, sunday) == MONDAY + timedelta(days=7, hours=8.5)
    only = {"1": [["09:00", "10:00"]]}
    assert next_opening(only, MONDAY + timedelta(hours=9)) == MONDAY + timedelta(days=7, hours=9)
    assert next_opening({}, MONDAY) is None


def test_days_of_the_same_hours_are_said_together() -> None:
    workdays = ("周一至周五", ["08:30–12:00", "13:30–17:30"])
    assert week_in_words(HOURS) == [workdays, ("周六", ["09:00–11:00"])]
    apart: Hours = {"1": [["09:00", "10:00"]], "3": [["09:00", "10:00"]]}
    assert week_in_words(apart) == [("周一", ["09:00–10:00"]), ("周三", ["09:00–10:00"])]
    assert week_in_words({}) == []

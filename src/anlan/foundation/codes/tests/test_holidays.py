"""The announced days off and the weekends worked for them."""

from datetime import date, timedelta

import pytest

from anlan.foundation.codes.holidays import is_free, last_loaded, loaded, next_working_day


@pytest.mark.parametrize(
    ("day", "free"),
    [
        ("2026-10-01", True),
        ("2026-10-08", False),
        ("2026-10-10", False),  # a Saturday that is worked
        ("2026-10-11", True),
        ("2026-02-23", True),
        ("2025-01-26", False),
        ("2022-12-31", True),
        ("2021-10-01", False),  # a Friday of a year without a list
        ("2021-10-02", True),
    ],
)
def test_a_day_is_free_or_worked_as_announced(day: str, free: bool) -> None:
    assert is_free(date.fromisoformat(day)) is free


def test_the_next_working_day_jumps_over_the_whole_holiday() -> None:
    assert next_working_day(date(2026, 10, 1)) == date(2026, 10, 8)
    assert next_working_day(date(2026, 2, 15)) == date(2026, 2, 24)
    assert next_working_day(date(2026, 2, 28)) == date(2026, 2, 28)
    assert next_working_day(date(2026, 4, 30)) == date(2026, 4, 30)


def test_each_year_has_its_statutory_days_and_works_only_weekends() -> None:
    """全国年节及纪念日放假办法: 11 days, 13 from 2025 on; the others off are moved from weekends."""
    for year, statutory in {2023: 11, 2024: 11, 2025: 13, 2026: 13}.items():
        first = date(year, 1, 1)
        days = [first + timedelta(days=n) for n in range((date(year + 1, 1, 1) - first).days)]
        weekends = sum(day.weekday() >= 5 for day in days)
        assert sum(is_free(day) for day in days) - weekends == statutory
        assert loaded(year)
    assert not loaded(2022)
    assert last_loaded() >= 2026

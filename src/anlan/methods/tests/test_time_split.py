"""Cases are split by time, and no day is on both sides."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from anlan.methods.coding.cases import CannotSplit, Cases

DAYS = st.lists(st.integers(0, 40), min_size=1, max_size=60)


@given(DAYS, st.floats(0.05, 0.95))
def test_every_earlier_day_lies_before_every_later_one(days: list[int], share: float) -> None:
    dates = [date(2024, 1, 1) + timedelta(days=day) for day in days]
    cases = Cases.of([str(at) for at in range(len(days))], ["a"] * len(days), dates)
    try:
        earlier, later = cases.split(share)
    except CannotSplit:
        boundary = sorted(dates)[int(len(dates) * share)]
        assert boundary == min(dates)
        return
    assert max(earlier.days) < min(later.days)
    assert sorted(earlier.texts + later.texts) == sorted(cases.texts)
    assert len(earlier) <= len(days) * share


def test_nothing_cannot_be_split() -> None:
    with pytest.raises(CannotSplit):
        Cases.of([], [], []).split(0.5)


def test_columns_of_different_length_are_no_cases() -> None:
    with pytest.raises(ValueError, match="differ"):
        Cases.of(["a"], [], [date(2024, 1, 1)])

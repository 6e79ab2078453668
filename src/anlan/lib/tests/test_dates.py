"""Dates as offices write and type them."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

import pytest

from anlan.lib import dates

MONDAY_HALF_PAST_TWO = datetime(2026, 11, 23, 6, 30, tzinfo=UTC)


def test_a_moment_is_written_on_a_shanghai_clock() -> None:
    assert dates.moment_text(MONDAY_HALF_PAST_TWO) == "2026年11月23日 周一 14:30"
    assert dates.half_day_text(MONDAY_HALF_PAST_TWO) == "11月23日 周一下午"


def test_the_day_begins_in_shanghai_not_in_utc() -> None:
    late_evening_utc = datetime(2026, 11, 22, 17, tzinfo=UTC)
    assert dates.local_date(late_evening_utc) == date(2026, 11, 23)
    first, after = dates.day_bounds(date(2026, 11, 23))
    assert first == datetime(2026, 11, 22, 16, tzinfo=UTC)
    assert after - first == timedelta(days=1)


def test_a_moment_without_a_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="time zone"):
        dates.to_shanghai(datetime(2026, 11, 23))  # noqa: DTZ001


def test_ranges_repeat_only_what_changes() -> None:
    day = date(2026, 11, 23)
    assert dates.date_range_text(day, day) == "2026年11月23日"
    assert dates.date_range_text(day, date(2026, 11, 25)) == "2026年11月23日至25日"
    assert dates.date_range_text(day, date(2026, 12, 1)) == "2026年11月23日至12月1日"
    assert dates.date_range_text(day, date(2027, 1, 1)) == "2026年11月23日至2027年1月1日"
    end = MONDAY_HALF_PAST_TWO + timedelta(hours=3)
    assert dates.moment_range_text(MONDAY_HALF_PAST_TWO, end) == "2026年11月23日 周一 14:30–17:30"


def test_half_days_part_at_noon_and_at_six() -> None:
    clocks = [time(8, 30), time(12), time(17, 59), time(18)]
    assert [dates.half_day(clock) for clock in clocks] == ["am", "pm", "pm", "evening"]


@pytest.mark.parametrize(
    ("span", "said"),
    [
        (timedelta(seconds=-20), "刚刚"),
        (timedelta(minutes=-5), "5 分钟前"),
        (timedelta(hours=3), "3 小时后"),
        (timedelta(days=-1), "昨天"),
        (timedelta(days=2), "后天"),
        (timedelta(days=12), "12 天后"),
    ],
)
def test_a_distance_is_said_in_words(span: timedelta, said: str) -> None:
    assert dates.relative_text(MONDAY_HALF_PAST_TWO + span, MONDAY_HALF_PAST_TWO) == said


@pytest.mark.parametrize(
    "typed",
    ["2026-11-23", "2026/11/23", "2026.11.23", "2026年11月23日", "20261123", " 2026－11－23"],
)
def test_typed_days_are_read(typed: str) -> None:
    assert dates.parse_date(typed) == date(2026, 11, 23)


def test_an_impossible_day_is_refused_with_its_reason() -> None:
    with pytest.raises(ValueError, match="不存在"):
        dates.parse_date("2026-02-30")
    with pytest.raises(ValueError, match="看不懂"):
        dates.parse_date("下周一")


def test_months_and_durations() -> None:
    assert dates.month_bounds(date(2026, 12, 31)) == (date(2026, 12, 1), date(2027, 1, 1))
    assert dates.duration_text(timedelta(hours=2, minutes=30)) == "2 小时 30 分"
    assert dates.duration_text(timedelta(minutes=45)) == "45 分钟"

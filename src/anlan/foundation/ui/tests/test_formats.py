"""How dates, money and figures are written."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from anlan.foundation.ui import formats

NOON = datetime(2026, 11, 23, 6, 30, tzinfo=UTC)  # 14:30 in the city


def test_a_moment_is_written_on_the_citys_wall_clock() -> None:
    assert formats.cn_datetime(NOON) == "2026年11月23日 周一 14:30"
    assert formats.cn_date(date(2026, 12, 1)) == "2026年12月1日 周二"
    assert formats.cn_time(NOON) == "14:30"


def test_late_evening_utc_is_the_next_day_here() -> None:
    assert formats.cn_date(datetime(2026, 11, 22, 16, 0, tzinfo=UTC)) == "2026年11月23日 周一"


@pytest.mark.parametrize(
    ("start", "end", "written"),
    [
        (NOON, NOON + timedelta(hours=3), "11月23日 周一 14:30–17:30"),
        (date(2026, 11, 23), date(2026, 11, 25), "11月23日–25日"),
        (date(2026, 11, 30), date(2026, 12, 2), "11月30日–12月2日"),
        (date(2025, 11, 30), date(2025, 12, 2), "2025年11月30日–12月2日"),
        (date(2025, 12, 31), date(2026, 1, 2), "2025年12月31日–2026年1月2日"),
        (date(2026, 11, 23), None, "11月23日 周一"),
        (None, None, "—"),
    ],
)
def test_ranges_are_short(start: date | None, end: date | None, written: str) -> None:
    assert formats.cn_range(start, end, today=date(2026, 6, 1)) == written


@pytest.mark.parametrize(
    ("ago", "words"),
    [
        (timedelta(seconds=5), "刚刚"),
        (timedelta(minutes=12), "12 分钟前"),
        (timedelta(hours=3), "3 小时前"),
        (timedelta(hours=20), "昨天"),
        (timedelta(days=5), "5 天前"),
        (timedelta(days=40), "2026年10月14日 周三"),
        (-timedelta(days=2), "2 天后"),
    ],
)
def test_relative_words(ago: timedelta, words: str) -> None:
    assert formats.since(NOON - ago, NOON) == words


def test_a_running_clock_says_how_urgent_it_is() -> None:
    assert formats.due_words(NOON - timedelta(days=2), NOON) == ("逾期 2 天", "stop")
    assert formats.due_words(NOON - timedelta(hours=1), NOON) == ("今天已逾期", "stop")
    assert formats.due_words(NOON + timedelta(hours=2), NOON) == ("今天到期", "warn")
    assert formats.due_words(NOON + timedelta(days=2), NOON) == ("还剩 2 天", "warn")
    assert formats.due_words(NOON + timedelta(days=5), NOON) == ("还剩 5 天", "")


def test_figures() -> None:
    assert formats.permille(0.0031) == "3.1‰"
    assert formats.percent(Decimal("0.82505")) == "82.5%"
    assert formats.yuan(Decimal("1234")) == "¥1,234.00"
    assert formats.yuan(-5) == "-¥5.00"
    assert formats.thousands(88000) == "88,000"
    assert formats.yuan(None) == "—"

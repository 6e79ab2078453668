"""Dates as a Chinese office writes them. Time is an argument; nothing here asks the clock."""

from __future__ import annotations

import re
import unicodedata
from datetime import date, datetime, time, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

SHANGHAI = ZoneInfo("Asia/Shanghai")

HalfDay = Literal["am", "pm", "evening"]
HALF_DAY_NAMES: dict[HalfDay, str] = {"am": "上午", "pm": "下午", "evening": "晚上"}

_WRITTEN = re.compile(r"(\d{4})(?:年|[-/.])(\d{1,2})(?:月|[-/.])(\d{1,2})日?")
_EIGHT_DIGITS = re.compile(r"(\d{4})(\d{2})(\d{2})")
_WEEKDAYS = "一二三四五六日"
_NOON = time(12)
_EVENING = time(18)


def to_shanghai(at: datetime) -> datetime:
    """The same moment on a Shanghai clock; a moment without a zone is refused (ValueError)."""
    if at.tzinfo is None:
        raise ValueError("a moment needs its time zone")
    return at.astimezone(SHANGHAI)


def at_shanghai(day: date, clock: time) -> datetime:
    """The moment at which Shanghai clocks show this."""
    return datetime.combine(day, clock, tzinfo=SHANGHAI)


def local_date(at: datetime) -> date:
    """The day it is in Shanghai at that moment."""
    return to_shanghai(at).date()


def day_bounds(day: date) -> tuple[datetime, datetime]:
    """First moment of the day and first moment of the next: a half-open range for queries."""
    return at_shanghai(day, time()), at_shanghai(day + timedelta(days=1), time())


def month_bounds(day: date) -> tuple[date, date]:
    """First day of this month and first day of the next."""
    first = day.replace(day=1)
    return first, (first + timedelta(days=32)).replace(day=1)


def weekday_name(day: date) -> str:
    """周一 to 周日."""
    return f"周{_WEEKDAYS[day.weekday()]}"


def date_text(day: date) -> str:
    """2026年11月23日."""
    return f"{day.year}年{day.month}月{day.day}日"


def date_weekday_text(day: date) -> str:
    """2026年11月23日 周一."""
    return f"{date_text(day)} {weekday_name(day)}"


def moment_text(at: datetime) -> str:
    """2026年11月23日 周一 14:30, on a Shanghai clock."""
    local = to_shanghai(at)
    return f"{date_weekday_text(local.date())} {local:%H:%M}"


def date_range_text(first: date, last: date) -> str:
    """2026年11月23日至25日; year and month are repeated only where they change."""
    if first == last:
        return date_text(first)
    if first.year != last.year:
        return f"{date_text(first)}至{date_text(last)}"
    if first.month != last.month:
        return f"{date_text(first)}至{last.month}月{last.day}日"
    return f"{date_text(first)}至{last.day}日"


def moment_range_text(start: datetime, end: datetime) -> str:
    """2026年11月23日 周一 14:30–17:30; over midnight the second day is written too."""
    first, last = to_shanghai(start), to_shanghai(end)
    if first.date() == last.date():
        return f"{moment_text(start)}–{last:%H:%M}"
    return f"{moment_text(start)} 至 {moment_text(end)}"


def half_day(at: datetime | time) -> HalfDay:
    """Which half day a moment (or a Shanghai clock time) belongs to: noon is pm, 18:00 evening."""
    clock = to_shanghai(at).time() if isinstance(at, datetime) else at
    if clock < _NOON:
        return "am"
    return "pm" if clock < _EVENING else "evening"


def half_day_name(at: datetime | time) -> str:
    """上午, 下午 or 晚上."""
    return HALF_DAY_NAMES[half_day(at)]


def half_day_text(at: datetime) -> str:
    """11月23日 周一上午: how a timetable names a session."""
    day = local_date(at)
    return f"{day.month}月{day.day}日 {weekday_name(day)}{half_day_name(at)}"


def relative_text(at: datetime, now: datetime) -> str:
    """刚刚, 5 分钟前, 3 小时后, 昨天, 12 天后. Show the absolute moment beside it or on hover."""
    seconds = (at - now).total_seconds()
    side = "后" if seconds > 0 else "前"
    minutes = int(abs(seconds) // 60)
    if minutes < 1:
        return "刚刚" if seconds <= 0 else "马上"
    if minutes < 60:
        return f"{minutes} 分钟{side}"
    days = (local_date(at) - local_date(now)).days
    if days == 0:
        return f"{minutes // 60} 小时{side}"
    near = {-2: "前天", -1: "昨天", 1: "明天", 2: "后天"}
    return near.get(days, f"{abs(days)} 天{side}")


def duration_text(span: timedelta) -> str:
    """2 小时 30 分; whole minutes, rounded down."""
    hours, minutes = divmod(int(span.total_seconds() // 60), 60)
    if hours and minutes:
        return f"{hours} 小时 {minutes} 分"
    return f"{hours} 小时" if hours else f"{minutes} 分钟"


def parse_date(text: str) -> date:
    """A day as offices type it: 2026-11-23, 2026/11/23, 2026.11.23, 2026年11月23日, 20261123.

    Raises ValueError with a Chinese reason.
    """
    compact = "".join(unicodedata.normalize("NFKC", text).split())
    match = _WRITTEN.fullmatch(compact) or _EIGHT_DIGITS.fullmatch(compact)
    if match is None:
        raise ValueError(f"日期“{text.strip()}”看不懂，请写成 2026-11-23 这样")
    year, month, day = (int(part) for part in match.groups())
    try:
        return date(year, month, day)
    except ValueError:
        raise ValueError(f"日期“{text.strip()}”不存在，请核对") from None

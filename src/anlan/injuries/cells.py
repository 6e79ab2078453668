"""One cell of a file as a value: days in the ways offices write them, hours, whole numbers."""

import re
from datetime import date, datetime, time, timedelta
from decimal import Decimal, InvalidOperation
from functools import lru_cache

from anlan.injuries.models import DateOrder
from anlan.lib.dates import at_shanghai, parse_date

_YEAR_LAST = re.compile(r"(\d{1,2})[/.\-](\d{1,2})[/.\-](\d{4})")
_MONTH_ONLY = re.compile(r"(\d{4})[年/.\-](\d{1,2})月?")
_SERIAL = re.compile(r"(\d{5})(?:\.\d+)?")
_CLOCK = re.compile(r"(\d{1,2})(?:[:时点](\d{0,2})).*|(\d{1,2})")
_SIX_DIGITS = re.compile(r"(\d{4})(\d{2})")
_YEAR = re.compile(r"\d{4}年?")
_MONTH_INSIDE = re.compile(r"(\d{4})\s*[年/.\-]?\s*(\d{1,2})月?(?!\d)")
_TOO_LARGE = Decimal(10) ** 14
_EPOCH = date(1899, 12, 30)  # a spreadsheet's day 0
_SERIALS = range(7_306, 73_051)  # 1920 to 2099


@lru_cache(maxsize=20_000)
def read_day(text: str, order: str) -> date:
    """A day: 2026-11-23, 2026年11月23日, 23/11/2026 by `order`, a spreadsheet's serial, or a month
    alone (its first day). A time of day behind it is left out. Raises ValueError in Chinese."""
    head = text.strip().split("T")[0].split(" ")[0]
    if found := _YEAR_LAST.fullmatch(head):
        return _year_last(head, *(int(part) for part in found.groups()), order=order)
    if (found := _SERIAL.fullmatch(head)) and int(found[1]) in _SERIALS:
        return _EPOCH + timedelta(days=int(found[1]))
    if found := _MONTH_ONLY.fullmatch(head):
        return _existing(head, int(found[1]), int(found[2]), 1)
    return parse_date(head)


def _year_last(text: str, first: int, second: int, year: int, *, order: str) -> date:
    if first > 12 or (order == DateOrder.DMY and second <= 12):
        return _existing(text, year, second, first)
    if second > 12 or order == DateOrder.MDY:
        return _existing(text, year, first, second)
    raise ValueError(f"日期“{text}”分不清日和月，请在“核对列”一步选好日期写法")


def _existing(text: str, year: int, month: int, day: int) -> date:
    try:
        return date(year, month, day)
    except ValueError:
        raise ValueError(f"日期“{text}”不存在，请核对") from None


def order_of(texts: list[str]) -> str:
    """How a column writes days with the year last, if one of its cells tells; else empty."""
    for text in texts:
        found = _YEAR_LAST.match(text.strip())
        if found and int(found[1]) > 12:
            return str(DateOrder.DMY)
        if found and int(found[2]) > 12:
            return str(DateOrder.MDY)
    return ""


def is_year_last(text: str) -> bool:
    return _YEAR_LAST.match(text.strip()) is not None


def read_hour(text: str) -> int:
    """0 to 23 from 14:30, 14时, 14 or a moment that ends in a time."""
    found = _CLOCK.fullmatch(text.strip().split(" ")[-1].split("T")[-1])
    hour = int(found[1] or found[3]) if found else 24
    if hour > 23:
        raise ValueError(f"时刻“{text}”看不懂，请写成 14:30 或 14")
    return hour


def read_moment(text: str, order: str) -> datetime:
    """A day with a time of day on a Shanghai clock; without one, midnight."""
    parts = text.strip().replace("T", " ").split(" ", 1)
    clock = time()
    if len(parts) == 2 and (found := re.match(r"(\d{1,2}):(\d{2})", parts[1])):
        if int(found[1]) > 23 or int(found[2]) > 59:
            raise ValueError(f"时间“{text}”不存在，请核对")
        clock = time(int(found[1]), int(found[2]))
    return at_shanghai(read_day(parts[0], order), clock)


def read_whole(text: str, most: int) -> int:
    """A whole number from 0 to `most`; 43.0 is 43."""
    plain = text.strip().removesuffix(".00").removesuffix(".0")
    if not (plain.isascii() and plain.isdigit()) or int(plain) > most:
        raise ValueError(f"“{text.strip()}”应为 0 到 {most} 的整数")
    return int(plain)


# What systems write where nothing is known; a real day among them is left to a person to say.
FILL_DAYS = {
    date(1, 1, 1),
    date(1899, 12, 30),
    date(1899, 12, 31),
    date(1900, 1, 1),
    date(1970, 1, 1),
    date(2099, 12, 31),
    date(9999, 12, 31),
}


def read_month(text: str) -> date:
    """The first day of a month: 2026-03, 2026年3月, 202603, or any day of it."""
    plain = "".join(text.split())
    if found := _SIX_DIGITS.fullmatch(plain):
        return _existing(text, int(found[1]), int(found[2]), 1)
    try:
        return read_day(plain, "").replace(day=1)
    except ValueError:
        raise ValueError(f"月份“{text}”看不懂，请写成 2026-03 这样") from None


def month_of_heading(heading: str) -> date | None:
    """The month that a column's heading names, where it names one."""
    found = _MONTH_INSIDE.match(heading.strip())
    if found is None or not 1 <= int(found[2]) <= 12:
        return None
    return date(int(found[1]), int(found[2]), 1)


def read_people(text: str, most: int) -> int:
    """A number of people: 1,234 and 1234人 are 1234."""
    plain = text.strip().removesuffix("人").replace(",", "").replace("，", "")
    return read_whole(plain, most)


def read_period(text: str) -> str:
    """A year, a month or a day, as it is written: 2014, 2014-03, 2014-03-05."""
    plain = text.strip()
    if _YEAR.fullmatch(plain):
        return plain[:4]
    if _MONTH_ONLY.fullmatch(plain) or _SIX_DIGITS.fullmatch(plain):
        return f"{read_month(plain):%Y-%m}"
    return read_day(plain, "").isoformat()


def read_number(text: str) -> Decimal:
    """A number as a table prints it, with or without commas."""
    try:
        number = Decimal(text.strip().replace(",", ""))
    except InvalidOperation:
        raise ValueError(f"“{text.strip()}”不是数字") from None
    if not number.is_finite() or abs(number) >= _TOO_LARGE:
        raise ValueError(f"“{text.strip()}”不是能用的数字")
    return round(number, 6)

"""The back of the resident identity card: who issued it, from when until when.

A card lasts 5, 10 or 20 years or has no end (居民身份证法 art. 5), so a period of any other length
is more likely misread than printed. It names nobody: the other side says whose card it is.
"""

import re
from collections.abc import Sequence
from datetime import date

from anlan.vision.findings import UNREAD, Field, Paper
from anlan.vision.layout import day_of, field_of, rows_of, text_of
from anlan.vision.printed import LONG_TERM
from anlan.vision.thresholds import Thresholds
from anlan.vision.upright import Line

BACK = ("authority", "valid_from", "valid_until")
YEARS = (5, 10, 20)
A_DAY_OFF = 1  # what begins on 29 February ends a day before or after
PERIOD = re.compile(r"(\d{4})(\d{2})(\d{2})[-—–~至一]+(?:(\d{4})(\d{2})(\d{2})|长期)")


def parse_back(lines: Sequence[Line], *, today: date, limits: Thresholds) -> Paper:
    """Authority and days; `valid_until` is 长期 where the card has no end."""
    fields = dict.fromkeys(BACK, UNREAD)
    for row in rows_of(lines):
        text = text_of(row)
        period = PERIOD.search(text)
        if period:
            fields |= _period(period, row)
        elif text.endswith("局") or "公安" in text:
            value = re.sub(r"^签?发?机关", "", text)
            fields["authority"] = field_of(
                value, [line for line in row if line.text[-2:] != "机关"]
            )
    start, end = fields["valid_from"].value, fields["valid_until"].value
    sensible = bool(start and end) and start <= today.isoformat()
    sure = sensible and all(one.confidence >= limits.text_sure_min for one in fields.values())
    over = end not in ("", LONG_TERM) and end < today.isoformat()
    told = {"expired": over, "span_odd": sensible and not _usual(start, end), "unsure": not sure}
    return Paper("id_back", fields, sure=sure, doubts=tuple(key for key, so in told.items() if so))


def _usual(start: str, end: str) -> bool:
    """Whether cards of this length are issued."""
    if end == LONG_TERM:
        return True
    first, last = date.fromisoformat(start), date.fromisoformat(end)
    return any(abs((last - _years_on(first, years)).days) <= A_DAY_OFF for years in YEARS)


def _years_on(day: date, years: int) -> date:
    last = 28 if (day.month, day.day) == (2, 29) else day.day
    return day.replace(year=day.year + years, day=last)


def _period(found: re.Match[str], row: Sequence[Line]) -> dict[str, Field]:
    start = day_of(*found.groups()[:3])
    end = day_of(*found.groups()[3:]) if found[4] else None
    until = LONG_TERM if not found[4] else end.isoformat() if end else ""
    told = [line for line in row if re.search(r"\d{4}", line.text)]
    if start is None or (end and end <= start):
        return {}
    return {"valid_from": field_of(start.isoformat(), told), "valid_until": field_of(until, told)}

"""What is asked of the cases: a period, a base of counting, a vintage, and one value a dimension.

A question is its address: `parse` reads it from a query string, `query` writes it back. What can't
be read narrows nothing and is left out of the address.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from enum import StrEnum
from urllib.parse import urlencode

from anlan.insights.distribution.dimensions import (
    DIMENSIONS,
    NOT_SAID,
    OTHER,
    Manner,
    is_industry_key,
)


class Base(StrEnum):
    """What is counted; the three kinds of record are never added up."""

    RECOGNISED = "recognised"
    REPORTED = "reported"
    ALL = "all"

    @property
    def label(self) -> str:
        return {
            Base.RECOGNISED: "已认定工伤",
            Base.REPORTED: "快报",
            Base.ALL: "全部已知案件",
        }[self]

    @property
    def words(self) -> str:
        """What exactly is counted."""
        return {
            Base.RECOGNISED: "已作出认定工伤或视同工伤结论的案件，一件一人，按受伤日期",
            Base.REPORTED: "报过快报的案件，不论后来是否认定，一件一人，按受伤日期",
            Base.ALL: "平台知道的全部案件，不论有没有快报、认定，一件一人，按受伤日期",
        }[self]


@dataclass(frozen=True)
class Question:
    """`since` and `until` are days of injury, both counted; `known` is the day of the vintage."""

    since: date | None = None
    until: date | None = None
    base: Base = Base.RECOGNISED
    known: date | None = None
    new_types: bool = False
    picks: Mapping[str, str] = field(default_factory=dict)

    @property
    def manner(self) -> Manner:
        industry = self.picks.get("industry", "")
        return Manner(self.new_types, "" if industry in (NOT_SAID, OTHER) else industry)

    def without(self, *names: str) -> "Question":
        return replace(self, picks={k: v for k, v in self.picks.items() if k not in names})

    def picking(self, **picks: str) -> "Question":
        return replace(self, picks={**self.picks, **picks})

    def query(self, **more: str) -> str:
        """The whole question as a query string."""
        return f"?{urlencode(self.plain() | more)}"

    def plain(self) -> dict[str, str]:
        """What stands in the address; a period without end is said too."""
        said = {
            "since": self.since.isoformat() if self.since else "",
            "until": self.until.isoformat() if self.until else "",
            "district": self.picks.get("district", ""),
        }
        if self.base != Base.RECOGNISED:
            said["base"] = self.base
        if self.known:
            said["known"] = self.known.isoformat()
        if self.new_types:
            said["types"] = "2025"
        return said | dict(self.picks)


def last_twelve_months(today: date) -> tuple[date, date]:
    """From the first day of the month eleven months ago."""
    month = today.year * 12 + today.month - 1 - 11
    return date(month // 12, month % 12 + 1, 1), today


def parse(said: Mapping[str, str], *, today: date, own_district: str = "") -> Question:
    """A question from an address. Without a period: twelve months; without a district: the own."""
    if "since" in said or "until" in said:
        since, until = _day(said.get("since")), _day(said.get("until"))
    else:
        since, until = last_twelve_months(today)
    picks = {
        name: said[name]
        for name in DIMENSIONS
        if said.get(name) and (name != "industry" or is_industry_key(said[name]))
    }
    if "district" not in said and own_district:
        picks["district"] = own_district
    known = _day(said.get("known"))
    return Question(
        since=since,
        until=until,
        base=Base(said["base"]) if said.get("base") in list(Base) else Base.RECOGNISED,
        known=known if known and known < today else None,
        new_types=said.get("types") == "2025",
        picks=picks,
    )


def periods(today: date) -> list[tuple[str, date | None, date | None]]:
    """The periods that people ask for, by name."""
    since, until = last_twelve_months(today)
    year = today.year
    return [
        ("近 12 个月", since, until),
        ("今年", date(year, 1, 1), today),
        ("去年", date(year - 1, 1, 1), date(year - 1, 12, 31)),
        ("近 3 年", date(year - 2, 1, 1), today),
        ("全部", None, None),
    ]


def whole_months(question: Question, today: date) -> Question:
    """The period widened to whole months: days apart would give a hidden count away.

    Not beyond today, so that insured people of days to come are in no denominator.
    """
    since, until = question.since, question.until
    if since:
        since = since.replace(day=1)
    if until:
        until = (until.replace(day=1) + timedelta(days=31)).replace(day=1) - timedelta(days=1)
        until = min(until, max(today, question.until or today))
    return replace(question, since=since, until=until)


def _day(text: str | None) -> date | None:
    try:
        day = date.fromisoformat(text or "")
    except ValueError:
        return None
    return day if 1950 <= day.year <= 2100 else None

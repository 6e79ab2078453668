"""The columns of the copy: which there are, how small they are, how rows are put into them.

A row is one state of a case, true from `since` until `until` (seconds); the present state has no
end. So a figure as it was known on a day is the same count over other rows.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

import numpy as np
from numpy.typing import NDArray

from anlan.foundation.codes.queries import accident_type_system
from anlan.lib.dates import to_shanghai

Array = NDArray[Any]
FOREVER = int(np.iinfo(np.uint32).max)
NO_HOUR, NO_AGE, NO_TENURE, NO_DAYS = 24, 255, 65535, 65535
_EPOCH = date(1970, 1, 1).toordinal()

# Words are numbered as they come; the list of words travels with the numbers.
WORDS = (
    "district",
    "industry",
    "key_industry",
    "type",
    "part",
    "source",
    "occupation",
    "severity",
    "circumstance",
    "outcome",
)
NUMBERS: dict[str, type[np.generic]] = {
    "case": np.int64,
    "organization": np.int32,
    "day": np.int32,
    "month": np.uint16,
    "weekday": np.uint8,
    "hour": np.uint8,
    "age": np.uint8,
    "tenure": np.uint16,
    "lost_days": np.uint16,
    "decided": np.int32,
    "reported": np.int32,
    "since": np.uint32,
    "until": np.uint32,
}
WORD_TYPE = np.uint16


@dataclass(slots=True)
class State:
    """One state of one case as it is read, before it is put into columns."""

    case: int
    organization: int | None
    injured_on: date
    injured_hour: int | None
    age: int | None
    tenure_months: int | None
    lost_days: int | None
    district: str
    industry: str
    key_industry: str
    type_code: str
    part_code: str
    source_code: str
    occupation: str
    severity: str
    circumstance: str
    outcome: str | None
    decided_on: date | None
    reported_at: datetime | None
    since: int
    until: int


class Vocabulary:
    """Words by number, nothing said being 0; grows as words come."""

    def __init__(self, words: Sequence[str] = ("",)) -> None:
        self.words = list(words)
        self._numbers = {word: at for at, word in enumerate(self.words)}

    def number(self, word: str | None) -> int:
        found = self._numbers.get(word or "")
        if found is None:
            found = self._numbers[word or ""] = len(self.words)
            self.words.append(word or "")
        return found

    def array(self, words: Iterable[str | None]) -> Array:
        return np.fromiter((self.number(word) for word in words), dtype=WORD_TYPE)


def day_number(day: date | None) -> int:
    """Days since 1970; 0 where there is none."""
    return 0 if day is None else day.toordinal() - _EPOCH


def second(at: datetime) -> int:
    """Whole seconds since 1970 as far as the column goes: the year 2106."""
    return min(max(int(at.timestamp()), 0), FOREVER - 1)


def month_number(day: date) -> int:
    """Months since the year 0."""
    return day.year * 12 + day.month - 1


def type_word(injured_on: date, code: str) -> str:
    """An accident type with its list: list@code; the two lists use the same numbers."""
    return f"{accident_type_system(injured_on)}@{code}" if code else ""


def columns_of(states: Sequence[State], books: dict[str, Vocabulary]) -> dict[str, Array]:
    """The states as columns; new words go into the books."""
    days = np.fromiter((s.injured_on.toordinal() for s in states), np.int64, len(states)) - _EPOCH
    made = _times(days)
    made |= {
        "case": _numbers("case", (s.case for s in states)),
        "organization": _numbers("organization", (s.organization or 0 for s in states)),
        "hour": _numbers("hour", (_or(s.injured_hour, NO_HOUR) for s in states)),
        "age": _numbers("age", (min(_or(s.age, NO_AGE), NO_AGE) for s in states)),
        "tenure": _numbers("tenure", (min(_or(s.tenure_months, NO_TENURE), 65535) for s in states)),
        "lost_days": _numbers("lost_days", (min(_or(s.lost_days, NO_DAYS), 65535) for s in states)),
        "decided": _numbers("decided", (day_number(s.decided_on) for s in states)),
        "reported": _numbers(
            "reported",
            (day_number(s.reported_at and to_shanghai(s.reported_at).date()) for s in states),
        ),
        "since": _numbers("since", (s.since for s in states)),
        "until": _numbers("until", (s.until for s in states)),
    }
    said: dict[str, Iterable[str | None]] = {
        "district": (s.district for s in states),
        "industry": (s.industry for s in states),
        "key_industry": (s.key_industry for s in states),
        "type": (type_word(s.injured_on, s.type_code) for s in states),
        "part": (s.part_code for s in states),
        "source": (s.source_code for s in states),
        "occupation": (s.occupation for s in states),
        "severity": (s.severity for s in states),
        "circumstance": (s.circumstance for s in states),
        "outcome": (s.outcome for s in states),
    }
    return made | {name: books[name].array(words) for name, words in said.items()}


def empty_books() -> dict[str, Vocabulary]:
    return {name: Vocabulary() for name in WORDS}


def _times(days: Array) -> dict[str, Array]:
    """Day, month and weekday (Monday 0) of each injury; 1970 began on a Thursday."""
    stamps = days.astype("datetime64[D]")
    months = stamps.astype("datetime64[M]").astype(np.int64) + 1970 * 12
    return {
        "day": days.astype(np.int32),
        "month": months.astype(np.uint16),
        "weekday": ((days + 3) % 7).astype(np.uint8),
    }


def _numbers(name: str, values: Iterable[int]) -> Array:
    return np.fromiter(values, dtype=NUMBERS[name])


def _or(value: int | None, absent: int) -> int:
    return absent if value is None else value


def moment_of(seconds: int) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)

"""A file's rows as cases: by the source's mapping, with what is wrong said row by row.

Nothing here asks the database except the code lists, which are kept in memory.
"""

import hashlib
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import lru_cache
from typing import Any

from anlan.identity.models import id_index
from anlan.injuries import cells
from anlan.injuries.fields import BY_KEY, CODED, Field, Part, book_of, choices_of
from anlan.lib import idnumber, uscc
from anlan.lib.fields import blind_index
from anlan.lib.spreadsheets import Table

LONGEST_KEY = 120
LONGEST_WORD = 12  # shorter than an ID number: none of those is ever listed
MOST_ODD = 200


@dataclass(frozen=True, slots=True)
class Layout:
    """How a source's file is to be read: `mapping` field → heading, or headings joined by " + "."""

    mapping: Mapping[str, str]
    values: Mapping[str, Mapping[str, str]]
    key: Sequence[str]
    date_order: str = ""
    foreign: bool = False


@dataclass(slots=True)
class Row:
    """One row as understood. `said` holds the values of each part by column name."""

    number: int
    source_key: str
    said: dict[Part, dict[str, Any]]

    @property
    def case(self) -> dict[str, Any]:
        return self.said.get(Part.CASE, {})

    @property
    def link(self) -> dict[str, Any]:
        return self.said.get(Part.LINK, {})


@dataclass
class Reading:
    """Every row is either good or has problems.

    `unknown` counts values without a counterpart, `odd` what can't be read as a day or number, or
    seldom means one: the words that may stand for nothing.
    """

    numbers: list[int]
    good: dict[int, Row] = field(default_factory=dict)
    problems: dict[int, list[str]] = field(default_factory=dict)
    unknown: dict[str, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))
    odd: dict[str, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))

    def note_odd(self, key: str, text: str) -> None:
        """Count a word that may stand for nothing; long ones are slips of a row, not a custom."""
        if len(text) <= LONGEST_WORD and len(self.odd[key]) < MOST_ODD:
            self.odd[key][text] += 1


class Reader:
    """Reads one table's rows by one layout."""

    def __init__(self, table: Table, layout: Layout, *, today: date) -> None:
        self.table, self.layout, self.today = table, layout, today
        at = {heading: n for n, heading in reversed(list(enumerate(table.headers)))}
        self.columns = {
            key: [at[part] for part in heading.split(" + ")]
            for key, heading in layout.mapping.items()
            if key in BY_KEY and all(part in at for part in heading.split(" + "))
        }
        self.plan = [
            (key, BY_KEY[key], BY_KEY[key].column, places) for key, places in self.columns.items()
        ]
        self.key_columns = [at[heading] for heading in layout.key if heading in at]
        self.result = Reading(list(table.row_numbers))
        self._seen: dict[str, int] = {}
        self._alike: Counter[str] = Counter()

    def read(self) -> Reading:
        for number, row in self.table.numbered():
            self._read_row(number, row)
        return self.result

    def _read_row(self, number: int, row: list[str]) -> None:
        problems: list[str] = []
        said: dict[Part, dict[str, Any]] = {}
        for key, wanted, column, places in self.plan:
            text = "-".join(row[at] for at in places) if len(places) > 1 else row[places[0]]
            try:
                value = self._value(wanted, text, said)
            except ValueError as wrong:
                problems.append(f"{wanted.label}：{wrong}")
                self.result.note_odd(key, text.strip())
                continue
            said.setdefault(wanted.part, {})[column] = value
        made = Row(number, self._key(number, row, problems), said)
        problems += _contradictions(made, self.today)
        if problems:
            self.result.problems[number] = problems
        else:
            _from_id_number(made)
            self.result.good[number] = made

    def _value(self, wanted: Field, text: str, said: dict[Part, dict[str, Any]]) -> Any:
        text = text.strip()
        if wanted.kind == CODED:
            day = said.get(Part.CASE, {}).get("injured_on") or self.today
            return self._coded(wanted, text, day)
        told = self.layout.values.get(wanted.key, {}).get(text)
        if told is not None:  # 01/01/1900 or 不详 may stand for nothing
            self.result.note_odd(wanted.key, text)
            text = told
        if not text:
            return "" if wanted.kind in {"text", "uscc", "id_number"} else None
        value = _READ[wanted.kind](text, wanted, self.layout.date_order, self.today)
        if wanted.kind == "day" and told is None and value in cells.FILL_DAYS:
            self.result.note_odd(wanted.key, text)
        return value

    def _coded(self, wanted: Field, text: str, day: date) -> Any:
        book = book_of(wanted.key, day)
        told = self.layout.values.get(book, {}).get(text)
        code = told if told is not None else _code_of(book, text)
        if code is None and text:
            self.result.unknown[book][text] += 1
            code = text if self.layout.foreign and wanted.part == Part.CASE else ""
            code = code if len(code) <= wanted.most and wanted.key not in _CLOSED else ""
        if wanted.key == "recognition.by_employer":
            return {"yes": True, "no": False}.get(code or "")
        return code or _UNSAID.get(wanted.key, "")

    def _key(self, number: int, row: list[str], problems: list[str]) -> str:
        """What names the row in its source: its key columns, else all that it says."""
        if self.key_columns:
            hidden = self.columns.get("id_number", [])
            parts = [_hidden(row[at]) if at in hidden else row[at] for at in self.key_columns]
            if not any(parts):
                problems.append(f"编号列「{'、'.join(self.layout.key)}」为空")
            key = _short("|".join(parts))
            first = self._seen.setdefault(key, number)
            if first != number and any(parts):
                problems.append(f"编号与第 {first} 行相同，只导入第 {first} 行")
            return key
        digest = _hidden("\x1f".join(row))
        self._alike[digest] += 1
        return f"#{digest[:60]}-{self._alike[digest]}"


def understand(table: Table, layout: Layout, *, today: date) -> Reading:
    return Reader(table, layout, today=today).read()


_CLOSED = {"circumstance", "severity", "sex", "recognition.outcome", "recognition.by_employer"}
_UNSAID = {"circumstance": "unknown", "severity": "unknown"}


@lru_cache(maxsize=20_000)
def _code(text: str) -> str:
    """A credit code in its standard writing; a file names the same few firms over and over."""
    return uscc.parse(text)


_READ: dict[str, Callable[[str, Field, str, date], Any]] = {
    "day": lambda text, wanted, order, today: cells.read_day(text, order),
    "moment": lambda text, wanted, order, today: cells.read_moment(text, order),
    "hour": lambda text, wanted, order, today: cells.read_hour(text),
    "whole": lambda text, wanted, order, today: cells.read_whole(text, wanted.most),
    "grade": lambda text, wanted, order, today: _grade(text),
    "text": lambda text, wanted, order, today: text[: wanted.most],
    "uscc": lambda text, wanted, order, today: _code(text),
    "id_number": lambda text, wanted, order, today: idnumber.parse(text, today=today),
}
_GRADES = {sign: n for n, sign in enumerate("一二三四五六七八九十", start=1)}


def _grade(text: str) -> int:
    """1 to 10 from 十级, 10级 or 10; 0 from 无 or 未达级: no grade was reached."""
    plain = text.strip().removesuffix("级").removesuffix("级伤残")
    if plain in {"无", "未达", "不够", "0"}:
        return 0
    return _GRADES.get(plain) or cells.read_whole(plain, 10)


_lookups: dict[str, dict[str, str]] = {}


def _code_of(book: str, text: str) -> str | None:
    """The code that a text is or names in our own list; None if neither."""
    if not text:
        return None
    known = _lookups.get(book)
    if not known:  # an empty list is not loaded yet, and never kept
        pairs = choices_of(book)
        known = {normal(name): code for code, name in reversed(pairs)}
        known |= {normal(code): code for code, _ in pairs}
        _lookups[book] = known
    return known.get(normal(text))


@lru_cache(maxsize=20_000)
def normal(text: str) -> str:
    """For comparing names: full-width signs made plain, blanks left out, letters in lower case."""
    return "".join(unicodedata.normalize("NFKC", text).split()).lower()


def _hidden(text: str) -> str:
    """An ID number, or a row that may hold one, as a key that only this installation can make."""
    return blind_index(text, bound_to="injuries.Case.source_key") if text else ""


def row_key(parts: Sequence[str]) -> str:
    """A row's own name from the cells that name it."""
    return _short("|".join(parts))


def _short(key: str) -> str:
    if len(key) <= LONGEST_KEY:
        return key
    return f"#{hashlib.sha256(key.encode()).hexdigest()[:60]}"


def _contradictions(row: Row, today: date) -> list[str]:
    """What can't be true of one injury."""
    case, said = row.case, []
    injured = case.get("injured_on")
    if injured is None:
        return ["没有受伤日期"] if "injured_on" in case else []
    if injured > today:
        said.append(f"受伤日期 {injured} 晚于上传当天")
    for part, word in ((Part.RECOGNITION, "认定"), (Part.APPRAISAL, "鉴定")):
        days = row.said.get(part, {})
        named = [("applied_on", "申请"), ("accepted_on", "受理"), ("decided_on", "决定")]
        last, before = injured, "受伤"
        for name, label in named:
            day = days.get(name)
            if day is not None and day > today:
                said.append(f"{word}{label}日期 {day} 晚于上传当天")
            elif day is not None and day < last:
                said.append(f"{word}{label}日期 {day} 早于{before}日期 {last}")
            if day is not None:
                last, before = day, label
    return said


def _from_id_number(row: Row) -> None:
    """The blind index, sex and age that an ID number gives; the number itself goes no further."""
    told = row.link.pop("id_number", None)
    if not told:
        return
    row.link["id_index"] = id_index(told.number)
    row.case.setdefault("sex", told.sex[0])
    row.case.setdefault("age", told.age_on(row.case["injured_on"]))


def moments(row: Row) -> tuple[datetime, datetime] | None:
    """Noticed and reported, where the row brings a 快报; one stands for the other if missing."""
    said = row.said.get(Part.REPORT, {})
    noticed, reported = said.get("noticed_at"), said.get("reported_at")
    first, last = noticed or reported, reported or noticed
    return None if first is None or last is None else (first, last)

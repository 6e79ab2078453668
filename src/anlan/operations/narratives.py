"""Tables of coded narratives for `anlan coding`: csv, csv.gz or xlsx to cases.

A row that can't be used is left out, counted and named; nothing is guessed.
"""

import gzip
import re
import zlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from anlan.lib.dates import parse_date
from anlan.lib.refusals import BadInput
from anlan.lib.spreadsheets import Limits, Table, read_table
from anlan.methods.coding import Cases

# An office's own file on its own machine: larger than what a web page accepts.
LIMITS = Limits(max_bytes=1 << 30, max_unpacked_bytes=1 << 31, max_rows=3_000_000)
NAMED = 5
_CLOCK = re.compile(r"(.+?)[T\s]+\d{1,2}:\d{2}.*")
_SLASHED = re.compile(r"(\d{1,2})[/.-](\d{1,2})[/.-](\d{4})")

ReadDate = Callable[[str], date]


@dataclass(frozen=True, slots=True)
class Columns:
    """Which columns hold what; ``prefix`` keeps only the code's first characters."""

    text: str
    target: str
    date: str
    prefix: int | None = None

    @property
    def named(self) -> str:
        """The target as a card names it."""
        return self.target if self.prefix is None else f"{self.target}[:{self.prefix}]"


@dataclass(frozen=True, slots=True)
class LeftOut:
    """Rows that could not be used for one reason, by the number that a spreadsheet shows."""

    reason: str
    rows: tuple[int, ...]

    def as_json(self) -> dict[str, object]:
        return {"reason": self.reason, "rows": len(self.rows), "first": list(self.rows[:NAMED])}

    def sentence(self) -> str:
        first = "、".join(str(row) for row in self.rows[:NAMED])
        more = " 等" if len(self.rows) > NAMED else ""
        return f"{self.reason}：{len(self.rows)} 行未用（第 {first}{more} 行）"


def read_cases(path: Path, columns: Columns) -> tuple[Cases, list[LeftOut]]:
    """Every row with a narrative, a code and a date. :class:`BadInput` if no row has."""
    table = _table(path, (columns.text, columns.target, columns.date))
    texts, codes, days = (
        _column(table, name) for name in (columns.text, columns.target, columns.date)
    )
    dated = _date_reader(days, columns.date)
    kept: list[tuple[str, str, date]] = []
    left: dict[str, list[int]] = {}
    for number, text, code, day in zip(table.row_numbers, texts, codes, days, strict=True):
        found = dated(day)
        if not text:
            left.setdefault(f"「{columns.text}」为空", []).append(number)
        elif not code:
            left.setdefault(f"「{columns.target}」为空", []).append(number)
        elif found is None:
            left.setdefault(f"「{columns.date}」不是日期", []).append(number)
        else:
            kept.append((text, code[: columns.prefix], found))
    told = [LeftOut(reason, tuple(rows)) for reason, rows in left.items()]
    if not kept:
        raise BadInput(
            f"没有一行可用：{'；'.join(one.sentence() for one in told)}。", "请核对列名和内容。"
        )
    return Cases.of(*(list(column) for column in zip(*kept, strict=True))), told


def read_texts(path: Path, column: str) -> tuple[list[int], list[str]]:
    """Row numbers and narratives, empty ones too, so that answers stand beside their rows."""
    table = _table(path, (column,))
    return list(table.row_numbers), _column(table, column)


def _table(path: Path, expected: Sequence[str]) -> Table:
    if not path.is_file():
        raise BadInput(f"没有找到文件：{path}。", "请检查路径。")
    if path.suffix.lower() != ".gz":
        return read_table(path, expected=expected, limits=LIMITS)
    try:
        with gzip.open(path) as stream:
            content = stream.read(LIMITS.max_bytes + 1)
    except (OSError, EOFError, zlib.error):
        raise BadInput(f"压缩文件已损坏，打不开：{path}。", "请重新取得文件。") from None
    return read_table(content, filename=path.stem, expected=expected, limits=LIMITS)


def _column(table: Table, name: str) -> list[str]:
    if name not in table.headers:
        there = "、".join(header for header in table.headers if header)
        raise BadInput(f"表格里没有「{name}」这一列。", f"现有的列：{there}")
    at = table.headers.index(name)
    return [row[at] for row in table.rows]


def _date_reader(values: Sequence[str], column: str) -> Callable[[str], date | None]:
    """How this column writes its days: year first, or 6/30/2016, or 30/6/2016.

    Of the last two one is taken only if the column itself rules out the other.
    """
    slashed = [match for match in (_SLASHED.fullmatch(_day(value)) for value in values) if match]
    month_first = any(int(match[2]) > 12 for match in slashed)
    day_first = any(int(match[1]) > 12 for match in slashed)
    if slashed and month_first == day_first:
        raise BadInput(
            f"「{column}」里的日期（如 {slashed[0][0]}）分不清月在前还是日在前。",
            "请把日期列改成 2026-11-23 这样后再用。",
        )
    month, day = (1, 2) if month_first else (2, 1)

    def read(value: str) -> date | None:
        text = _day(value)
        match = _SLASHED.fullmatch(text)
        try:
            if match:
                return date(int(match[3]), int(match[month]), int(match[day]))
            return parse_date(text)
        except ValueError:
            return None

    return read


def _day(value: str) -> str:
    match = _CLOCK.fullmatch(value.strip())
    return match[1] if match else value.strip()

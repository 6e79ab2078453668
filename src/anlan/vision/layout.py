"""Lines of one sheet as rows and words: what both kinds of paper are parsed from."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date

from anlan.vision.characters import STANDARD
from anlan.vision.characters import alike as alike
from anlan.vision.findings import UNREAD, Field
from anlan.vision.upright import Line

_DROPPED = re.compile(r"[\s:：·.。,，、_]+")
_WIDE = str.maketrans("（）［］×Ⅹｘ", "()[]XXX")  # noqa: RUF001
SAME_ROW = 0.55  # of a line's height
SAME_LETTER = 0.4  # of a line's height: boxes reach into each other by more than their margins


def compact(text: str) -> str:
    """Without spaces and points, brackets in their narrow form."""
    return _DROPPED.sub("", text).translate(_WIDE).translate(STANDARD)


def standard(text: str) -> str:
    """In standard characters, without spaces; points and brackets stay."""
    return re.sub(r"\s+", "", text).translate(STANDARD)


def rows_of(lines: Iterable[Line]) -> list[list[Line]]:
    """Lines that stand beside each other, each row from left to right."""
    rows: list[list[Line]] = []
    for line in sorted(lines, key=lambda one: one.y):
        if rows and line.y - _middle(rows[-1]) < SAME_ROW * _lower(rows[-1], line):
            rows[-1].append(line)
        else:
            rows.append([line])
    return [_read_once(sorted(row, key=lambda line: line.left)) for row in rows]


def _read_once(row: Sequence[Line]) -> list[Line]:
    """The row without letters that two boxes have both read, where one reaches into the other."""
    once: list[Line] = []
    for line in row:
        before = once[-1] if once else None
        if before and before.text[-1:] == line.text[:1]:
            overlap = before.right - line.left
            if overlap > SAME_LETTER * min(before.height, line.height):
                line = replace(line, text=line.text[1:])
        once.append(line)
    return once


def text_of(row: Sequence[Line]) -> str:
    return "".join(compact(line.text) for line in row)


def sureness(lines: Sequence[Line]) -> float:
    """As sure as its least sure line."""
    return round(min((line.score for line in lines), default=0.0), 3)


def field_of(value: str, lines: Sequence[Line], *, doubt: float = 1.0) -> Field:
    """A value read from these lines; `doubt` below 1 when something about it is odd."""
    return Field(value, round(sureness(lines) * doubt, 3)) if value else UNREAD


def day_of(year: str, month: str, day: str) -> date | None:
    try:
        return date(int(year), int(month), int(day))
    except ValueError:
        return None


def _middle(row: Sequence[Line]) -> float:
    return sum(line.y for line in row) / len(row)


def _lower(row: Sequence[Line], line: Line) -> float:
    return min(min(one.height for one in row), line.height)

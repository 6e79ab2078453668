"""Lines of one sheet as rows and words: what both kinds of paper are parsed from."""

import re
from collections.abc import Iterable, Sequence
from datetime import date

from anlan.vision.characters import STANDARD
from anlan.vision.characters import alike as alike
from anlan.vision.findings import UNREAD, Field
from anlan.vision.upright import Line

_DROPPED = re.compile(r"[\s:：·.。,，、_]+")
_WIDE = str.maketrans("（）［］×Ⅹｘ", "()[]XXX")  # noqa: RUF001
SAME_ROW = 0.55  # of a line's height


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
    return [sorted(row, key=lambda line: line.left) for row in rows]


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

"""Lines of one sheet as rows and words: what both kinds of paper are parsed from."""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from datetime import date

from anlan.vision.findings import UNREAD, Field
from anlan.vision.upright import Line

_DROPPED = re.compile(r"[\s:：·.。,，、_]+")
_WIDE = str.maketrans("（）［］×Ⅹｘ", "()[]XXX")  # noqa: RUF001
SAME_ROW = 0.55  # of a line's height
# Cards are printed in standard characters; the reader sometimes sees the older form in them.
_OLDER = "強漢滿戶號區縣鎮鄉龍華東廣風雲張陳劉黃趙楊孫馬鄭馮蕭韓葉蘇蔣賈鄧許呂盧"
_NEWER = "强汉满户号区县镇乡龙华东广风云张陈刘黄赵杨孙马郑冯萧韩叶苏蒋贾邓许吕卢"
_STANDARD = str.maketrans(_OLDER, _NEWER)


def compact(text: str) -> str:
    """Without spaces and points, brackets in their narrow form."""
    return _DROPPED.sub("", text).translate(_WIDE).translate(_STANDARD)


def standard(text: str) -> str:
    """In standard characters, without spaces; points and brackets stay."""
    return re.sub(r"\s+", "", text).translate(_STANDARD)


def alike(read: str, typed: str) -> bool:
    """Whether both say the same, width of characters, spaces and punctuation aside."""
    return _bare(read) == _bare(typed)


def _bare(text: str) -> str:
    folded = unicodedata.normalize("NFKC", text).translate(_STANDARD).upper()
    return "".join(one for one in folded if unicodedata.category(one)[0] in "LN")


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

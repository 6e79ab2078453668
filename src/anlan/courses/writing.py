"""From what an author types to HTML that can hold nothing but words.

Every character is escaped first; only then is a small markup read: `#` headings, `-` and `1.`
lists, `>` for what must be heeded, `**strong**`. Pasted HTML is shown as it was typed, never run.
"""

import math
import re
from collections.abc import Iterator
from dataclasses import dataclass

from django.utils.html import escape

from anlan.courses.models import SLOT_SECONDS
from anlan.foundation.rules.queries import Rulebook

_STRONG = re.compile(r"\*\*(.+?)\*\*")
_HEADING = re.compile(r"^(#{1,3})\s+(.*)$")
_BULLET = re.compile(r"^[-*·•]\s+(.*)$")
_NUMBER = re.compile(r"^\d{1,2}[.、)）]\s*(.*)$")
_QUOTE = re.compile(r"^[>\uff1e]\s?(.*)$")
# What is read one by one: a Chinese character, or a whole word or figure of another script.
_READ = re.compile(r"[\u3400-\u9fff\uf900-\ufaff]|[A-Za-z0-9]+")


@dataclass(frozen=True)
class _Line:
    kind: str
    words: str


def to_html(text: str) -> str:
    """Paragraphs, headings, lists and warnings; a blank line ends each."""
    return "".join(_block(kind, words) for kind, words in _blocks(text))


def plain(text: str) -> str:
    """The words alone, for a list."""
    words = (line.words for line in map(_read, text.split("\n")) if line.words)
    return _STRONG.sub(r"\1", " ".join(words))


def reading_seconds(text: str, rules: Rulebook, *, picture: bool = False) -> int:
    """The least time that a page takes, a whole number of slots.

    Rules: characters a minute, seconds for a picture, least and most seconds of a page.
    """
    characters = len(_READ.findall(text))
    seconds = characters * 60 / rules.number("lesson.reading_per_minute")
    seconds += rules.number("lesson.picture_seconds") if picture else 0
    least, most = rules.number("lesson.page_seconds_min"), rules.number("lesson.page_seconds_max")
    return math.ceil(min(max(seconds, least), most) / SLOT_SECONDS) * SLOT_SECONDS


def _blocks(text: str) -> Iterator[tuple[str, list[str]]]:
    kind, words = "", list[str]()
    for line in [*map(_read, text.replace("\r\n", "\n").split("\n")), _Line("", "")]:
        if words and (line.kind != kind or kind in ("h2", "h3")):
            yield kind, words
            words = []
        if line.kind:
            words.append(line.words)
        kind = line.kind


def _read(raw: str) -> _Line:
    line = raw.strip()
    if not line:
        return _Line("", "")
    if found := _HEADING.match(line):
        return _Line("h2" if len(found[1]) == 1 else "h3", found[2])
    for kind, pattern in (("ul", _BULLET), ("ol", _NUMBER), ("aside", _QUOTE)):
        if found := pattern.match(line):
            return _Line(kind, found[1])
    return _Line("p", line)


def _block(kind: str, words: list[str]) -> str:
    said = [_STRONG.sub(r"<strong>\1</strong>", str(escape(one))) for one in words]
    if kind in ("ul", "ol"):
        return f"<{kind}>{''.join(f'<li>{one}</li>' for one in said)}</{kind}>"
    if kind == "aside":
        return f'<p class="heed">{"<br>".join(said)}</p>'
    return f"<{kind}>{'<br>'.join(said)}</{kind}>"

"""What a row becomes, and when two questions are the same."""

import hashlib
import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

LETTERS = "ABCDEFGHIJ"

# NFKC has made 。 of some full stops and ASCII of most full-width signs.
_SIGNS = r"""[.,:;?!'"()\[\]<>_。、“”\u2018\u2019《》【】「」…]"""
_PUNCTUATION = re.compile(rf"(?<!\d){_SIGNS}|{_SIGNS}(?!\d)")


class Unusable(Exception):
    """A row that can't become a question; its text is the sentence shown to the person."""


class Pictured(Protocol):
    """A picture as it will be kept (`pictures.Picture`)."""

    @property
    def data(self) -> bytes: ...
    @property
    def ending(self) -> str: ...
    @property
    def sha256(self) -> str: ...


@dataclass(frozen=True, slots=True)
class ItemDraft:
    """A question as read from a row; `answer` holds 0-based option positions."""

    kind: str
    stem: str
    options: tuple[str, ...]
    answer: tuple[int, ...]
    explanation: str = ""
    basis: str = ""
    industry: str = ""
    topic: str = ""
    risk: str = ""
    difficulty: int = 2
    roles: tuple[str, ...] = ()
    trades: tuple[str, ...] = ()
    picture: Pictured | None = None

    @property
    def fingerprint(self) -> str:
        picture = self.picture.sha256 if self.picture else ""
        return fingerprint(self.stem, self.options, picture)

    @property
    def answer_texts(self) -> frozenset[str]:
        return answer_texts(self.options, self.answer)


def fingerprint(stem: str, options: Sequence[str], picture: str = "") -> str:
    """Equal for questions that read the same, whatever their punctuation and option order.

    `picture` is the hash of what stands beside the words: 「图中标志是」 is asked of many pictures.
    """
    parts = [plain(stem), *sorted(plain(option) for option in options)]
    if picture:
        parts.append(f"picture:{picture}")
    return hashlib.sha256("\x1f".join(parts).encode()).hexdigest()


def answer_texts(
    options: tuple[str, ...] | list[str], answer: tuple[int, ...] | list[int]
) -> frozenset[str]:
    """The right options as plain text, to compare answers across option orders."""
    return frozenset(plain(options[at]) for at in answer)


def plain(text: str) -> str:
    """What a question says, without blanks and punctuation; 0.5 and 1:2 keep their sign."""
    normal = "".join(unicodedata.normalize("NFKC", text).lower().split())
    return _PUNCTUATION.sub("", normal) or normal


def joined(text: str) -> str:
    """Undo the line breaks that a narrow column left inside a sentence; keep paragraphs."""
    return re.sub(r"[ \t]*(?<![。；：？！:;?!])[\r\n]+[ \t]*", "", text.strip()).strip()

"""What a row becomes, and when two questions are the same."""

import hashlib
import re
import unicodedata
from dataclasses import dataclass

LETTERS = "ABCDEFGHIJ"

# NFKC has made 。 of some full stops and ASCII of most full-width signs.
_SIGNS = r"""[.,:;?!'"()\[\]<>_。、“”\u2018\u2019《》【】「」…]"""
_PUNCTUATION = re.compile(rf"(?<!\d){_SIGNS}|{_SIGNS}(?!\d)")


class Unusable(Exception):
    """A row that can't become a question; its text is the sentence shown to the person."""


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

    @property
    def fingerprint(self) -> str:
        return fingerprint(self.stem, self.options)

    @property
    def answer_texts(self) -> frozenset[str]:
        return answer_texts(self.options, self.answer)


def fingerprint(stem: str, options: tuple[str, ...] | list[str]) -> str:
    """Equal for questions that read the same, whatever their punctuation and option order."""
    parts = [plain(stem), *sorted(plain(option) for option in options)]
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

"""Eyes that see what a story tells them to: the `vision` boundary, without a model.

    settings.ANLAN_EYES = "anlan.testing.eyes.ToldEyes"
    ToldEyes.verdicts = [Verdict("no_match", ("not_alike",))]

What was asked stays in `asked`. Where nothing is told, everything is as it should be.
"""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import ClassVar, TypeVar

from anlan.lib import idnumber
from anlan.vision.challenge import Challenge
from anlan.vision.findings import Enrolment, Field, Kind, Paper, Verdict
from anlan.vision.thresholds import DEFAULTS, Thresholds

NUMBERS = tuple(round(0.01 * place - 0.64, 2) for place in range(128))
T = TypeVar("T")
JPEG = b"\xff\xd8\xff\xe0 a frame of nobody"
REDRAWN = b"\xff\xd8\xff\xe0 the same, painted anew"


def a_card(name: str, number: str, **other: object) -> Paper:
    """A front that reads surely."""
    known = idnumber.parse(number)
    fields = {
        "name": Field(name, 0.99),
        "number": Field(known.number, 0.99),
        "birth": Field(known.birth.isoformat(), 0.99),
        "sex": Field("男" if known.sex == "male" else "女", 0.99),
    }
    words: dict[str, object] = {"kind": "id_front", "fields": fields, "sure": True} | other
    return Paper(**words)  # type: ignore[arg-type]


def a_read_licence(fields: Mapping[str, str], *, sure: bool = True) -> Paper:
    """A business licence that reads surely, by the names of `vision.licence.FIELDS`."""
    told = {name: Field(value, 0.99) for name, value in fields.items()}
    return Paper("licence", told, sure=sure, doubts=() if sure else ("code_doubt",))


def a_back(authority: str, start: str, until: str, **other: object) -> Paper:
    """A back that reads surely."""
    fields = {
        "authority": Field(authority, 0.99),
        "valid_from": Field(start, 0.99),
        "valid_until": Field(until, 0.99),
    }
    words: dict[str, object] = {"kind": "id_back", "fields": fields, "sure": True} | other
    return Paper(**words)  # type: ignore[arg-type]


class ToldEyes:
    """Answers are taken from the front; an answer that is an exception is raised."""

    papers: ClassVar[list[Paper | Exception]] = []
    enrolments: ClassVar[list[Enrolment | Exception]] = []
    verdicts: ClassVar[list[Verdict | Exception]] = []
    asked: ClassVar[list[object]] = []

    @classmethod
    def forget(cls) -> None:
        for told in (cls.papers, cls.enrolments, cls.verdicts, cls.asked):
            told.clear()

    def read(
        self,
        content: bytes,
        *,
        today: date,
        wanted: Kind | None = None,
        limits: Thresholds = DEFAULTS,
    ) -> Paper:
        self.asked.append(content)
        return _next(self.papers, Paper("none", advice=("no_card",)))

    def redraw(self, content: bytes) -> bytes:
        return REDRAWN

    def enrol(
        self,
        frames: Sequence[tuple[float, bytes]],
        *,
        paper: bytes = b"",
        limits: Thresholds = DEFAULTS,
    ) -> Enrolment:
        self.asked.append(list(frames))
        return _next(self.enrolments, Enrolment(NUMBERS, (), 0.8))

    def check(
        self,
        frames: Sequence[tuple[float, bytes]],
        challenge: Challenge,
        enrolled: Sequence[float],
        *,
        limits: Thresholds = DEFAULTS,
    ) -> Verdict:
        self.asked.append((list(frames), challenge, list(enrolled)))
        return _next(self.verdicts, Verdict("match", (), 0.8, 0.9, len(frames)))


def _next(told: list[T | Exception], usual: T) -> T:
    answer = told.pop(0) if told else usual
    if isinstance(answer, Exception):
        raise answer
    return answer

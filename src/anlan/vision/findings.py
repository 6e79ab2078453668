"""What looking gives: at a paper, a frame, a whole check. Words and numbers, light to import."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

TURNED = "face_turned"
Outcome = Literal["match", "manual_review", "no_match", "suspected_spoof", "retake"]
Kind = Literal["id_front", "id_back", "licence", "none"]


@dataclass(frozen=True, slots=True)
class Field:
    """A value as read (days as YYYY-MM-DD) and how sure its least sure line was, 0 to 1."""

    value: str
    confidence: float


@dataclass(frozen=True, slots=True)
class Paper:
    """A paper as read.

    `sure`: number, birth and sex agree with each other (front), the days make sense (back), the
    code's check characters agree (licence). What is not sure is for a person to look at: it is
    never taken over. `doubts` and `advice` are codes of `advice.ADVICE`.
    """

    kind: Kind
    fields: Mapping[str, Field] = field(default_factory=dict)
    sure: bool = False
    doubts: tuple[str, ...] = ()
    advice: tuple[str, ...] = ()
    turned: float = 0.0
    age: int | None = None

    def value(self, name: str) -> str:
        """The field's value, empty when it was not read."""
        found = self.fields.get(name)
        return found.value if found else ""


UNREAD = Field("", 0.0)


@dataclass(frozen=True, slots=True)
class Look:
    """What one frame gave; numbers, no pixels. `problems` are codes of `advice.ADVICE`.

    `off_middle` in eye distances (positive: the person's left), `pitch` in degrees, `live` and
    `closed` from 0 to 1; None where the networks of the build are missing. `likeness` is there for
    frontal frames only.
    """

    problems: tuple[str, ...] = ()
    likeness: tuple[float, ...] = ()
    off_middle: float = 0.0
    pitch: float | None = None
    closed: float | None = None
    live: float | None = None

    @property
    def frontal(self) -> bool:
        """Good enough to be compared."""
        return not self.problems and bool(self.likeness)

    @property
    def seen(self) -> bool:
        """Good enough to see a movement in: turning away is one."""
        return set(self.problems) <= {TURNED}


@dataclass(frozen=True, slots=True)
class Timed:
    """A look and when it was taken, in seconds from the first frame."""

    at: float
    look: Look


@dataclass(frozen=True, slots=True)
class Verdict:
    """`reasons` are codes of `advice.ADVICE`, the weightiest first; scores None if not measured."""

    outcome: Outcome
    reasons: tuple[str, ...] = ()
    likeness: float | None = None
    live: float | None = None
    frames: int = 0


@dataclass(frozen=True, slots=True)
class Enrolment:
    """A likeness to keep (empty if none could be taken); how alike the card's portrait is."""

    likeness: tuple[float, ...] = ()
    reasons: tuple[str, ...] = ()
    to_paper: float | None = None

"""The shapes of what is asked of `/in/lessons/…` and what comes back."""

from typing import Annotated
from uuid import UUID

from msgspec import Meta, Struct

Second = Annotated[float, Meta(ge=0, le=1_000_000)]
Key = UUID


class Open(Struct, forbid_unknown_fields=True):
    """A learner opens a lesson, here and nowhere else."""

    lesson: UUID


class Opened(Struct):
    """`seen` is the bitmap in base64, least significant bit first, a bit for `slot_seconds`."""

    key: UUID
    position: float
    frontier: float
    seen: str
    passed: list[int]
    slot_seconds: int
    seconds: int
    completed: bool


class Beat(Struct, forbid_unknown_fields=True):
    """Media seconds `since` to `until` were played at `rate`."""

    key: Key
    since: Second
    until: Second
    rate: Annotated[float, Meta(gt=0, le=16)] = 1.0


class Beaten(Struct):
    """`frontier` is the second from which on nothing is credited, `spent` seconds of real time."""

    position: float
    frontier: float
    seen: str
    spent: int
    completed: bool
    notice: str = ""


class Answer(Struct, forbid_unknown_fields=True):
    """The answer at the quiz point of a second: positions of the item's options."""

    key: Key
    second: Annotated[int, Meta(ge=0, le=1_000_000)]
    chosen: Annotated[list[Annotated[int, Meta(ge=0, le=50)]], Meta(min_length=1, max_length=20)]


class Answered(Struct):
    """Nothing says what would have been right while it was not."""

    right: bool
    explanation: str = ""
    completed: bool = False

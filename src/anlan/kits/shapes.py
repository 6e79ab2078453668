"""What a tablet sends, to the field. Whatever does not fit is kept and looked at by a person."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

import msgspec
from msgspec import Meta, Struct

from anlan.kits.models import Kind

MOST_RECORDS = 200
Word = Annotated[str, Meta(max_length=200)]
Hash = Annotated[str, Meta(pattern="^[0-9a-f]{64}$")]
Time = Annotated[datetime, Meta(tz=True)]


class Signed(Struct):
    """A record's text with the tablet's signature under it."""

    text: Annotated[str, Meta(max_length=20_000)]
    signature: Annotated[str, Meta(max_length=200)]


class Batch(Struct):
    """What is signed as one delivery. `sent_at` is the device's time."""

    tablet: UUID
    sent_at: Time
    records: Annotated[list[Signed], Meta(max_length=MOST_RECORDS)]


class Written(Struct):
    """The text of a record."""

    v: int
    nonce: UUID
    no: Annotated[int, Meta(ge=1, le=10_000_000)]
    kind: Kind
    kit: UUID
    person: Annotated[str, Meta(max_length=64)]
    at: Time
    mono: Annotated[int, Meta(ge=0, le=10**12)]
    boot: Annotated[str, Meta(max_length=36)]
    prev: Annotated[str, Meta(pattern="^([0-9a-f]{64})?$")]
    payload: dict[str, Any]


class Sign(Struct):
    """In or out of a register. `how`: card, digits or tick."""

    register: UUID
    how: Annotated[str, Meta(pattern="^(card|digits|tick)$")]
    reason: Word = ""
    photo: Hash | None = None


class Begun(Struct):
    sitting: UUID


class Answer(Struct):
    sitting: UUID
    question: Annotated[int, Meta(ge=1, le=1000)]
    chosen: list[int]


class HandedIn(Struct):
    """`because`: by the learner's hand, or by the clock."""

    sitting: UUID
    answers: dict[str, list[int]]
    because: Annotated[str, Meta(pattern="^(hand|time)$")] = "hand"


class Marked(Struct):
    practical: UUID
    marks: dict[str, bool]
    photo: Hash
    remark: Word = ""


class Opened(Struct):
    why: Word = ""


class Clock(Struct):
    """The wall clock moved against the steady one by so many milliseconds."""

    shift_ms: int


PAYLOADS: dict[str, type[Struct]] = {
    Kind.OPENED: Opened,
    Kind.CLOCK: Clock,
    Kind.IN: Sign,
    Kind.OUT: Sign,
    Kind.BEGUN: Begun,
    Kind.ANSWER: Answer,
    Kind.HANDED_IN: HandedIn,
    Kind.PRACTICAL: Marked,
}
TARGETS = ("register", "sitting", "practical")


def read_payload(kind: str, payload: dict[str, Any]) -> Any:
    """The payload in its shape; `msgspec.ValidationError` when it has another."""
    return msgspec.convert(payload, PAYLOADS[kind])


def target_of(payload: dict[str, Any]) -> str:
    """Hex uid of the register, sitting or practical that a record is about."""
    for name in TARGETS:
        said = str(payload.get(name, "")).replace("-", "").lower()
        if said:
            return said[:32]
    return ""

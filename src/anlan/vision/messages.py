"""What is said through the pipe to the process that looks, and what comes back."""

from datetime import date
from typing import BinaryIO

import msgspec

from anlan.vision.challenge import Challenge
from anlan.vision.findings import Enrolment, Kind, Paper, Verdict
from anlan.vision.thresholds import Thresholds

HEADER = 4  # bytes of a message's length
MOST_BYTES = 64 * 2**20


class Frame(msgspec.Struct, frozen=True):
    """One picture of a check and when it was taken, in seconds from the first."""

    at: float
    content: bytes


class Check(msgspec.Struct, frozen=True, tag=True):
    """Is this the enrolled person, and do they do what was asked?"""

    frames: list[Frame]
    challenge: Challenge
    enrolled: list[float]
    limits: Thresholds


class Enrol(msgspec.Struct, frozen=True, tag=True):
    """Take a likeness from live frames, beside the portrait of a card where there is one."""

    frames: list[Frame]
    paper: bytes
    limits: Thresholds


class Read(msgspec.Struct, frozen=True, tag=True):
    """What does this paper say?"""

    content: bytes
    today: date
    wanted: Kind | None
    limits: Thresholds


class Redraw(msgspec.Struct, frozen=True, tag=True):
    """Paint this upload anew, with nothing of it but what one sees."""

    content: bytes


class Unusable(msgspec.Struct, frozen=True, tag=True):
    """The upload was refused; `code` is one of `advice.ADVICE`."""

    code: str


class Failed(msgspec.Struct, frozen=True, tag=True):
    """Looking failed for a reason of ours; `why` is for the log."""

    why: str


class Checked(msgspec.Struct, frozen=True, tag=True):
    verdict: Verdict


class Enrolled(msgspec.Struct, frozen=True, tag=True):
    enrolment: Enrolment


class Told(msgspec.Struct, frozen=True, tag=True):
    paper: Paper


class Redrawn(msgspec.Struct, frozen=True, tag=True):
    content: bytes


Question = Check | Enrol | Read | Redraw
Answer = Checked | Enrolled | Told | Redrawn | Unusable | Failed

_encoder = msgspec.msgpack.Encoder()
questions = msgspec.msgpack.Decoder(Question)
answers = msgspec.msgpack.Decoder(Answer)


def packed(message: Question | Answer) -> bytes:
    """A message with its length before it."""
    content = _encoder.encode(message)
    if len(content) > MOST_BYTES:
        raise ValueError("the message is too long")
    return len(content).to_bytes(HEADER, "big") + content


def received(stream: BinaryIO) -> bytes:
    """The next message, empty at the end. Raises `EOFError` when it breaks off."""
    header = stream.read(HEADER)
    if not header:
        return b""
    length = int.from_bytes(header, "big")
    if length > MOST_BYTES:
        raise EOFError("the message is too long")
    content = stream.read(length)
    if len(content) < length:
        raise EOFError("the message broke off")
    return content

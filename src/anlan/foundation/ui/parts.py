"""What pages hand to the parts: steps, moments, things to do."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

StepState = Literal["done", "now", "todo", "stop"]


@dataclass(frozen=True)
class Step:
    """One station of a life; `note` is a short line below it (a date, who acts)."""

    label: str
    state: StepState = "todo"
    note: str = ""
    url: str = ""


@dataclass(frozen=True)
class Moment:
    """One line of an evidence time line."""

    at: datetime
    text: str
    who: str = ""
    tone: str = ""
    href: str = ""


@dataclass(frozen=True)
class Todo:
    """One thing that waits for the person looking, with the one button that does it.

    `clock` stands instead of the words for `due` where it is a beginning: 08:30 开课.
    """

    title: str
    href: str
    act: str = "去办理"
    note: str = ""
    due: datetime | None = None
    clock: str = ""


def steps_until(labels: Sequence[str], now: int, *, stopped: bool = False) -> list[Step]:
    """Steps of which those before index `now` are done; `now == len(labels)` means all are."""
    states: list[StepState] = [
        "done" if i < now else "todo" if i > now else "stop" if stopped else "now"
        for i in range(len(labels))
    ]
    return [Step(label, state) for label, state in zip(labels, states, strict=True)]

"""What a person is asked to do before the camera: which actions, in which order, and when.

The server draws it and keeps it with its nonce; a film made beforehand fits one of some hundred by
luck. Chance comes in by the door, so that the caller decides how good it is.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise, product
from random import Random
from typing import Literal

Action = Literal["left", "right", "nod", "close_eyes"]

ACTIONS: tuple[Action, ...] = ("left", "right", "nod", "close_eyes")
SAID: Mapping[Action, str] = {
    "left": "请慢慢向左转头，再转回来",
    "right": "请慢慢向右转头，再转回来",
    "nod": "请点一下头",
    "close_eyes": "请闭眼一秒，再睁开",
}
STEPS = 3
START = 1.2  # seconds of looking straight ahead, from which every movement is measured
GAPS = (2.2, 2.9, 3.6)  # seconds from one prompt to the next; told apart by 0.7
ANSWER = 2.2  # seconds for an action
SECONDS = 12.0


@dataclass(frozen=True, slots=True)
class Step:
    """One action: prompted at `at`, over by `until` (seconds from the first frame)."""

    action: Action
    at: float
    until: float


@dataclass(frozen=True, slots=True)
class Challenge:
    """Bound to the server's nonce, which is used once."""

    nonce: str
    steps: tuple[Step, ...]
    seconds: float = SECONDS


def draw(chance: Random, nonce: str, *, actions: Sequence[Action] = ACTIONS) -> Challenge:
    """A fresh one; `chance` should be `random.SystemRandom()` where it counts."""
    order = chance.choice(_orders(actions))
    gaps = [chance.choice(GAPS) for _ in range(STEPS - 1)]
    return Challenge(nonce, _timed(order, gaps))


def distinguishable(actions: Sequence[Action] = ACTIONS) -> int:
    """How many challenges a judge can tell apart."""
    return len(_orders(actions)) * int(len(GAPS) ** (STEPS - 1))


def _orders(actions: Sequence[Action]) -> list[tuple[Action, ...]]:
    """No action twice in a row."""
    every = product(actions, repeat=STEPS)
    return [one for one in every if all(a != b for a, b in pairwise(one))]


def _timed(order: Sequence[Action], gaps: Sequence[float]) -> tuple[Step, ...]:
    steps, at = [], START
    for place, action in enumerate(order):
        steps.append(Step(action, round(at, 1), round(at + ANSWER, 1)))
        at += gaps[place] if place < len(gaps) else 0
    return tuple(steps)

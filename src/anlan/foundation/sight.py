"""The processes that look, one set for each process that asks; named in settings, so that a story
can hand in eyes of its own. For rooms that have faces or papers looked at by their jobs."""

from collections.abc import Sequence
from datetime import date
from functools import lru_cache
from typing import Protocol

from django.conf import settings
from django.utils.module_loading import import_string

from anlan.foundation.rules.queries import rulebook
from anlan.vision.challenge import Challenge
from anlan.vision.findings import Enrolment, Kind, Paper, Verdict
from anlan.vision.thresholds import Thresholds

Timed = tuple[float, bytes]


class Sight(Protocol):
    """What rooms ask of `vision.eyes.Eyes`."""

    def read(
        self, content: bytes, *, today: date, wanted: Kind | None = ..., limits: Thresholds = ...
    ) -> Paper: ...

    def redraw(self, content: bytes) -> bytes: ...

    def enrol(
        self, frames: Sequence[Timed], *, paper: bytes = ..., limits: Thresholds = ...
    ) -> Enrolment: ...

    def check(
        self,
        frames: Sequence[Timed],
        challenge: Challenge,
        enrolled: Sequence[float],
        *,
        limits: Thresholds = ...,
    ) -> Verdict: ...


@lru_cache(maxsize=2)
def _made(path: str) -> Sight:
    eyes: Sight = import_string(path)()
    return eyes


def the_eyes() -> Sight:
    """Asked by jobs only: the site never waits for a look."""
    return _made(settings.ANLAN_EYES)


def limits_on(day: date) -> Thresholds:
    """The thresholds in force."""
    return Thresholds.of({key: ruling.value for key, ruling in rulebook(day).rulings.items()})

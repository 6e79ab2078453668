"""What a heartbeat is held against, kept in the process for a few seconds: lessons and rules.

A lesson that is retired, or a rule that is changed, is noticed within `FRESH_SECONDS`.
"""

import threading
import time
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from anlan.courses.credit import Course, Limits
from anlan.courses.models import Lesson, QuizPoint
from anlan.foundation.rules.queries import Rulebook, rulebook
from anlan.lib.dates import local_date

FRESH_SECONDS = 5.0
MOST_KEPT = 5000


@dataclass(frozen=True, slots=True)
class Fact:
    """A lesson as the hot path needs it."""

    pk: int
    uid: UUID
    owner_id: int | None
    live: bool
    course: Course

    @property
    def subject(self) -> str:
        return f"lesson/{self.uid}"


class _Shelf:
    """Facts by lesson uid, each with the moment it was read; the day's limits beside them."""

    def __init__(self) -> None:
        self._door = threading.Lock()
        self._facts: dict[UUID, tuple[Fact, float]] = {}
        self._limits: Limits | None = None
        self._limits_at = float("-inf")

    def facts(self, uids: set[UUID], at: datetime) -> dict[UUID, Fact]:
        stale = time.monotonic() - FRESH_SECONDS
        kept = self._facts
        missing = [uid for uid in uids if uid not in kept or kept[uid][1] < stale]
        if missing:
            with self._door:
                if len(self._facts) > MOST_KEPT:
                    self._facts = {}
                read_at = time.monotonic()
                for uid, fact in _read(missing, at).items():
                    self._facts[uid] = (fact, read_at)
                kept = self._facts
        fresh = ((uid, kept.get(uid)) for uid in uids)
        return {uid: found[0] for uid, found in fresh if found is not None}

    def limits(self, at: datetime) -> Limits:
        if time.monotonic() - self._limits_at > FRESH_SECONDS or self._limits is None:
            self._limits = limits_of(rulebook(local_date(at)))
            self._limits_at = time.monotonic()
        return self._limits

    def forget(self) -> None:
        self._facts, self._limits = {}, None


def limits_of(rules: Rulebook) -> Limits:
    return Limits(
        max_rate=rules.number("learning.max_rate"),
        tolerance=rules.number("learning.tolerance_seconds"),
        silence=rules.number("learning.silence_seconds"),
        share=rules.number("learning.complete_share"),
        answer_wait=rules.number("learning.answer_wait_seconds"),
    )


def _read(uids: Iterable[UUID], at: datetime) -> dict[UUID, Fact]:
    wanted = list(uids)
    points: dict[int, list[int]] = defaultdict(list)
    rows = QuizPoint.objects.filter(lesson__uid__in=wanted).order_by("second")
    for lesson, second in rows.values_list("lesson_id", "second"):
        points[lesson].append(second)
    lessons = Lesson.objects.filter(uid__in=wanted).values_list(
        "pk", "uid", "owner_id", "seconds", "published_at", "retired_at"
    )
    return {
        uid: Fact(
            pk,
            uid,
            owner,
            published is not None and published <= at and retired is None,
            Course(seconds, tuple(points[pk])),
        )
        for pk, uid, owner, seconds, published, retired in lessons
    }


_shelf = _Shelf()
facts_of = _shelf.facts
limits_at = _shelf.limits
forget_facts = _shelf.forget

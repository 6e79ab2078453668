"""What a heartbeat is held against, kept in the process for a few seconds: lessons and rules.

A lesson that is retired, or a rule that is changed, is noticed within five seconds.
"""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from anlan.courses.credit import Course, Limits
from anlan.courses.models import Lesson, QuizPoint
from anlan.foundation.rules.queries import rulebook_at_hand
from anlan.lib.at_hand import AtHand
from anlan.lib.dates import local_date


@dataclass(frozen=True, slots=True)
class Fact:
    """A lesson as the hot path needs it."""

    pk: int
    uid: UUID
    owner_id: int | None
    published_at: datetime | None
    retired_at: datetime | None
    course: Course

    def is_live(self, at: datetime) -> bool:
        """May be learned from now."""
        published = self.published_at
        return published is not None and published <= at and self.retired_at is None

    @property
    def subject(self) -> str:
        return f"lesson/{self.uid}"


def limits_at(at: datetime) -> Limits:
    rules = rulebook_at_hand(local_date(at))
    return Limits(
        max_rate=rules.number("learning.max_rate"),
        tolerance=rules.number("learning.tolerance_seconds"),
        silence=rules.number("learning.silence_seconds"),
        share=rules.number("learning.complete_share"),
        answer_wait=rules.number("learning.answer_wait_seconds"),
    )


def _read(uids: Collection[UUID]) -> dict[UUID, Fact]:
    points: dict[int, list[int]] = defaultdict(list)
    rows = QuizPoint.objects.filter(lesson__uid__in=uids).order_by("second")
    for lesson, second in rows.values_list("lesson_id", "second"):
        points[lesson].append(second)
    lessons = Lesson.objects.filter(uid__in=uids).values_list(
        "pk", "uid", "owner_id", "seconds", "published_at", "retired_at"
    )
    return {
        uid: Fact(
            pk,
            uid,
            owner,
            published,
            retired,
            Course(seconds, tuple(points[pk])),
        )
        for pk, uid, owner, seconds, published, retired in lessons
    }


_facts = AtHand(_read, seconds=5, most=5000)
facts_of = _facts.of

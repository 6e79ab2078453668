"""`anlan bench heartbeat`: learners at their lessons, 64 at once, each beat claiming 15 seconds.

`cpu_ms_per_heartbeat` is the CPU of every process that serves, the database's too, at the largest
crowd. `lost` counts acknowledged beats whose seconds the server's bitmap does not hold,
`duplicated` seconds beyond what was claimed, in beats. A beat writes no ledger line; the bench
checks that.
"""

import uuid
from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db import connection
from django.utils.timezone import now

from anlan.courses.models import Lesson, LessonKind, Module, Progress, Watching
from anlan.courses.services import load_syllabi
from anlan.foundation.codes.services import load_codes
from anlan.foundation.ledger.models import Entry
from anlan.foundation.rules.services import load_rules
from anlan.identity.models import Person
from anlan.operations.bench.burst.figures import SIZES, Figures, spread
from anlan.operations.bench.burst.people import learners, passes_of
from anlan.operations.bench.burst.site import Burst, Site, served
from anlan.operations.temporary import temporary_city

PATH = "/in/lessons/beat"
LANES = 64
BEAT = 15  # seconds of the film
LEAST_BEATS = 2_000  # a crowd of ten beats until there are so many


def measure(most: int = SIZES[-1]) -> Figures:
    """Up to `most` learners; a minute for ten thousand."""
    with temporary_city() as folder:
        load_codes()
        load_rules()
        load_syllabi()
        lesson = _lesson(now())
        with served(folder) as site:
            _Crowd(site, lesson, 200, 0).beat(1)  # warm
            curve: dict[str, float] = {}
            lost = doubled = 0
            for n, size in enumerate(size for size in SIZES if size <= most):
                crowd = _Crowd(site, lesson, size, 10_000 * (n + 1))
                bursts = crowd.beat(min(40, max(1, LEAST_BEATS // size)))
                curve[str(size)] = _mean(bursts, size)
                missing, extra = crowd.audit(bursts)
                lost, doubled = lost + missing, doubled + extra
    last = bursts[-1]
    return {
        "database": connection.vendor,
        "cpu_ms_per_heartbeat": curve[str(size)],
        **spread(last),
        "lost": lost,
        "duplicated": doubled,
        "refusals": dict(last.answers),
        "curve": curve,
    }


def _mean(bursts: Sequence[Burst], size: int) -> float:
    return round(sum(burst.cpu_s for burst in bursts) * 1000 / (size * len(bursts)), 3)


def _lesson(at: datetime) -> Lesson:
    """A film of one hour."""
    return Lesson.objects.create(
        module=Module.objects.order_by("id")[0],
        kind=LessonKind.VIDEO,
        title="量测课（演示）",
        seconds=3600,
        at=at,
        published_at=at - timedelta(days=1),
    )


class _Crowd:
    """Learners in the middle of a lesson."""

    def __init__(self, site: Site, lesson: Lesson, size: int, start: int) -> None:
        self.site, self.lesson = site, lesson
        at = now()
        self.people: list[Person] = learners(size, at=at, start=start)
        self.tokens = passes_of(self.people, at=at)
        self.keys = [uuid.uuid4() for _ in self.people]
        Progress.objects.bulk_create(
            (Progress(lesson=lesson, person=one, started_at=at) for one in self.people),
            batch_size=500,
        )
        Watching.objects.bulk_create(
            (
                Watching(person=one, lesson=lesson, key=key, started_at=at, credited_until=at)
                for one, key in zip(self.people, self.keys, strict=True)
            ),
            batch_size=500,
        )

    def beat(self, rounds: int) -> list[Burst]:
        """Everybody claims the next fifteen seconds, round after round.

        Between rounds the clock of the credit is set back, as if the time had passed.
        """
        bursts = []
        for n in range(rounds):
            since = now() - timedelta(seconds=BEAT + 3)
            mine = Watching.objects.filter(lesson=self.lesson, person__in=self.people)
            mine.update(credited_until=since)
            body = {"since": n * BEAT, "until": (n + 1) * BEAT, "rate": 1}
            visitors = [
                {"token": token, "steps": [{"path": PATH, "body": {"key": str(key), **body}}]}
                for token, key in zip(self.tokens, self.keys, strict=True)
            ]
            bursts.append(self.site.meet(visitors, lanes=LANES))
        return bursts

    def audit(self, bursts: Sequence[Burst]) -> tuple[int, int]:
        """(acknowledged beats that are not there, beats' worth beyond what was claimed)."""
        rows = Progress.objects.filter(lesson=self.lesson, person__in=self.people)
        spent = sum(rows.values_list("spent", flat=True))
        acknowledged = sum(len(burst.acknowledged(0)) for burst in bursts)
        beats = round(spent / BEAT)
        lines = Entry.objects.filter(verb__startswith="lesson_").count()
        return max(0, acknowledged - beats), max(0, beats - acknowledged) + lines

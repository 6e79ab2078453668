"""The live sessions that one transaction moves: locked, moved in memory, each written once."""

import base64
import hashlib
import uuid
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection
from msgspec import Struct

from anlan.courses.credit import Way, is_complete
from anlan.courses.models import Progress, Watching
from anlan.courses.queries.facts import Fact, facts_of, limits_at
from anlan.foundation.intake.endpoints import Item
from anlan.foundation.ledger.services import Line, record_many
from anlan.identity.models import Person
from anlan.lib.refusals import Refused

Answers = list[Struct | Refused]


class TakenOver(Refused):
    """The key is of no live session: a newer one has taken its place, or it never was one."""

    def __init__(self) -> None:
        super().__init__("已在另一台设备上继续学习。", "要在这里学习，请重新打开这节课。")


class NoLesson(Refused):
    def __init__(self) -> None:
        super().__init__("这节课已下架，或不对您开放。", "请回到首页，选择其他课程。")


@dataclass(slots=True)
class Live:
    """One learner's live session as it stands in this transaction."""

    watching: int
    key: uuid.UUID
    user: int
    person: int
    progress: int
    lesson: uuid.UUID
    tries: int
    tried_at: datetime | None
    done_at: datetime | None
    way: Way


Act = Callable[[Item[Any], Live, Fact], Struct]
Done = tuple[Item[Any], Live, Fact]
_SESSION = ("key", "person_id", "lesson_id", "lesson__uid", "pk", "person__user_id")
_TIME = ("tries", "tried_at", "credited_until")
_PROGRESS = (
    "person_id",
    "lesson_id",
    "pk",
    "slots",
    "reached",
    "position",
    "spent",
    "passed",
    "completed_at",
)


def locked(keys: set[uuid.UUID]) -> dict[uuid.UUID, Live]:
    """The live sessions of these keys, locked in one order.

    Whoever writes progress holds the lock of its learner's session, so progress is read after it.
    """
    rows = Watching.objects.select_for_update(of=("self",)).filter(key__in=keys).order_by("pk")
    sessions = list(rows.values_list(*_SESSION, *_TIME))
    if not sessions:
        return {}
    found = Progress.objects.filter(
        person__in={row[1] for row in sessions}, lesson__in={row[2] for row in sessions}
    )
    progress = {row[:2]: row for row in found.values_list(*_PROGRESS)}
    return {row[0]: _live(row, progress[row[1:3]]) for row in sessions}


def _live(session: tuple[Any, ...], progress: tuple[Any, ...]) -> Live:
    key, person, _, lesson, watching, user, tries, tried_at, credited_until = session
    _, _, pk, slots, reached, position, spent, passed, done_at = progress
    bits = int.from_bytes(bytes(slots), "little")
    way = Way(credited_until, bits, reached, float(position), spent, set(passed))
    return Live(watching, key, user, person, pk, lesson, tries, tried_at, done_at, way)


class Round:
    """The requests of one transaction; each is judged alone, what moved is written at the end."""

    def __init__(self, items: Sequence[Item[Any]]) -> None:
        self.lives = locked({one.asked.key for one in items})
        lessons = {one.lesson for one in self.lives.values()}
        self.facts = facts_of(lessons, items[0].at) if lessons else {}
        self._moved: dict[int, Live] = {}
        self._done: list[Done] = []

    def judge(self, item: Item[Any], act: Act) -> Struct | Refused:
        """What `act` answers; it refuses before it moves anything."""
        live = self.lives.get(item.asked.key)
        if live is None or live.user != item.who.user:
            return TakenOver()  # somebody else's key is no key
        fact = self.facts.get(live.lesson)
        if fact is None or not fact.live:
            return NoLesson()
        was_done = live.done_at is not None
        try:
            answer = act(item, live, fact)
        except Refused as refused:
            return refused
        self._moved[live.watching] = live
        if live.done_at is not None and not was_done:
            self._done.append((item, live, fact))
        return answer

    def keep(self) -> None:
        """Write what moved; a ledger line for each lesson that somebody learned to its end."""
        if self._moved:
            _store(self._moved.values())
        if self._done:
            _record(self._done)


def complete(live: Live, item: Item[Any], fact: Fact) -> None:
    """Mark the lesson completed once all is seen and answered; the first time stands."""
    if live.done_at is None and is_complete(live.way, fact.course, limits_at(item.at)):
        live.done_at = item.at


_KEEP_PROGRESS = (
    "UPDATE courses_progress SET slots=%s, seen=%s, reached=%s, position=%s, spent=%s, passed=%s,"
    " completed_at=%s WHERE id=%s"
)
_KEEP_TIME = "UPDATE courses_watching SET credited_until=%s, tries=%s, tried_at=%s WHERE id=%s"


def _store(lives: Iterable[Live]) -> None:
    moment = connection.ops.adapt_datetimefield_value
    ways = [(one, one.way) for one in lives]
    with connection.cursor() as cursor:
        cursor.executemany(
            _KEEP_PROGRESS,
            [
                (
                    way.slots,
                    way.seen,
                    way.reached,
                    int(way.position),
                    way.spent,
                    _seconds(way.passed),
                    moment(one.done_at),
                    one.progress,
                )
                for one, way in ways
            ],
        )
        cursor.executemany(
            _KEEP_TIME,
            [
                (moment(way.credited_until), one.tries, moment(one.tried_at), one.watching)
                for one, way in ways
            ],
        )


def _seconds(passed: set[int]) -> str:
    """As the JSON column has it on both databases."""
    return f"[{', '.join(map(str, sorted(passed)))}]"


def _record(done: Sequence[Done]) -> None:
    people = Person.objects.in_bulk([live.person for _, live, _ in done])
    record_many([_line(item, live, fact, people[live.person]) for item, live, fact in done])


def _line(item: Item[Any], live: Live, fact: Fact, person: Person) -> Line:
    data = {
        "spent_seconds": round(live.way.spent),
        "seconds": fact.course.seconds,
        "slots": live.way.seen,
        "bitmap_sha256": hashlib.sha256(live.way.slots).hexdigest(),
    }
    return Line(
        fact.subject,
        "lesson_completed",
        item.who.actor,
        item.at,
        data,
        str(person.uid),
        person.committed,
        item.who.device,
    )


def text(slots: bytes) -> str:
    return base64.b64encode(slots).decode()

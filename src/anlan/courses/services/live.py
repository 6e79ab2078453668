"""The live sessions that one transaction moves: locked, moved in memory, each written once."""

import base64
import hashlib
import json
import uuid
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from django.db import connection
from msgspec import Struct

from anlan.courses.credit import Way, is_complete
from anlan.courses.queries.facts import Fact, facts_of, limits_at
from anlan.foundation.intake.endpoints import Item
from anlan.foundation.ledger.services import Line, record_many
from anlan.identity.models import Person
from anlan.lib.refusals import Refused
from anlan.lib.rows import rows, uuid_param, uuid_value

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
_COLUMNS = (
    "w.key, w.id, u.user_id, w.person_id, w.tries, w.tried_at, w.credited_until, l.uid,"
    " p.id, p.slots, p.reached, p.position, p.spent, p.passed, p.completed_at"
)
_LOCKED = (
    f"SELECT {_COLUMNS} FROM courses_watching w"
    " JOIN courses_progress p ON p.person_id = w.person_id AND p.lesson_id = w.lesson_id"
    " JOIN courses_lesson l ON l.id = w.lesson_id"
    " JOIN identity_person u ON u.id = w.person_id"
    " WHERE w.key IN {} ORDER BY w.id"
)


def locked(keys: set[uuid.UUID]) -> dict[uuid.UUID, Live]:
    """The live sessions of these keys, locked in one order with their progress; one read.

    Plain SQL: with a few beats together, making the query would cost more than answering it.
    """
    lock = " FOR UPDATE OF w, p" if connection.vendor == "postgresql" else ""
    lives = (_live(row) for row in rows(_LOCKED + lock, [uuid_param(key) for key in keys]))
    return {one.key: one for one in lives}


def _live(row: tuple[Any, ...]) -> Live:
    key, watching, user, person, tries, tried_at, credited_until, lesson = row[:8]
    progress, slots, reached, position, spent, passed, done_at = row[8:]
    bits = int.from_bytes(bytes(slots), "little")
    way = Way(
        _moment(credited_until), bits, reached, float(position), spent, set(json.loads(passed))
    )
    return Live(
        watching=watching,
        key=uuid_value(key),
        user=user,
        person=person,
        progress=progress,
        lesson=uuid_value(lesson),
        tries=tries,
        tried_at=_moment(tried_at) if tried_at else None,
        done_at=_moment(done_at) if done_at else None,
        way=way,
    )


def _moment(stored: datetime) -> datetime:
    """SQLite keeps a moment in UTC without saying so."""
    return stored if stored.tzinfo else stored.replace(tzinfo=UTC)


class Round:
    """The requests of one transaction; each is judged alone, what moved is written at the end."""

    def __init__(self, items: Sequence[Item[Any]]) -> None:
        self.lives = locked({one.asked.key for one in items})
        lessons = {one.lesson for one in self.lives.values()}
        self.facts = facts_of(lessons) if lessons else {}
        self._moved: dict[int, Live] = {}
        self._done: list[Done] = []

    def judge(self, item: Item[Any], act: Act) -> Struct | Refused:
        """What `act` answers; it refuses before it moves anything."""
        live = self.lives.get(item.asked.key)
        if live is None or live.user != item.who.user:
            return TakenOver()  # somebody else's key is no key
        fact = self.facts.get(live.lesson)
        if fact is None or not fact.is_live(item.at):
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

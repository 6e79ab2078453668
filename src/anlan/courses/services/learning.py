"""Opening a lesson, counting heartbeats, taking answers: many people's in one transaction.

Each of the three locks the learners' `Watching` rows with their `Progress`, moves them in memory in
the order of the requests, and writes each row once.
"""

import base64
import hashlib
import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import connection
from msgspec import Struct

from anlan.courses.credit import (
    Claim,
    Way,
    clock,
    credit,
    is_complete,
    rest,
)
from anlan.courses.models import (
    SLOT_SECONDS,
    CardSource,
    Progress,
    QuizPoint,
    Watching,
)
from anlan.courses.queries.entitled import taught
from anlan.courses.queries.facts import Fact, facts_of, limits_at
from anlan.courses.services.reviewing import Missed, keep_missed
from anlan.courses.shapes import Answer, Answered, Beat, Beaten, Open, Opened
from anlan.foundation.intake.endpoints import Item
from anlan.foundation.ledger.services import Line, record_many
from anlan.identity.models import Person
from anlan.lib.refusals import BadInput, NotAllowed, Refused

Answers = list[Struct | Refused]
Wanted = tuple[Item[Open], Fact, int]  # who opens which lesson: the request, the lesson, the person
MOST_WAITS = 6


class TakenOver(Refused):
    """The key is of no live session: a newer one has taken its place, or it never was one."""

    def __init__(self) -> None:
        super().__init__("已在另一台设备上继续学习。", "要在这里学习，请重新打开这节课。")


class NoLesson(Refused):
    def __init__(self) -> None:
        super().__init__("这节课已下架，或不对您开放。", "请回到首页，选择其他课程。")


class NoLearner(Refused):
    def __init__(self) -> None:
        super().__init__("您的账号没有登记为学员，不记学习进度。", "请联系本单位的安全员登记。")


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


def open_lessons(items: Sequence[Item[Open]]) -> Answers:
    """Give each asker the one live key, and say how far the lesson is learned."""
    if not items:
        return []
    at = items[0].at
    facts = facts_of({one.asked.lesson for one in items}, at)
    people = dict(
        Person.objects.filter(user__in={one.who.user for one in items}).values_list("user", "pk")
    )
    owned = any(one.owner_id is not None for one in facts.values())
    pairs = taught(people.values()) if owned else set()
    answers: list[Struct | Refused | None] = []
    wanted: list[Wanted] = []
    for item in items:
        fact, person = facts.get(item.asked.lesson), people.get(item.who.user)
        refused = _refusal(fact, person, pairs)
        answers.append(refused)
        if refused is None and fact is not None and person is not None:
            wanted.append((item, fact, person))
    opened = iter(_opened(wanted))
    return [next(opened) if answer is None else answer for answer in answers]


def keep_beats(items: Sequence[Item[Beat]]) -> Answers:
    """Credit what each heartbeat earns. No ledger line, except for a lesson that is completed."""
    lives = _locked({one.asked.key for one in items})
    facts = _facts(lives, items)
    answers: Answers = []
    touched: dict[int, Live] = {}
    done: list[tuple[Item[Any], Live, Fact]] = []
    for item in items:
        live = lives.get(item.asked.key)
        refused = _not_live(live, item, facts)
        if refused or live is None:
            answers.append(refused or TakenOver())
            continue
        fact = facts[live.lesson]
        asked = item.asked
        if asked.until < asked.since:
            answers.append(BadInput("学习进度的起止颠倒，没有记录。", "请刷新页面后继续。"))
            continue
        claim = Claim(asked.since, asked.until, asked.rate)
        limits = limits_at(item.at)
        notice = credit(live.way, claim, at=item.at, course=fact.course, limits=limits)
        if _completes(live, item, fact):
            done.append((item, live, fact))
        touched[live.watching] = live
        answers.append(_beaten(live, notice))
    _store(touched.values())
    _record(done)
    return answers


def take_answers(items: Sequence[Item[Answer]]) -> Answers:
    """Judge the answers at quiz points. What is right is said only to who has answered rightly."""
    lives = _locked({one.asked.key for one in items})
    facts = _facts(lives, items)
    points = _points(lives.values(), items)
    answers: Answers = []
    touched: dict[int, Live] = {}
    done: list[tuple[Item[Any], Live, Fact]] = []
    missed: list[Missed] = []
    for item in items:
        live = lives.get(item.asked.key)
        refused = _not_live(live, item, facts)
        if refused or live is None:
            answers.append(refused or TakenOver())
            continue
        fact = facts[live.lesson]
        point = points.get((live.lesson, item.asked.second))
        refused = _not_now(live, point, item, fact)
        if refused or point is None:
            answers.append(refused or NoLesson())
            continue
        touched[live.watching] = live
        right = _judge(live, point, item)
        if not right:
            missed.append(Missed(live.person, point.item_id, CardSource.QUIZ, item.at))
        elif _completes(live, item, fact):
            done.append((item, live, fact))
        words = point.item.explanation if right else ""
        answers.append(Answered(right, words, live.done_at is not None))
    _store(touched.values())
    keep_missed(missed)
    _record(done)
    return answers


def _refusal(fact: Fact | None, person: int | None, pairs: set[tuple[int, int]]) -> Refused | None:
    if person is None:
        return NoLearner()
    if fact is None or not fact.live:
        return NoLesson()
    if fact.owner_id is not None and (person, fact.owner_id) not in pairs:
        return NoLesson()
    return None


def _opened(wanted: Sequence[Wanted]) -> list[Struct]:
    """Rows are made where there are none, then locked, then turned to the new lesson and key."""
    if not wanted:
        return []
    Progress.objects.bulk_create(
        [Progress(person_id=p, lesson_id=f.pk, started_at=item.at) for item, f, p in wanted],
        ignore_conflicts=True,
    )
    _watching_rows(wanted, _progress_rows(wanted))
    people = {person for _, _, person in wanted}
    rows = Watching.objects.select_for_update().filter(person__in=people).order_by("pk")
    watching = {one.person_id: one for one in rows}
    progress = _progress_rows(wanted)  # again: a beat may have been kept before the lock
    return [_turn(watching[p], progress[p, f.pk], item, f) for item, f, p in wanted]


def _progress_rows(wanted: Sequence[Wanted]) -> dict[tuple[int, int], Progress]:
    rows = Progress.objects.filter(
        person__in={p for _, _, p in wanted}, lesson__in={f.pk for _, f, _ in wanted}
    )
    return {(one.person_id, one.lesson_id): one for one in rows}


def _watching_rows(wanted: Sequence[Wanted], progress: dict[tuple[int, int], Progress]) -> None:
    Watching.objects.bulk_create(
        [
            Watching(
                person_id=p, progress=progress[p, f.pk], started_at=item.at, credited_until=item.at
            )
            for item, f, p in wanted
        ],
        ignore_conflicts=True,
    )


def _turn(watching: Watching, progress: Progress, item: Item[Open], fact: Fact) -> Opened:
    """Point the one live session at this lesson. Time that has not been used is not carried on."""
    limits = limits_at(item.at)
    way = Way(watching.credited_until)
    rest(way, at=item.at, limits=limits)
    watching.credited_until = way.credited_until
    watching.progress, watching.key = progress, uuid.uuid4()
    watching.device, watching.started_at = item.who.device, item.at
    watching.save()
    return Opened(
        key=watching.key,
        position=float(progress.position),
        frontier=progress.reached,
        seen=_text(bytes(progress.slots)),
        passed=sorted(progress.passed),
        slot_seconds=SLOT_SECONDS,
        seconds=fact.course.seconds,
        completed=progress.completed_at is not None,
    )


_COLUMNS = (
    "pk",
    "key",
    "person__user_id",
    "person_id",
    "progress_id",
    "progress__lesson__uid",
    "tries",
    "tried_at",
    "credited_until",
    "progress__completed_at",
    "progress__slots",
    "progress__reached",
    "progress__position",
    "progress__spent",
    "progress__passed",
)


def _locked(keys: set[uuid.UUID]) -> dict[uuid.UUID, Live]:
    """The live sessions of these keys, locked in one order with their progress."""
    rows = (
        Watching.objects.select_for_update(of=("self", "progress"))
        .filter(key__in=keys)
        .order_by("pk")
        .values_list(*_COLUMNS)
    )
    return {row[1]: _live(row) for row in rows}


def _live(row: tuple[Any, ...]) -> Live:
    watching, key, user, person, progress, lesson, tries, tried_at = row[:8]
    credited_until, done_at, slots, reached, position, spent, passed = row[8:]
    bits = int.from_bytes(bytes(slots), "little")
    way = Way(credited_until, bits, reached, float(position), spent, set(passed))
    return Live(watching, key, user, person, progress, lesson, tries, tried_at, done_at, way)


def _facts(lives: dict[uuid.UUID, Live], items: Sequence[Item[Any]]) -> dict[uuid.UUID, Fact]:
    return facts_of({one.lesson for one in lives.values()}, items[0].at) if lives else {}


def _not_live(live: Live | None, item: Item[Any], facts: dict[uuid.UUID, Fact]) -> Refused | None:
    """Somebody else's key is no key."""
    if live is None or live.user != item.who.user:
        return TakenOver()
    fact = facts.get(live.lesson)
    return None if fact is not None and fact.live else NoLesson()


def _points(
    lives: Iterable[Live], items: Sequence[Item[Answer]]
) -> dict[tuple[uuid.UUID, int], QuizPoint]:
    rows = QuizPoint.objects.filter(
        lesson__uid__in={one.lesson for one in lives}, second__in={i.asked.second for i in items}
    ).select_related("item", "lesson")
    return {(one.lesson.uid, one.second): one for one in rows}


def _not_now(live: Live, point: QuizPoint | None, item: Item[Answer], fact: Fact) -> Refused | None:
    """A question is answered where it stands, and not by trying one answer after the other."""
    if point is None:
        return BadInput("这里没有测验题。", "请刷新页面后继续学习。")
    if live.way.reached + SLOT_SECONDS < min(point.second, fact.course.seconds):
        return NotAllowed("还没有学到这道题。", f"请从 {clock(live.way.reached)} 继续学习。")
    wait = timedelta(seconds=limits_at(item.at).answer_wait * min(live.tries, MOST_WAITS))
    if live.tried_at is None or point.second in live.way.passed:
        return None
    passed = abs(item.at - live.tried_at)  # a clock set back makes nobody wait for longer
    if passed >= wait:
        return None
    left = (wait - passed).total_seconds()
    return NotAllowed("刚才答错了，请再想一想。", f"{int(left) + 1} 秒后可以再答。")


def _judge(live: Live, point: QuizPoint, item: Item[Answer]) -> bool:
    right = set(item.asked.chosen) == set(point.item.answer)
    if right:
        live.way.passed.add(point.second)
        live.tries, live.tried_at = 0, None
    elif point.second not in live.way.passed:
        live.tries, live.tried_at = live.tries + 1, item.at
    rest(live.way, at=item.at, limits=limits_at(item.at))
    return right


def _completes(live: Live, item: Item[Any], fact: Fact) -> bool:
    """Whether this request is the one that completes the lesson; it is so once."""
    if live.done_at is not None or not is_complete(live.way, fact.course, limits_at(item.at)):
        return False
    live.done_at = item.at
    return True


def _beaten(live: Live, notice: str) -> Beaten:
    way = live.way
    done = live.done_at is not None
    return Beaten(way.position, way.reached, _text(way.slots), int(way.spent), done, notice)


_PROGRESS = (
    "UPDATE courses_progress SET slots=%s, seen=%s, reached=%s, position=%s, spent=%s, passed=%s,"
    " completed_at=%s WHERE id=%s"
)
_WATCHING = "UPDATE courses_watching SET credited_until=%s, tries=%s, tried_at=%s WHERE id=%s"


def _store(lives: Iterable[Live]) -> None:
    moment = connection.ops.adapt_datetimefield_value
    ways = [(one, one.way) for one in lives]
    if not ways:
        return
    with connection.cursor() as cursor:
        cursor.executemany(
            _PROGRESS,
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
            _WATCHING,
            [
                (moment(way.credited_until), one.tries, moment(one.tried_at), one.watching)
                for one, way in ways
            ],
        )


def _seconds(passed: set[int]) -> str:
    """As the JSON column has it on both databases."""
    return f"[{', '.join(map(str, sorted(passed)))}]"


def _record(done: Sequence[tuple[Item[Any], Live, Fact]]) -> None:
    """One line for each lesson that somebody has learned to its end."""
    if not done:
        return
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


def _text(slots: bytes) -> str:
    return base64.b64encode(slots).decode()

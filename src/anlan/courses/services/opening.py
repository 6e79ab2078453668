"""Opening a lesson: the one live session of a learner turns to it."""

import uuid
from collections.abc import Sequence
from datetime import datetime

from msgspec import Struct

from anlan.courses.credit import Way, rest
from anlan.courses.models import SLOT_SECONDS, Progress, Watching
from anlan.courses.queries.facts import Fact, facts_of, limits_at
from anlan.courses.services.live import Answers, NoLesson, text
from anlan.courses.shapes import Open, Opened
from anlan.courses.taught import taught_to
from anlan.foundation.intake.endpoints import Item
from anlan.identity.models import Person
from anlan.lib.refusals import Refused

Wanted = tuple[Item[Open], Fact, int]  # who opens which lesson: the request, the lesson, the person


class NoLearner(Refused):
    def __init__(self) -> None:
        super().__init__("您的账号没有登记为学员，不记学习进度。", "请联系本单位的安全员登记。")


def open_lessons(items: Sequence[Item[Open]]) -> Answers:
    """Give each asker the one live key, and say how far the lesson is learned."""
    if not items:
        return []
    facts = facts_of({one.asked.lesson for one in items})
    people = dict(
        Person.objects.filter(user__in={one.who.user for one in items}).values_list("user", "pk")
    )
    owned = any(one.owner_id is not None for one in facts.values())
    pairs = {(one.person, one.provider) for one in taught_to(people.values())} if owned else set()
    answers: list[Struct | Refused | None] = []
    wanted: list[Wanted] = []
    for item in items:
        fact, person = facts.get(item.asked.lesson), people.get(item.who.user)
        refused = _refusal(fact, person, pairs, item.at)
        answers.append(refused)
        if refused is None and fact is not None and person is not None:
            wanted.append((item, fact, person))
    opened = iter(_opened(wanted))
    return [next(opened) if answer is None else answer for answer in answers]


def _refusal(
    fact: Fact | None, person: int | None, pairs: set[tuple[int, int]], at: datetime
) -> Refused | None:
    if person is None:
        return NoLearner()
    if fact is None or not fact.is_live(at):
        return NoLesson()
    if fact.owner_id is not None and (person, fact.owner_id) not in pairs:
        return NoLesson()
    return None


def _opened(wanted: Sequence[Wanted]) -> list[Struct]:
    """Rows are made where there are none, then locked, then turned to the new lesson and key."""
    if not wanted:
        return []
    _make_rows(wanted)
    people = {person for _, _, person in wanted}
    rows = Watching.objects.select_for_update().filter(person__in=people).order_by("pk")
    watching = {one.person_id: one for one in rows}
    progress = _progress_rows(wanted)
    return [_turn(watching[p], progress[p, f.pk], item, f) for item, f, p in wanted]


def _make_rows(wanted: Sequence[Wanted]) -> None:
    Progress.objects.bulk_create(
        [Progress(person_id=p, lesson_id=f.pk, started_at=item.at) for item, f, p in wanted],
        ignore_conflicts=True,
    )
    Watching.objects.bulk_create(
        [
            Watching(person_id=p, lesson_id=f.pk, started_at=item.at, credited_until=item.at)
            for item, f, p in wanted
        ],
        ignore_conflicts=True,
    )


def _progress_rows(wanted: Sequence[Wanted]) -> dict[tuple[int, int], Progress]:
    rows = Progress.objects.filter(
        person__in={p for _, _, p in wanted}, lesson__in={f.pk for _, f, _ in wanted}
    )
    return {(one.person_id, one.lesson_id): one for one in rows}


def _turn(watching: Watching, progress: Progress, item: Item[Open], fact: Fact) -> Opened:
    """Point the one live session at this lesson. Time that has not been used is not carried on."""
    limits = limits_at(item.at)
    way = Way(watching.credited_until)
    rest(way, at=item.at, limits=limits)
    watching.credited_until = way.credited_until
    watching.lesson_id, watching.key = fact.pk, uuid.uuid4()
    watching.device, watching.started_at = item.who.device, item.at
    watching.save()
    return Opened(
        key=watching.key,
        position=float(progress.position),
        frontier=progress.reached,
        seen=text(bytes(progress.slots)),
        passed=sorted(progress.passed),
        slot_seconds=SLOT_SECONDS,
        seconds=fact.course.seconds,
        completed=progress.completed_at is not None,
    )

"""Which ledger entries of a class are about one person, and what each of them proves."""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import QuerySet

from anlan.attendance.models import Mark, MarkKind
from anlan.classes import own, queries
from anlan.classes.models import Enrolment, Session
from anlan.foundation.accounts.models import User
from anlan.foundation.ledger.models import Entry, LogHead
from anlan.foundation.ledger.queries import entries_of
from anlan.identity.queries.past import committed_then

WORDS = {
    "signed_in": "签到",
    "signed_out": "签退",
    "sitting_submitted": "理论考试成绩",
    "practical_marked": "实操考核成绩",
}
KINDS = {"signed_in": MarkKind.IN, "signed_out": MarkKind.OUT}


@dataclass(frozen=True)
class Proof:
    """One entry in words; `ready` once it is under a signed checkpoint."""

    entry: Entry
    title: str
    place: str
    at: datetime
    ready: bool


def proofs_of(enrolment: Enrolment) -> list[Proof]:
    """What may be proved of a person in a class, in the order in which it happened."""
    published = LogHead.objects.values_list("published", flat=True).first() or 0
    topics = _topics(enrolment)
    return [
        Proof(
            entry=entry,
            title=WORDS[entry.verb],
            place=topics.get(entry.subject, ""),
            at=entry.at,
            ready=entry.position is not None and entry.position < published,
        )
        for entry in _entries(enrolment).order_by("at", "id")
    ]


def own_entry(user: User, uid: uuid.UUID, entry: uuid.UUID) -> tuple[Enrolment, Entry]:
    """An entry about the user in an own class; `DoesNotExist` for any other."""
    enrolment = own.own_enrolment(user, uid)
    return enrolment, _entries(enrolment).get(uid=entry)


def class_entry(user: User, uid: uuid.UUID, entry: uuid.UUID) -> tuple[Enrolment, Entry]:
    """An entry about a learner of a class that the user may see."""
    enrolment = queries.enrolment_for(user, uid)
    return enrolment, _entries(enrolment).get(uid=entry)


def personal(enrolment: Enrolment, entry: Entry) -> Mapping[str, Any]:
    """The values behind the entry's commitments, as far as they still stand in the records."""
    values: dict[str, Any] = dict(committed_then(enrolment.person, entry.at))
    if entry.verb in KINDS:
        marks = Mark.objects.filter(person=enrolment.person, kind=KINDS[entry.verb])
        mark = marks.filter(register__uid=entry.subject.split("/", 1)[1]).first()
        if mark and mark.reason:
            values["reason"] = mark.reason
    return values


def _entries(enrolment: Enrolment) -> QuerySet[Entry]:
    subjects = queries.subjects_of(enrolment.klass)
    about = entries_of(subjects).filter(about__ref=str(enrolment.person.uid), verb__in=WORDS)
    return about.select_related("about")


def _topics(enrolment: Enrolment) -> dict[str, str]:
    sessions: QuerySet[Session] = queries.sessions_of(enrolment.klass)
    topics = {one.register.subject: one.topic for one in sessions if one.register}
    trials = enrolment.trials.select_related("sitting", "practical__checklist")
    for trial in trials:
        if trial.sitting:
            topics[trial.sitting.subject] = trial.sitting.title
        if trial.practical:
            topics[trial.practical.subject] = trial.practical.checklist.title
    return topics

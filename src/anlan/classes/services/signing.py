"""Signing at the door, one or a whole burst: who may, by which code, and the class that begins.

No lock on the class's row in the common case: a class that is under way is read with a shared lock,
which signers don't mind and the close of the class waits for. Only the very first sign-in, which
begins the class, locks it.
"""

import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from django.db import connection, transaction

from anlan.attendance.models import Mark, MarkKind, Proof
from anlan.attendance.services import Signing, Verdict, keep_marks, weigh
from anlan.classes.lists import Places, people_at
from anlan.classes.models import Session, Status, TrainingClass
from anlan.classes.states import STEPS
from anlan.foundation.accounts.models import User
from anlan.foundation.files.models import StoredFile
from anlan.foundation.ledger.models import TimeSource
from anlan.foundation.ledger.services import record
from anlan.identity.models import Person
from anlan.lib.refusals import Refused
from anlan.lib.rows import rows
from anlan.lib.states import advance

NOT_ON_LIST = ("您不在这个班的名单上。", "如果是临时来替同事或现场报名，请找班主任登记。")


@dataclass(frozen=True, slots=True)
class Wish:
    """Somebody wants to sign at a half-day; named by the person or, from a phone, by the account.

    `code_age` and `distance` are facts of the scan (seconds, metres).
    """

    session: Session
    kind: MarkKind
    proof: Proof
    by: User | None
    at: datetime
    person: int = 0
    user: int = 0
    device: str = ""
    address: str = ""
    reason: str = ""
    photo: StoredFile | None = None
    nonce: uuid.UUID | None = None
    time_source: TimeSource = TimeSource.SERVER
    code_age: int | None = None
    distance: int | None = None
    other_phone: str = ""
    label: str = ""


class Made(NamedTuple):
    """The mark of a wish; `fresh` unless the same request has made it before."""

    mark: Mark
    fresh: bool


def sign_all(wishes: Sequence[Wish], places: Places | None = None) -> list[Made | Refused]:
    """Sign everybody who may; each wish gets its mark or its refusal, in order.

    Only inside a transaction: the caller's is the one that is all or nothing.
    """
    places = places or places_for(wishes)
    states = _states({one.session.klass_id: one.session.klass for one in wishes})
    answers: list[Refused | None] = []
    signings: list[Signing] = []
    for wish in wishes:
        person = places.person_of(wish.session, person=wish.person, user=wish.user)
        refused = _refusal(wish, person, states)
        answers.append(refused)
        if refused is None and person is not None:
            signings.append(_signing(wish, person))
    verdicts = weigh(signings)
    _begin(wishes, answers, verdicts, states)
    keep_marks(verdicts)
    rest = iter(verdicts)
    return [answer or _made(next(rest)) for answer in answers]


def sign_one(wish: Wish) -> Mark:
    """One wish; raises the refusal."""
    with transaction.atomic():
        answer = sign_all([wish])[0]
        if isinstance(answer, Refused):
            raise answer
        return answer.mark


def places_for(wishes: Iterable[Wish]) -> Places:
    """The lists of these half-days as far as they name somebody who wishes; two reads at most."""
    return people_at([(one.session, one.person, one.user) for one in wishes])


def start_class(klass: TrainingClass, *, by: User | None, at: datetime) -> None:
    """The class begins: at the first sign-in, or when its first register opens."""
    with transaction.atomic():
        advance(klass, Status.RUNNING, STEPS, started_at=at)
        record(klass.subject, "class_started", by=by, at=at)


def _states(classes: dict[int, TrainingClass]) -> dict[int, str]:
    """How each class stands now; who may have to be begun is locked, in order."""
    begin = {pk for pk, klass in classes.items() if klass.status == Status.APPROVED}
    found: dict[int, str] = {}
    if begin:
        rows = TrainingClass.objects.select_for_update().filter(pk__in=begin).order_by("pk")
        found |= dict(rows.values_list("pk", "status"))
    running = sorted(classes.keys() - begin)
    if running:
        found |= _held(running)
    return found


STATES = "SELECT id, status FROM classes_trainingclass WHERE id IN {} ORDER BY id"


def _held(classes: Sequence[int]) -> dict[int, str]:
    """The states of these classes, which nobody changes before this transaction is over."""
    shared = " FOR SHARE" if connection.vendor == "postgresql" else ""  # SQLite has one writer
    return dict(rows(STATES + shared, classes))


def _refusal(wish: Wish, person: Person | None, states: dict[int, str]) -> Refused | None:
    if wish.session.register is None:
        return Refused("这个班还没有批准，不能签到。", "请等待审批。")
    if person is None:
        return Refused(*NOT_ON_LIST)
    status = states.get(wish.session.klass_id, "")
    if status not in (Status.APPROVED, Status.RUNNING):
        return Refused(f"「{Status(status).label}」的班不能签到。", "请联系班主任。")
    return None


def _signing(wish: Wish, person: Person) -> Signing:
    register = wish.session.register
    assert register is not None
    return Signing(
        register=register,
        person=person,
        kind=wish.kind,
        proof=wish.proof,
        by=wish.by,
        at=wish.at,
        device=wish.device,
        address=wish.address,
        reason=wish.reason,
        photo=wish.photo,
        nonce=wish.nonce,
        time_source=wish.time_source,
        code_age=wish.code_age,
        distance=wish.distance,
        other_phone=wish.other_phone,
        label=wish.label,
    )


def _made(verdict: Verdict) -> Made | Refused:
    return verdict.refused or Made(verdict.mark, verdict.fresh)


def _begin(
    wishes: Sequence[Wish],
    answers: Sequence[object],
    verdicts: Sequence[Verdict],
    states: dict[int, str],
) -> None:
    """Begin the classes of which somebody is the first to sign."""
    accepted = [wish for wish, answer in zip(wishes, answers, strict=True) if answer is None]
    for wish, verdict in zip(accepted, verdicts, strict=True):
        klass = wish.session.klass
        if verdict.refused is None and states[klass.pk] == Status.APPROVED:
            klass.status = Status.APPROVED  # as the row says; what is at hand may be older
            start_class(klass, by=None, at=wish.at)
            states[klass.pk] = klass.status

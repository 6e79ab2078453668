"""Packing a kit: what a tablet carries, no more than it needs, signed."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import msgspec
from django.db import transaction

from anlan.assessments.models import Practical, Sitting
from anlan.assessments.queries import questions_shown
from anlan.assessments.services import prepare_sitting
from anlan.attendance.models import Mark, MarkKind
from anlan.attendance.models import Register as AttendanceRegister
from anlan.classes import queries as classes
from anlan.classes.models import Enrolment, EnrolmentStatus, Session, TrainingClass
from anlan.foundation.accounts.models import User
from anlan.foundation.ledger.services import record
from anlan.foundation.rules.queries import rulebook
from anlan.kits import queries
from anlan.kits.commitments import ROUNDS, commitment_of, fresh_salt, tail_of
from anlan.kits.keys import KIT, is_signed, sign_kit
from anlan.kits.models import Kit, Tablet
from anlan.kits.offers import offer_for
from anlan.lib.dates import local_date
from anlan.lib.refusals import BadInput, NotAllowed, Refused

FETCH_WITHIN = timedelta(hours=2)


@dataclass(frozen=True)
class Wish:
    """What somebody wants to take along: uids of sessions, titles of sittings, checklist keys."""

    sessions: Sequence[str] = ()
    sittings: Sequence[str] = ()
    practicals: Sequence[str] = ()
    days: int = 3


@dataclass
class _Found:
    """The wish, looked up."""

    sessions: list[Session] = field(default_factory=list)
    sittings: list[Sitting] = field(default_factory=list)
    practicals: list[Practical] = field(default_factory=list)


def pack_kit(klass: TrainingClass, tablet: Tablet, wish: Wish, *, by: User, at: datetime) -> Kit:
    """Draw the papers, commit to the roster, note what goes along. The text follows on fetching."""
    days = rulebook(local_date(at)).whole("kits.days_max")
    if not 1 <= wish.days <= days:
        raise BadInput(f"离线包最长 {days} 天。", f"请选 1 至 {days} 天。")
    if tablet.revoked_at is not None:
        raise NotAllowed("这台平板已停用。", "请换一台平板。")
    found = _look_up(klass, wish, by, at)
    people = _learners(klass)
    salt = fresh_salt()
    # Slow on purpose, so before the transaction.
    named = {commitment_of(one.person.id_number, salt): one.person_id for one in people}
    with transaction.atomic():
        for sitting in found.sittings:
            prepare_sitting(sitting)
        kit = Kit.objects.create(
            klass=klass,
            tablet=tablet,
            salt=salt,
            people=named,
            holds=_holds(found),
            by=by,
            at=at,
            expires_at=at + timedelta(days=wish.days),
        )
        counts = {name: len(uids) for name, uids in kit.holds.items()}
        told: dict[str, Any] = {
            "kit": str(kit.uid),
            "tablet": tablet.name,
            "people": len(named),
            **counts,
        }
        record(klass.subject, "kit_packed", by=by, at=at, **told)
    return kit


def contents_of(kit: Kit, *, at: datetime) -> tuple[str, str]:
    """The package's text and the platform's signature under it; again until the tablet has it."""
    if kit.kept_at is not None or at > kit.at + FETCH_WITHIN:
        raise NotAllowed("这个离线包已经取走，或放置太久。", "请重新取一个。")
    text = msgspec.json.encode(_text(kit)).decode()
    kit.sha256 = hashlib.sha256(text.encode()).hexdigest()
    kit.save(update_fields=["sha256"])
    return text, sign_kit(text)


@transaction.atomic
def note_kept(kit: Kit, *, sha256: str, signature: str, at: datetime) -> Kit:
    """The tablet says, under its key, that it has stored exactly this text. Twice is once."""
    kit.refresh_from_db(from_queryset=Kit.objects.select_for_update())
    if sha256 != kit.sha256:
        raise Refused("平板存下的离线包与发出的不一致。", "请重新取一个离线包。")
    if not is_signed(KIT, f"{kit.uid}\n{sha256}", signature, kit.tablet.key):
        raise BadInput("这不是取包的那台平板。", "请在取包的平板上操作。")
    if kit.kept_at is None:
        kit.kept_at = at
        kit.save(update_fields=["kept_at"])
        told: dict[str, Any] = {"kit": str(kit.uid), "tablet": kit.tablet.name}
        record(
            kit.klass.subject,
            "kit_kept",
            by=kit.by,
            at=at,
            device=kit.tablet.token,
            sha256=sha256,
            **told,
        )
    return kit


def _look_up(klass: TrainingClass, wish: Wish, by: User, at: datetime) -> _Found:
    """Only what is offered to this user; something must be left of it."""
    offer = offer_for(by, klass, at=at)
    titles = {title for title, _n in offer.sittings} & set(wish.sittings)
    keys = {key for key, _title, _n in offer.practicals} & set(wish.practicals)
    found = _Found(
        [one for one in offer.sessions if str(one.uid) in set(wish.sessions)],
        list(queries.open_sittings(klass, at=at).filter(title__in=titles)),
        list(queries.open_practicals(klass).filter(checklist__key__in=keys)),
    )
    if not (found.sessions or found.sittings or found.practicals):
        raise BadInput("还没有选要带走的内容。", "请至少选一个半天、一场考试或一项实操。")
    return found


def _learners(klass: TrainingClass) -> list[Enrolment]:
    people = list(classes.enrolled(klass).filter(status=EnrolmentStatus.ENROLLED))
    if not people:
        raise Refused("班里还没有学员，离线包里没有人可以签到。", "请先报名。")
    return people


def _holds(found: _Found) -> dict[str, list[str]]:
    return {
        "registers": [one.register.uid.hex for one in found.sessions if one.register],
        "sittings": [one.uid.hex for one in found.sittings],
        "practicals": [one.uid.hex for one in found.practicals],
    }


def _text(kit: Kit) -> dict[str, Any]:
    refs = {person_id: ref for ref, person_id in kit.people.items()}
    return {
        "v": 1,
        "uid": str(kit.uid),
        "tablet": str(kit.tablet.uid),
        "class": {"uid": str(kit.klass.uid), "number": kit.klass.number, "title": kit.klass.title},
        "by": kit.by.name,
        "issued_at": kit.at,
        "expires_at": kit.expires_at,
        "salt": kit.salt,
        "rounds": ROUNDS,
        "synthetic": kit.klass.is_synthetic,
        "people": [_person(one, kit.salt) for one in _kept_learners(kit)],
        "registers": [_register(one, refs) for one in _registers(kit)],
        "sittings": [_sitting(one, refs) for one in _sittings(kit)],
        "practicals": [_practical(one, refs) for one in _practicals(kit)],
    }


def _kept_learners(kit: Kit) -> list[Enrolment]:
    return [one for one in _learners(kit.klass) if one.person_id in kit.people.values()]


def _person(one: Enrolment, salt: str) -> dict[str, str]:
    number = one.person.id_number
    return {
        "ref": commitment_of(number, salt),
        "tail": tail_of(number, salt),
        "name": one.person.name,
        "org": one.organization.name,
    }


def _registers(kit: Kit) -> list[AttendanceRegister]:
    found = AttendanceRegister.objects.filter(uid__in=kit.holds["registers"])
    return list(found.select_related("session").prefetch_related("marks").order_by("starts_at"))


def _half_day(one: AttendanceRegister) -> str:
    """上午 现场急救: the class's own name stands over it anyway."""
    session: Session = one.session
    return f"{session.get_half_display()} {session.topic}"


def _register(one: AttendanceRegister, refs: dict[int, str]) -> dict[str, Any]:
    marks: list[Mark] = list(one.marks.all())
    told = {"in": MarkKind.IN, "out": MarkKind.OUT}
    return {
        "uid": str(one.uid),
        "title": _half_day(one),
        "place": one.place,
        "opens_at": one.opens_at,
        "starts_at": one.starts_at,
        "late_after": one.late_after,
        "leave_from": one.leave_from,
        "ends_at": one.ends_at,
        "closes_at": one.closes_at,
        **{
            word: {refs[m.person_id]: m.at for m in marks if m.kind == kind and m.person_id in refs}
            for word, kind in told.items()
        },
    }


def _sittings(kit: Kit) -> list[Sitting]:
    found = Sitting.objects.filter(uid__in=kit.holds["sittings"])
    return list(found.select_related("person").order_by("pk"))


def _sitting(one: Sitting, refs: dict[int, str]) -> dict[str, Any]:
    """The questions as the learner sees them; nothing here tells an answer."""
    return {
        "uid": str(one.uid),
        "ref": refs.get(one.person_id, ""),
        "title": one.title,
        "minutes": one.minutes,
        "opens_at": one.opens_at,
        "closes_at": one.closes_at,
        "questions": [
            {
                "no": shown.no,
                "kind": shown.kind_label,
                "many": shown.many,
                "stem": shown.stem,
                "options": [option.text for option in shown.options],
            }
            for shown in questions_shown(one)
        ],
    }


def _practicals(kit: Kit) -> list[Practical]:
    found = Practical.objects.filter(uid__in=kit.holds["practicals"])
    return list(found.select_related("checklist").order_by("pk"))


def _practical(one: Practical, refs: dict[int, str]) -> dict[str, Any]:
    keep = ("key", "text", "critical")
    return {
        "uid": str(one.uid),
        "ref": refs.get(one.person_id, ""),
        "title": one.checklist.title,
        "opens_at": one.opens_at,
        "items": [{name: item[name] for name in keep} for item in one.checklist.items],
    }

"""Who is in a class: enrolled from a booking, walked in at the door, sent as a substitute."""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction

from anlan.classes import queries
from anlan.classes.lines import enrolled_line
from anlan.classes.models import (
    Enrolment,
    EnrolmentSource,
    EnrolmentStatus,
    Status,
    TrainingClass,
)
from anlan.foundation.accounts.models import User
from anlan.foundation.ledger.services import record, record_many
from anlan.foundation.notices.services import tell, text
from anlan.identity.models import Person
from anlan.identity.services import ensure_account
from anlan.lib.dates import date_weekday_text, local_date
from anlan.lib.masking import mask_name
from anlan.lib.refusals import BadInput, Refused
from anlan.organizations.models import Organization

OPEN = (Status.APPROVED, Status.RUNNING)


@transaction.atomic
def enrol(
    klass: TrainingClass,
    persons: Sequence[Person],
    *,
    organization: Organization,
    source: EnrolmentSource,
    by: User,
    at: datetime,
) -> list[Enrolment]:
    """Enrol people whom an employer sends. All or nobody: a full class is said before anything."""
    locked = TrainingClass.objects.select_for_update().get(pk=klass.pk)
    if locked.status not in OPEN:
        raise Refused(f"「{locked.get_status_display()}」的班不能报名。", "请选择正在报名的班。")
    _require_seats(locked, len(persons))
    _require_new(locked, persons)
    enrolments = Enrolment.objects.bulk_create(
        Enrolment(
            klass=locked, person=person, organization=organization, source=source, by=by, at=at
        )
        for person in persons
    )
    record_many([enrolled_line(locked, one, by, at) for one in enrolments])
    _tell_learners(locked, persons, at)
    return enrolments


@transaction.atomic
def walk_in(
    klass: TrainingClass, person: Person, *, organization: Organization, by: User, at: datetime
) -> Enrolment:
    """Take in somebody at the door, where the rules allow it and a seat is free."""
    rule = queries.rules_for(klass, local_date(at)).ruling("attendance.walk_ins")
    if not rule.value:
        raise Refused("本市规定不接受现场报名。", f"依据：{rule.clause}。请由企业在网上报名。")
    people = enrol(
        klass,
        [person],
        organization=organization,
        source=EnrolmentSource.WALK_IN,
        by=by,
        at=at,
    )
    return people[0]


@transaction.atomic
def substitute(
    enrolment: Enrolment, person: Person, *, reason: str, by: User, at: datetime
) -> Enrolment:
    """A colleague comes instead of somebody who has not signed in yet."""
    klass = enrolment.klass
    if enrolment.status != EnrolmentStatus.ENROLLED:
        raise Refused("这条报名已经变更过。", "请刷新名单。")
    if _has_signed_in(enrolment):
        raise Refused(
            f"{mask_name(enrolment.person.name)} 已经签到，不能再换人。",
            "有名额时可以让新来的同事现场报名。",
        )
    if not reason.strip():
        raise BadInput("请写明换人的理由。", "例如：原学员临时倒班。")
    _require_new(klass, [person])
    enrolment.status, enrolment.reason = EnrolmentStatus.SUBSTITUTED, reason
    enrolment.save(update_fields=["status", "reason"])
    instead = Enrolment.objects.create(
        klass=klass,
        person=person,
        organization=enrolment.organization,
        source=EnrolmentSource.SUBSTITUTE,
        replaces=enrolment,
        reason=reason,
        by=by,
        at=at,
    )
    _void_trials(enrolment)
    left = enrolment.person
    record(
        klass.subject,
        "substituted",
        by=by,
        at=at,
        about=left.uid,
        personal=left.committed,
        reason=reason,
    )
    record_many([enrolled_line(klass, instead, by, at)])
    _tell_learners(klass, [person], at)
    return instead


@transaction.atomic
def withdraw(enrolment: Enrolment, *, reason: str, by: User, at: datetime) -> None:
    """Take somebody off the list before the class begins for them; the seat is free again."""
    if _has_signed_in(enrolment):
        raise Refused("该学员已经签到，不能退出名单。", "未完成的学时会如实记入档案。")
    _leave(enrolment, EnrolmentStatus.WITHDRAWN, "withdrawn", reason, by, at)


@transaction.atomic
def give_up_makeup(enrolment: Enrolment, *, reason: str, by: User, at: datetime) -> None:
    """A failed learner will not try again: counted as not passed, with the reason."""
    if not reason.strip():
        raise BadInput("请写明放弃补考的理由。", "例如：学员已离职。")
    _leave(enrolment, EnrolmentStatus.GAVE_UP, "gave_up", reason, by, at)


def _leave(
    enrolment: Enrolment,
    to: EnrolmentStatus,
    verb: str,
    reason: str,
    by: User,
    at: datetime,
) -> None:
    moved = Enrolment.objects.filter(pk=enrolment.pk, status=EnrolmentStatus.ENROLLED)
    if not moved.update(status=to, reason=reason):
        raise Refused("这条报名已经变更过。", "请刷新名单。")
    enrolment.status = to
    person = enrolment.person
    record(
        enrolment.klass.subject,
        verb,
        by=by,
        at=at,
        about=person.uid,
        personal=person.committed,
        reason=reason,
    )


def _require_seats(klass: TrainingClass, wanted: int) -> None:
    left = klass.quota - queries.seats_taken(klass)
    if wanted > left:
        raise Refused(
            f"本班还剩 {max(left, 0)} 个名额，不够 {wanted} 人。", "请减少人数，或预约候补。"
        )


def _require_new(klass: TrainingClass, persons: Sequence[Person]) -> None:
    present = klass.enrolments.filter(person__in=persons, status__in=queries.COUNTED)
    present = present.select_related("person")
    names = [mask_name(one.person.name) for one in present]
    if names:
        raise Refused(f"{'、'.join(names)} 已在本班名单中。", "请从选择中去掉后重试。")


def _has_signed_in(enrolment: Enrolment) -> bool:
    return enrolment.person.marks.filter(register__session__klass=enrolment.klass).exists()


def _void_trials(enrolment: Enrolment) -> None:
    """What was arranged for somebody who leaves is not for the one who comes."""
    for trial in enrolment.trials.select_related("sitting"):
        if trial.sitting and trial.sitting.status == "ready":
            trial.sitting.status = "void"
            trial.sitting.save(update_fields=["status"])


def _tell_learners(klass: TrainingClass, persons: Sequence[Person], at: datetime) -> None:
    first = queries.sessions_of(klass).first()
    if first is None or not first.register:
        return
    when = f"{date_weekday_text(first.day)}{first.get_half_display()}"
    body = f"{when}，{first.place}"
    tell(
        [ensure_account(person, at=at) for person in persons],
        f"您已报名：{klass.title}",
        body=body,
        url=f"/classes/{klass.uid}/mine",
        at=at,
        dedupe=f"enrolled/{klass.uid}",
    )
    text((p.phone for p in persons), f"【安澜】您已报名{klass.title}：{body}。", at=at)

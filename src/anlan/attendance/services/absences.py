"""Going out for a while and coming back; asking for leave and being given it."""

import uuid
from datetime import datetime

from django.db import IntegrityError, transaction

from anlan.attendance.models import Leave, LeaveStatus, Mark, MarkKind, Pause, Register
from anlan.attendance.states import LEAVE_STEPS
from anlan.foundation.accounts.models import User
from anlan.foundation.ledger.services import record
from anlan.identity.models import Person
from anlan.lib.dates import moment_text
from anlan.lib.refusals import BadInput, NotAllowed
from anlan.lib.states import advance


@transaction.atomic
def go_out(
    register: Register,
    person: Person,
    *,
    by: User | None,
    at: datetime,
    nonce: uuid.UUID | None = None,
) -> Pause:
    """中途离场: out of the room while class is on; the same `nonce` returns the pause it made."""
    made = Pause.objects.filter(nonce=nonce).first() if nonce else None
    if made is not None:
        return _own(made, register, person)
    _require_here(register, person, at)
    if not register.starts_at <= at <= register.ends_at:
        raise NotAllowed("现在不在上课时间，不用登记离场。", "下课后请直接签退；课间休息不用登记。")
    pause = Pause(register=register, person=person, out_at=at, by=by, nonce=nonce or uuid.uuid4())
    try:
        with transaction.atomic():
            pause.save()
    except IntegrityError as open_one:
        raise NotAllowed("已经登记过离场，还没有登记返回。", "回到教室后请登记返回。") from open_one
    record(register.subject, "went_out", by=by, at=at, about=person.uid, personal=person.committed)
    return pause


@transaction.atomic
def come_back(
    register: Register,
    person: Person,
    *,
    by: User | None,
    at: datetime,
    nonce: uuid.UUID | None = None,
) -> Pause:
    """返回: back in the room; minutes over what the rule allows are taken off the hours."""
    mine = Pause.objects.filter(register=register, person=person)
    made = mine.filter(back_nonce=nonce).first() if nonce else None
    if made is not None:
        return made
    pause = mine.filter(back_at=None).select_for_update().first()
    if pause is None:
        raise NotAllowed("没有登记过离场，不用登记返回。", "请刷新页面查看最新状态。")
    if at < pause.out_at:
        raise BadInput("返回时间早于离场时间。", "请核对时间。")
    _require_here(register, person, at)
    pause.back_at, pause.back_nonce = at, nonce
    pause.save(update_fields=["back_at", "back_nonce"])
    minutes = int((at - pause.out_at).total_seconds()) // 60
    record(
        register.subject,
        "came_back",
        by=by,
        at=at,
        about=person.uid,
        personal=person.committed,
        minutes=minutes,
    )
    return pause


@transaction.atomic
def ask_leave(register: Register, person: Person, *, reason: str, by: User, at: datetime) -> Leave:
    """请假: the learner says why the class can't be attended, before it is over."""
    if not reason.strip():
        raise BadInput("请假须写明原因。", "请简单写一句，例如：当天上夜班。")
    if at > register.ends_at:
        raise NotAllowed(
            f"「{register.title}」已于 {moment_text(register.ends_at)} 结束，不能再请假。",
            "确有原因的请联系班主任安排补学时。",
        )
    if Mark.objects.filter(register=register, person=person, kind=MarkKind.IN).exists():
        raise NotAllowed("您已经签到，不用请假。", "中途有事请登记离场，或提前签退。")
    leave = Leave(register=register, person=person, reason=reason.strip(), asked_at=at)
    try:
        with transaction.atomic():
            leave.save()
    except IntegrityError as asked:
        raise NotAllowed("这节课已经请过假。", "请等班主任处理，结果会显示在这里。") from asked
    _record(leave, "leave_asked", by, at)
    return leave


@transaction.atomic
def decide_leave(leave: Leave, *, granted: bool, reason: str, by: User, at: datetime) -> None:
    """The class manager says yes or no; a no has a reason."""
    if not granted and not reason.strip():
        raise BadInput("不准假须写明理由。", "请写一句，学员会看到。")
    to = LeaveStatus.GRANTED if granted else LeaveStatus.REFUSED
    words = {"decided_at": at, "decided_by": by, "decision_reason": reason.strip()}
    advance(leave, to, LEAVE_STEPS, **words)
    _record(leave, "leave_granted" if granted else "leave_refused", by, at)


@transaction.atomic
def withdraw_leave(leave: Leave, *, by: User, at: datetime) -> None:
    """The learner comes after all."""
    advance(leave, LeaveStatus.WITHDRAWN, LEAVE_STEPS, decided_at=at)
    _record(leave, "leave_withdrawn", by, at)


def _record(leave: Leave, verb: str, by: User, at: datetime) -> None:
    said = {"reason": leave.reason, "decision": leave.decision_reason}
    personal = {name: text for name, text in said.items() if text}
    about = leave.person.uid
    record(leave.register.subject, verb, by=by, at=at, about=about, personal=personal)


def _require_here(register: Register, person: Person, at: datetime) -> None:
    marks = Mark.objects.filter(register=register, person=person)
    known = dict(marks.values_list("kind", "at"))
    arrived = known.get(MarkKind.IN)
    if arrived is None or arrived > at:
        raise NotAllowed("还没有签到，不用登记离场或返回。", "请先签到。")
    if MarkKind.OUT in known:
        raise NotAllowed("已经签退，不用登记离场或返回。", "记录有误时请告诉班主任。")


def _own(made: Pause, register: Register, person: Person) -> Pause:
    if (made.register_id, made.person_id) != (register.pk, person.pk):
        raise BadInput("这次提交的编号已被另一条记录使用。", "请刷新页面后重新操作。")
    return made

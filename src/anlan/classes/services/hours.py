"""Arranging that missed hours are made up, and taking it back."""

from datetime import datetime

from django.db import IntegrityError, transaction

from anlan.attendance.models import LeaveStatus
from anlan.attendance.queries import leaves_of, worths
from anlan.classes import queries
from anlan.classes.madeup import hosts_for, lessons_of
from anlan.classes.models import Enrolment, EnrolmentStatus, HoursMadeUp, Session
from anlan.classes.states import UNDER_WAY
from anlan.foundation.accounts.models import User
from anlan.foundation.ledger.services import record
from anlan.foundation.notices.services import tell
from anlan.lib.dates import date_text, local_date
from anlan.lib.refusals import BadInput, NotAllowed, Refused


@transaction.atomic
def arrange_hours(
    enrolment: Enrolment,
    session: Session,
    *,
    host: Session | None,
    reason: str,
    by: User,
    at: datetime,
) -> HoursMadeUp:
    """A learner makes up a missed half-day at another class's, or (`host` none) by lessons."""
    _require_missed(enrolment, session, at)
    if not reason.strip():
        raise BadInput("安排补学时须写明原因。", "请简单写一句，例如：当天请假照顾家人。")
    if host is None:
        _require_online(session, at)
    else:
        _require_host(session, host, at)
    made = HoursMadeUp(enrolment=enrolment, session=session, host=host, by=by, at=at)
    made.reason = reason.strip()
    try:
        with transaction.atomic():
            made.save()
    except IntegrityError as arranged:
        raise NotAllowed(
            "这个半天已经安排过补学时，或已安排在同一节课补。", "要改安排，请先撤销原来的。"
        ) from arranged
    _record(made, "hours_makeup_arranged", by, at)
    _tell(made, at)
    return made


@transaction.atomic
def withdraw_hours(made: HoursMadeUp, *, by: User, at: datetime) -> None:
    """The arrangement is taken back, as long as it was not used."""
    if made.host and made.host.register:
        person = made.enrolment.person
        if made.host.register.marks.filter(person=person).exists():
            raise NotAllowed("学员已在那节课签到，不能撤销补学时。", "学时会照实际出勤计算。")
    open_ones = HoursMadeUp.objects.filter(pk=made.pk, withdrawn_at=None)
    if not open_ones.update(withdrawn_at=at):
        raise NotAllowed("这项安排已经撤销。", "请刷新页面查看最新状态。")
    _record(made, "hours_makeup_withdrawn", by, at)


def _require_missed(enrolment: Enrolment, session: Session, at: datetime) -> None:
    klass = enrolment.klass
    if klass.status not in UNDER_WAY or enrolment.status != EnrolmentStatus.ENROLLED:
        raise Refused("只有在读学员、没有结班的班可以补学时。", "请核对班级和学员的状态。")
    if session.klass_id != klass.pk or session.register is None:
        raise BadInput("要补的课不是这个班的。", "请重新选择。")
    key = (session.register.pk, enrolment.person_id)
    leave = leaves_of([session.register]).get(key)
    if session.register.ends_at > at and not (leave and leave.status == LeaveStatus.GRANTED):
        raise NotAllowed("这节课还没有上完，也没有准假。", "请先处理请假，或等这节课结束。")
    if worths([session.register], [enrolment.person_id]).get(key, 0) >= session.hours:
        raise NotAllowed("这节课的学时是满的，不用补。", "请核对要补的是哪一节课。")


def _require_host(session: Session, host: Session, at: datetime) -> None:
    if not hosts_for(session, at=at).filter(pk=host.pk).exists():
        raise BadInput("所选的课和缺的课不是同一模块，或已经上完。", "请在列出的课里选择一节。")
    guests = HoursMadeUp.objects.filter(host=host, withdrawn_at=None).count()
    if queries.seats_taken(host.klass) + guests >= host.klass.quota:
        raise Refused(
            f"{host.klass.number} 班名额 {host.klass.quota} 人已满，坐不下了。",
            "请换一节课，或安排线上课补。",
        )


def _require_online(session: Session, at: datetime) -> None:
    rule = queries.rules_for(session.klass, local_date(at)).ruling("makeup.online_hours")
    if not rule.value:
        raise Refused(f"现行规则不允许用线上课补学时（{rule.clause}）。", "请安排到别的班补课。")
    if not lessons_of(session).exists():
        raise Refused(f"模块「{session.module.title}」还没有线上课。", "请安排到别的班补课。")


def _record(made: HoursMadeUp, verb: str, by: User, at: datetime) -> None:
    """The line names both half-days, so that whoever reads one finds the other."""
    person = made.enrolment.person
    record(
        made.enrolment.klass.subject,
        verb,
        by=by,
        at=at,
        about=person.uid,
        personal=dict(person.committed) | {"reason": made.reason},
        session=made.session.subject,
        host=made.host.subject if made.host else "online",
        where=f"{made.host.klass.number} 班" if made.host else "线上课",
    )


def _tell(made: HoursMadeUp, at: datetime) -> None:
    user = made.enrolment.person.user
    if user is None:
        return
    host, klass = made.host, made.enrolment.klass
    body = f"学完「{made.session.module.title}」的线上课即可补回学时。"
    if host:
        body = (
            f"请到{host.place}上课：{date_text(host.day)}{host.get_half_display()}，{host.topic}。"
            "到场同样扫码签到、签退。"
        )
    tell(
        [user],
        f"补学时已安排：{date_text(made.session.day)}{made.session.get_half_display()}",
        body=body,
        url=f"/classes/{klass.uid}/mine",
        at=at,
        dedupe=f"hours/{made.uid}",
    )

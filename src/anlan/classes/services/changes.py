"""Changing an approved class: asked for with a reason, decided on, told to everybody touched."""

from copy import copy
from datetime import date, datetime
from uuid import UUID

from django.db import IntegrityError, transaction

from anlan.classes import queries
from anlan.classes.checks import session_gaps
from anlan.classes.models import (
    ChangeKind,
    ChangeRequest,
    ChangeStatus,
    HalfDay,
    Session,
    Status,
    TrainingClass,
)
from anlan.classes.services import reviews
from anlan.classes.states import CHANGE_STEPS
from anlan.foundation.accounts.models import Role, ScopeKind, User
from anlan.foundation.accounts.queries import users_with
from anlan.foundation.ledger.services import record
from anlan.foundation.notices.services import tell, text
from anlan.lib.dates import date_text, local_date
from anlan.lib.refusals import BadInput, Refused
from anlan.lib.states import advance
from anlan.resources.models import Venue
from anlan.trainers.models import Trainer


@transaction.atomic
def request_change(
    klass: TrainingClass,
    kind: ChangeKind,
    *,
    session: Session | None,
    after: dict[str, str],
    reason: str,
    by: User,
    at: datetime,
) -> ChangeRequest:
    """Ask for a change of an approved or running class; `after` as in `ChangeRequest`."""
    if klass.status not in {Status.APPROVED, Status.RUNNING}:
        raise Refused("只有已批准、未结班的班可以申请变更。", "草稿请直接修改。")
    if not reason.strip():
        raise BadInput("请写明变更的理由。", "审批人和学员会看到这条理由。")
    if kind != ChangeKind.CANCEL:
        what = _require_possible(klass, _require_untouched(session), kind, after, at)
        after = after | {"what": what}
    change = ChangeRequest.objects.create(
        klass=klass,
        session=session,
        kind=kind,
        before=_as_it_is(session) if session else {},
        after=after,
        reason=reason,
        asked_by=by,
        asked_at=at,
    )
    record(klass.subject, "change_asked", by=by, at=at, kind=kind.label, reason=reason)
    _notify_deciders(change, at)
    return change


@transaction.atomic
def grant_change(change: ChangeRequest, *, by: User, at: datetime, reason: str) -> None:
    """Agree: the timetable changes now, and everybody touched is told."""
    advance(
        change,
        ChangeStatus.GRANTED,
        CHANGE_STEPS,
        decided_by=by,
        decided_at=at,
        decision_reason=reason,
    )
    klass = change.klass
    told = reviews.touched(klass)
    kind = ChangeKind(change.kind)
    record(klass.subject, "change_granted", by=by, at=at, kind=kind.label, reason=reason)
    if kind == ChangeKind.CANCEL:
        reviews.cancel_class(klass, by=by, at=at, reason=change.reason)
        return
    what = _apply(change, at)
    tell(
        [*told, *reviews.touched(klass)],
        f"课程有变更：{klass.title}",
        body=f"{what}。理由：{change.reason}",
        url=f"/classes/{klass.uid}/",
        at=at,
        dedupe=f"change/{change.uid}",
    )
    people = queries.enrolled(klass)
    text((one.person.phone for one in people), f"【安澜】{klass.title}：{what}。", at=at)


@transaction.atomic
def refuse_change(change: ChangeRequest, *, by: User, at: datetime, reason: str) -> None:
    """Say no, with a reason; the class stays as it is."""
    if not reason.strip():
        raise BadInput("请写明不同意的理由。", "申请人会看到这条理由。")
    advance(
        change,
        ChangeStatus.REFUSED,
        CHANGE_STEPS,
        decided_by=by,
        decided_at=at,
        decision_reason=reason,
    )
    kind = ChangeKind(change.kind).label
    record(change.klass.subject, "change_refused", by=by, at=at, kind=kind, reason=reason)
    tell(
        [change.asked_by],
        f"变更未获同意：{change.klass.title}",
        body=reason,
        url=f"/classes/{change.klass.uid}/",
        at=at,
        dedupe=f"change/{change.uid}",
    )


@transaction.atomic
def withdraw_change(change: ChangeRequest, *, by: User, at: datetime) -> None:
    """Take a request back before it is decided."""
    advance(change, ChangeStatus.WITHDRAWN, CHANGE_STEPS, decided_by=by, decided_at=at)
    record(change.klass.subject, "change_withdrawn", by=by, at=at)


def _apply(change: ChangeRequest, at: datetime) -> str:
    session = _require_untouched(change.session)
    what = _APPLY[ChangeKind(change.kind)](session, change.after)
    try:
        with transaction.atomic():
            session.save()
    except IntegrityError as taken:
        raise Refused(
            "那个半天讲师或场地已被占用，变更不能生效。", "请与机构协商另一个时间后再处理。"
        ) from taken
    _respan(session.klass)
    reviews.lay_register(session.klass, session, on=at)
    return what


def _reschedule(session: Session, after: dict[str, str]) -> str:
    old = f"{date_text(session.day)}{session.get_half_display()}"
    session.day, session.half = date.fromisoformat(after["day"]), HalfDay(after["half"])
    return f"{old}的课改到{date_text(session.day)}{session.get_half_display()}"


def _change_trainer(session: Session, after: dict[str, str]) -> str:
    old = session.trainer.name
    session.trainer = Trainer.objects.get(
        uid=UUID(after["trainer"]), provider=session.klass.provider
    )
    return f"{date_text(session.day)}的讲师由{old}换为{session.trainer.name}"


def _change_venue(session: Session, after: dict[str, str]) -> str:
    session.venue = Venue.objects.get(uid=UUID(after["venue"]), retired_at=None)
    return f"{date_text(session.day)}的上课地点改为{session.place}"


_APPLY = {
    ChangeKind.RESCHEDULE: _reschedule,
    ChangeKind.TRAINER: _change_trainer,
    ChangeKind.VENUE: _change_venue,
}


def _as_it_is(session: Session) -> dict[str, str]:
    return {
        "day": session.day.isoformat(),
        "half": session.half,
        "trainer": str(session.trainer.uid),
        "trainer_name": session.trainer.name,
        "venue": str(session.venue.uid) if session.venue else "",
        "place": session.place,
    }


def _require_possible(
    klass: TrainingClass, session: Session, kind: ChangeKind, after: dict[str, str], at: datetime
) -> str:
    """The change in words. Nobody is asked to decide on what rules or timetables forbid anyway."""
    wished = copy(session)
    what = _APPLY[kind](wished, after)
    if gaps := session_gaps(klass, wished, today=local_date(at)):
        raise BadInput(gaps[0].text, f"依据：{gaps[0].clause}" if gaps[0].clause else "")
    return what


def _require_untouched(session: Session | None) -> Session:
    if session is None:
        raise BadInput("请选择要变更的半天。", "在课程表中选择一行。")
    if session.register and session.register.marks.exists():
        raise Refused("这个半天已有人签到，不能再变更。", "请选择尚未开始的半天。")
    return session


def _respan(klass: TrainingClass) -> None:
    days = sorted(klass.sessions.values_list("day", flat=True))
    klass.first_day, klass.last_day = days[0], days[-1]
    klass.save(update_fields=["first_day", "last_day"])


def _notify_deciders(change: ChangeRequest, at: datetime) -> None:
    klass = change.klass
    tell(
        users_with(Role.DISTRICT_OFFICIAL, ScopeKind.DISTRICT, klass.district),
        f"变更待审批：{klass.title}",
        body=change.reason,
        url=f"/classes/{klass.uid}/",
        at=at,
        dedupe=f"change-asked/{change.uid}",
    )

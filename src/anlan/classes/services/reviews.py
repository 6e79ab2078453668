"""Deciding on applications: the district reviews, the city approves, either may return."""

from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal

from django.db import transaction

from anlan.attendance.services import move_register, open_register
from anlan.classes import queries
from anlan.classes.models import Decision, Review, Session, Stage, Status, TrainingClass
from anlan.classes.states import STEPS
from anlan.foundation.accounts.models import Role, ScopeKind, User
from anlan.foundation.accounts.queries import users_with
from anlan.foundation.ledger.services import record
from anlan.foundation.notices.services import tell
from anlan.lib.refusals import BadInput
from anlan.lib.states import advance


@transaction.atomic
def review_class(klass: TrainingClass, *, by: User, at: datetime, reason: str) -> None:
    """The district agrees; the city decides next."""
    advance(klass, Status.REVIEWED, STEPS)
    _decided(klass, Stage.DISTRICT, Decision.AGREED, reason, by, at)
    record(klass.subject, "class_reviewed", by=by, at=at, reason=reason)
    officials = users_with(Role.CITY_OFFICIAL, ScopeKind.CITY)
    _notice(officials, klass, f"培训班待审批：{klass.title}", at=at)


@transaction.atomic
def approve_class(klass: TrainingClass, *, by: User, at: datetime, reason: str) -> None:
    """The city approves: registers are laid out and enterprises may book."""
    advance(klass, Status.APPROVED, STEPS, approved_at=at)
    _decided(klass, Stage.CITY, Decision.AGREED, reason, by, at)
    for session in queries.sessions_of(klass):
        lay_register(klass, session, on=at)
    record(klass.subject, "class_approved", by=by, at=at, reason=reason)
    _notice([klass.manager], klass, f"已同意开班：{klass.title}", at=at, body=reason)


@transaction.atomic
def return_class(klass: TrainingClass, *, by: User, at: datetime, reason: str) -> None:
    """Send the application back for correction; what was said stays in its history."""
    if not reason.strip():
        raise BadInput("请写明退回的理由。", "申请人要据此修改。")
    stage = Stage.DISTRICT if klass.status == Status.SUBMITTED else Stage.CITY
    advance(klass, Status.RETURNED, STEPS)
    klass.sessions.update(active=False)
    _decided(klass, stage, Decision.RETURNED, reason, by, at)
    record(klass.subject, "class_returned", by=by, at=at, reason=reason, stage=stage.label)
    _notice([klass.manager], klass, f"申请被退回修改：{klass.title}", at=at, body=reason)


@transaction.atomic
def cancel_class(klass: TrainingClass, *, by: User, at: datetime, reason: str) -> None:
    """Cancel: rooms and trainers are free again; everybody touched is told."""
    if not reason.strip():
        raise BadInput("请写明取消的理由。", "企业和学员会收到这条理由。")
    advance(klass, Status.CANCELLED, STEPS)
    klass.sessions.update(active=False)
    record(klass.subject, "class_cancelled", by=by, at=at, reason=reason)
    _notice(touched(klass), klass, f"培训班已取消：{klass.title}", at=at, body=reason)


def lay_register(klass: TrainingClass, session: Session, *, on: datetime) -> None:
    """Give a session its register, or move the one that it has to the session's new time."""
    rules = queries.rules_for(klass, session.day)
    starts_at, ends_at = queries.session_times(session, rules)
    if session.register:
        move_register(
            session.register,
            starts_at=starts_at,
            ends_at=ends_at,
            place=session.place,
            rules=rules,
        )
        return
    session.register = open_register(
        title=f"{klass.title} · {session.topic}"[:120],
        place=session.place[:200],
        starts_at=starts_at,
        ends_at=ends_at,
        hours=Decimal(session.hours),
        rules=rules,
    )
    session.save(update_fields=["register"])


def touched(klass: TrainingClass) -> list[User]:
    """Everybody whom a change of this class concerns: learners, safety officers, teachers."""
    people = queries.enrolled(klass).select_related("person__user")
    learners = [one.person.user for one in people if one.person.user]
    officers = [
        officer
        for uid in {str(one.organization.uid) for one in people}
        for officer in users_with(Role.SAFETY_OFFICER, ScopeKind.ORGANIZATION, uid)
    ]
    teachers = [s.trainer.user for s in queries.sessions_of(klass) if s.trainer.user]
    return [klass.manager, *learners, *officers, *teachers]


def _decided(
    klass: TrainingClass, stage: Stage, decision: Decision, reason: str, by: User, at: datetime
) -> None:
    Review.objects.create(
        klass=klass,
        stage=stage,
        decision=decision,
        reason=reason,
        snapshot=snapshot(klass),
        by=by,
        at=at,
    )


def snapshot(klass: TrainingClass) -> dict[str, object]:
    """The application in plain words, as it was decided on."""
    return {
        "title": klass.title,
        "quota": klass.quota,
        "syllabus": klass.syllabus.title,
        "project": klass.project.code,
        "sessions": [
            {
                "day": session.day.isoformat(),
                "half": session.half,
                "topic": session.topic,
                "mode": session.mode,
                "trainer": session.trainer.name,
                "place": session.place,
                "hours": session.hours,
            }
            for session in queries.sessions_of(klass)
        ],
    }


def _notice(
    users: Iterable[User], klass: TrainingClass, title: str, *, at: datetime, body: str = ""
) -> None:
    tell(
        users,
        title,
        body=body,
        url=f"/classes/{klass.uid}/",
        at=at,
        dedupe=f"{klass.status}/{klass.uid}/{at:%Y%m%d%H%M%S}",
    )

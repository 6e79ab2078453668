"""Who asks for leave, who has missed what and where it is made up, for page and letterbox."""

import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.db.models import QuerySet

from anlan.attendance.models import Leave, LeaveStatus, StruckMark
from anlan.attendance.queries import leaves_of, struck_of, worths
from anlan.classes import queries
from anlan.classes.madeup import Credit, lessons_of
from anlan.classes.models import Enrolment, EnrolmentStatus, HoursMadeUp, Session, TrainingClass
from anlan.classes.places import Place
from anlan.classes.results import results_of
from anlan.foundation.accounts.models import User
from anlan.foundation.notices.services import tell
from anlan.lib.dates import date_text, local_date


@dataclass(frozen=True)
class Missed:
    """A half-day of which a learner lacks hours; `credit` is how it is made up, if it is."""

    enrolment: Enrolment
    session: Session
    hours: Decimal
    leave: Leave | None
    credit: Credit | None

    @property
    def made_up(self) -> bool:
        return bool(self.credit and self.credit.hours)


def own_place(user: User, uid: uuid.UUID) -> Place:
    """The user's own place at a half-day; `DoesNotExist` for anybody else."""
    session = Session.objects.select_related("klass", "register").get(
        uid=uid, register__isnull=False
    )
    mine = session.klass.enrolments.filter(status=EnrolmentStatus.ENROLLED, person__user=user)
    return _place(mine.select_related("person", "klass").get(), session)


def place_for(user: User, uid: uuid.UUID, session: uuid.UUID) -> Place:
    """A learner of a visible class at one of its half-days."""
    enrolment = queries.enrolment_for(user, uid)
    found = Session.objects.select_related("register", "module", "klass__provider")
    return _place(enrolment, found.get(uid=session, klass=enrolment.klass_id))


def leave_for(user: User, uid: uuid.UUID) -> Leave:
    """A request for leave of the user's own, or in a visible class."""
    leave = Leave.objects.select_related("register", "person__user").get(uid=uid)
    if leave.person.user_id != user.pk:
        queries.visible_to(user).get(sessions__register=leave.register_id)
    return leave


def made_up_for(user: User, uid: uuid.UUID) -> HoursMadeUp:
    found = HoursMadeUp.objects.select_related(
        "enrolment__klass__provider", "enrolment__person", "session", "host__register"
    )
    return found.get(uid=uid, enrolment__klass__in=queries.visible_to(user))


def leaves_in(klass: TrainingClass) -> QuerySet[Leave]:
    """Every request of a class, those that wait first."""
    found = Leave.objects.filter(register__session__klass=klass)
    found = found.select_related("person", "register__session", "decided_by")
    return found.order_by("decided_at", "-asked_at")


def struck_in(klass: TrainingClass) -> QuerySet[StruckMark]:
    return struck_of(queries.registers_of(klass)).select_related("register__session")


def missed_in(klass: TrainingClass, *, at: datetime) -> list[Missed]:
    """Half-days that are over, or for which leave was given, and what is lacking of them."""
    results = results_of(klass)
    sessions = [one for one in queries.sessions_of(klass) if one.register]
    registers = [one.register for one in sessions if one.register]
    people = [one.enrolment for one in results.values()]
    earned = worths(registers, [one.person_id for one in people])
    leaves = leaves_of(registers)
    credit = {
        (one.made.enrolment_id, one.made.session_id): one
        for result in results.values()
        for one in result.made_up
    }
    found = []
    for session in sessions:
        for one in people:
            key = (session.register_id or 0, one.person_id)
            leave, hours = leaves.get(key), earned.get(key, Decimal(0))
            if hours < session.hours and _is_over(session, leave, at):
                made = credit.get((one.pk, session.pk))
                found.append(Missed(one, session, hours, leave, made))
    return found


def may_learn_online(session: Session, *, at: datetime) -> bool:
    rules = queries.rules_for(session.klass, local_date(at))
    return rules.flag("makeup.online_hours") and lessons_of(session).exists()


def tell_decided(leave: Leave, *, at: datetime) -> None:
    """The learner is told what was decided."""
    user = leave.person.user
    if user is None:
        return
    session = Session.objects.select_related("klass").get(register=leave.register_id)
    granted = leave.status == LeaveStatus.GRANTED
    when = f"{date_text(session.day)}{session.get_half_display()}"
    body = "缺的学时请按班主任的安排补。" if granted else f"理由：{leave.decision_reason}"
    tell(
        _only(user),
        f"{'已准假' if granted else '未准假'}：{when}",
        body=body,
        url=f"/classes/{session.klass.uid}/mine",
        at=at,
        dedupe=f"leave/{leave.uid}",
    )


def _only(user: User) -> Iterable[User]:
    return [user]


def _place(enrolment: Enrolment, session: Session) -> Place:
    if session.register is None:
        raise Session.DoesNotExist
    return Place(enrolment, session, session.register)


def _is_over(session: Session, leave: Leave | None, at: datetime) -> bool:
    granted = bool(leave and leave.status == LeaveStatus.GRANTED)
    return granted or bool(session.register and session.register.closes_at < at)

"""What a learner reads of the own classes, and where a learner stands at a door."""

import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from django.db.models import QuerySet

from anlan.attendance.models import Mark, MarkKind, Register
from anlan.attendance.queries import Presence, earned, presences
from anlan.classes import queries
from anlan.classes.models import Enrolment, EnrolmentStatus, Session, Status
from anlan.classes.results import Result, results_of
from anlan.foundation.accounts.models import User
from anlan.identity.models import Person

SHOWN = (*queries.OFFERED, Status.CANCELLED)
# Signing out counts as leaving early until this long before the end.
NEARLY_OVER = timedelta(minutes=10)


def enrolments_of(user: User) -> list[Enrolment]:
    """The user's own classes: those still to come first, the nearest on top."""
    found = Enrolment.objects.filter(
        person__user=user, status__in=queries.COUNTED, klass__status__in=SHOWN
    ).select_related("klass__provider", "person")
    over = (Status.CLOSED, Status.CANCELLED)
    live = [one for one in found if one.klass.status not in over]
    past = [one for one in found if one.klass.status in over]
    live.sort(key=lambda one: str(one.klass.first_day))
    past.sort(key=lambda one: str(one.klass.last_day), reverse=True)
    return [*live, *past]


def own_enrolment(user: User, uid: uuid.UUID) -> Enrolment:
    """The user's own place in a class; `DoesNotExist` for anybody else."""
    found = Enrolment.objects.filter(status__in=queries.COUNTED, klass__status__in=SHOWN)
    rows = found.select_related("klass__provider", "klass__syllabus", "person", "organization")
    return rows.get(klass__uid=uid, person__user=user)


def session_at_door(user: User, uid: uuid.UUID) -> Session:
    """A session as it is found by its code: by anybody who stands before the screen."""
    found = Session.objects.select_related("klass", "register", "venue", "trainer")
    return found.get(uid=uid, register__isnull=False)


def place_at(session: Session, person: Person | None) -> Enrolment | None:
    """The person's place in the session's class, if there is one today."""
    if person is None:
        return None
    rows = session.klass.enrolments.filter(status=EnrolmentStatus.ENROLLED)
    return rows.filter(person=person).select_related("person", "klass", "organization").first()


def sessions_open_to(person: Person, at: datetime) -> QuerySet[Session]:
    """Sessions of the person's classes whose door is open now."""
    return Session.objects.filter(
        register__opens_at__lte=at,
        register__closes_at__gte=at,
        klass__enrolments__person=person,
        klass__enrolments__status=EnrolmentStatus.ENROLLED,
        klass__status__in=(Status.APPROVED, Status.RUNNING),
    ).select_related("register", "klass")


@dataclass(frozen=True)
class Standing:
    """Where a person stands at a door. `act` is what the one button does; None when nothing."""

    came: datetime | None
    left: datetime | None
    late: bool
    act: MarkKind | None
    early: bool
    hours: Decimal


def standing(register: Register, person: Person, at: datetime) -> Standing:
    """Sign in first; sign out once the class has begun, and only with a question before its end."""
    marks = {m.kind: m for m in Mark.objects.filter(register=register, person=person)}
    arrived, left = marks.get(MarkKind.IN), marks.get(MarkKind.OUT)
    act: MarkKind | None = MarkKind.IN
    if left or (arrived and at < register.starts_at):
        act = None
    elif arrived:
        act = MarkKind.OUT
    came = [one for one in presences([register])[register.pk] if one.person_id == person.pk]
    return Standing(
        came=arrived.at if arrived else None,
        left=left.at if left else None,
        late=bool(arrived and arrived.late),
        act=act,
        early=at < register.ends_at - NEARLY_OVER,
        hours=earned(register, came[0]) if came else Decimal(0),
    )


@dataclass(frozen=True)
class Day:
    """One half-day of the learner's timetable with the own marks in it."""

    session: Session
    presence: Presence | None
    hours: Decimal
    past: bool


def days_of(enrolment: Enrolment, at: datetime) -> list[Day]:
    sessions = list(queries.sessions_of(enrolment.klass))
    came = presences([session.register for session in sessions if session.register])
    return [_day(session, came, enrolment.person_id, at) for session in sessions]


def _day(session: Session, came: dict[int, list[Presence]], person_id: int, at: datetime) -> Day:
    register = session.register
    if register is None:
        return Day(session, None, Decimal(0), past=False)
    own = [one for one in came[register.pk] if one.person_id == person_id]
    hours = earned(register, own[0]) if own else Decimal(0)
    return Day(session, own[0] if own else None, hours, past=at > register.closes_at)


def result_of(enrolment: Enrolment) -> Result:
    return results_of(enrolment.klass)[enrolment.pk]

"""What a learner reads of the own classes, and where a learner stands at a door."""

import uuid
from collections.abc import Sequence
from copy import copy
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from django.db.models import QuerySet

from anlan.attendance.models import Leave, MarkKind, Pause, Register
from anlan.attendance.queries import (
    Presence,
    earned,
    last_leaves_of,
    marks_of_person,
    presences,
    worth,
)
from anlan.attendance.services import is_strange
from anlan.classes import queries
from anlan.classes.at_hand import sessions_at_hand
from anlan.classes.lists import people_at
from anlan.classes.models import Enrolment, EnrolmentStatus, Session, Status
from anlan.classes.results import Result, results_of
from anlan.foundation.accounts.models import User
from anlan.foundation.rules.queries import rulebook_at_hand
from anlan.identity.models import Person
from anlan.identity.queries.checks import gone_on
from anlan.lib.dates import local_date
from anlan.lib.rows import rows

SHOWN = (*queries.OFFERED, Status.CANCELLED)
# Signing out counts as leaving early until this long before the end.
NEARLY_OVER = timedelta(minutes=10)
STATUS = "SELECT status FROM classes_trainingclass WHERE id IN {}"
BACK = "back"


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
    found = sessions_at_hand([uid])
    if uid not in found:
        raise Session.DoesNotExist
    session = copy(found[uid].session)
    session.klass = copy(session.klass)
    # A half-day stays as it is; how its class stands is asked anew each time.
    session.klass.status = rows(STATUS, [session.klass_id])[0][0]
    return session


def person_at(session: Session, user: User) -> Person | None:
    """Who of today's list, guests among them, the user is: as much of a person as a page needs."""
    return people_at([(session, 0, user.pk)]).person_of(session, user=user.pk)


def place_of(session: Session, user: User) -> Enrolment | None:
    """The user's place in the session's class today, or as a guest who makes up hours."""
    rows = Enrolment.objects.filter(status=EnrolmentStatus.ENROLLED, person__user=user)
    found = rows.select_related("person")
    own = found.filter(klass=session.klass_id).first()
    return own or found.filter(made_up__host=session, made_up__withdrawn_at=None).first()


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
    """Where a person stands at a door.

    `act` is what the one button does (in, out, back), None when nothing; `may_pause` offers going
    out for a while; `out` is since when the person is out; `strange_phone`: not the own one.
    """

    came: datetime | None
    left: datetime | None
    late: bool
    act: str | None
    early: bool
    hours: Decimal
    out: datetime | None = None
    may_pause: bool = False
    strange_phone: bool = False


def standing(register: Register, person: Person, at: datetime, *, device: str = "") -> Standing:
    """Sign in first; sign out once the class has begun, and only with a question before its end."""
    marks = {m.kind: m for m in marks_of_person(register, person)}
    arrived, left = marks.get(MarkKind.IN), marks.get(MarkKind.OUT)
    out = _out_since(register, person) if arrived and not left else None
    act: str | None = MarkKind.IN
    if left or (arrived and at < register.starts_at):
        act = None
    elif arrived:
        act = BACK if out else MarkKind.OUT
    held = register.starts_at <= at < register.ends_at
    hours = Decimal(0)
    if arrived and left:
        hours = worth(register, arrived.at, left.at, left.away)
    return Standing(
        came=arrived.at if arrived else None,
        left=left.at if left else None,
        late=bool(arrived and arrived.late),
        act=act,
        early=at < register.ends_at - NEARLY_OVER,
        hours=hours,
        out=out,
        may_pause=act == MarkKind.OUT and held,
        strange_phone=bool(act and device) and is_strange(person, device),
    )


def _out_since(register: Register, person: Person) -> datetime | None:
    pauses = Pause.objects.filter(register=register, person=person, back_at=None)
    return pauses.values_list("out_at", flat=True).first()


@dataclass(frozen=True)
class Day:
    """One half-day of the learner's timetable with the own marks in it."""

    session: Session
    presence: Presence | None
    hours: Decimal
    past: bool
    leave: Leave | None = None
    may_ask: bool = False


def asks_who(session: Session, at: datetime) -> bool:
    """Whether the rule asks who it was that signs in here; no query while the rules are at hand."""
    book = rulebook_at_hand(local_date(at), scope=session.klass.industry)
    return book.whole("identity.check_sign_in") > 0


def to_identify(enrolment: Enrolment, days: Sequence[Day], at: datetime) -> list[Session]:
    """Half-days signed today whose rule asks who it was, until a check is begun."""
    today = local_date(at)
    signed = [day.session for day in days if day.presence and day.session.day == today]
    if not signed or not queries.rules_for(enrolment.klass, today).whole("identity.check_sign_in"):
        return []
    known = gone_on({session.subject for session in signed}, enrolment.person)
    return [session for session in signed if session.subject not in known]


def days_of(enrolment: Enrolment, at: datetime) -> list[Day]:
    sessions = list(queries.sessions_of(enrolment.klass))
    registers = [session.register for session in sessions if session.register]
    came, leaves = presences(registers), last_leaves_of(registers, enrolment.person)
    return [_day(session, came, leaves, enrolment.person_id, at) for session in sessions]


def _day(
    session: Session,
    came: dict[int, list[Presence]],
    leaves: dict[int, Leave],
    person_id: int,
    at: datetime,
) -> Day:
    register = session.register
    if register is None:
        return Day(session, None, Decimal(0), past=False)
    own = [one for one in came[register.pk] if one.person_id == person_id]
    hours = earned(register, own[0]) if own else Decimal(0)
    leave = leaves.get(register.pk)
    return Day(
        session,
        own[0] if own else None,
        hours,
        past=at > register.closes_at,
        leave=leave,
        may_ask=not own and at <= register.ends_at and not (leave and leave.stands),
    )


def result_of(enrolment: Enrolment) -> Result:
    return results_of(enrolment.klass)[enrolment.pk]

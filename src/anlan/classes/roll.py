"""The roll: who is here, who is not, who came late, by session and over a whole class."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal

from anlan.attendance.models import Leave, LeaveStatus, Pause, Register
from anlan.attendance.queries import Presence, earned, leaves_of, out_now, presences
from anlan.attendance.risks import Risk, risks_of
from anlan.classes import queries
from anlan.classes.madeup import guests_of
from anlan.classes.models import Enrolment, EnrolmentStatus, Session, TrainingClass
from anlan.classes.results import Result, results_of
from anlan.lib.dates import to_shanghai
from anlan.lib.masking import mask_name


@dataclass(frozen=True)
class Line:
    """One learner at the door. `tone` is the roll's class, `words` says it beside the colour."""

    enrolment: Enrolment
    presence: Presence | None
    tone: str
    words: str


@dataclass(frozen=True)
class DoorRoll:
    """Everybody of one session, those who are missing first, guests last.

    `risks` are the signs about which something is odd, those still open first.
    """

    lines: tuple[Line, ...]
    guests: tuple[Line, ...] = ()
    risks: tuple[Risk, ...] = ()

    @property
    def odd(self) -> int:
        """How many signs wait for somebody to look at them."""
        return sum(one.open for one in self.risks)

    @property
    def everybody(self) -> tuple[Line, ...]:
        return (*self.lines, *self.guests)

    @property
    def here(self) -> int:
        return sum(line.presence is not None for line in self.lines)

    @property
    def away(self) -> int:
        return len(self.lines) - self.here

    @property
    def late(self) -> int:
        return sum(line.presence is not None and line.presence.late for line in self.lines)

    @property
    def gone(self) -> int:
        return sum(bool(line.presence and line.presence.out_at) for line in self.lines)

    @property
    def missing(self) -> list[Line]:
        return [line for line in self.lines if line.presence is None]


def door_roll(session: Session) -> DoorRoll:
    """Who of a session is here and who is not."""
    register = session.register
    if register is None:
        return DoorRoll(())
    people = [
        one for one in queries.enrolled(session.klass) if one.status == EnrolmentStatus.ENROLLED
    ]
    scene = _Scene(
        register,
        {one.person_id: one for one in presences([register])[register.pk]},
        out_now(register),
        {
            person
            for (_, person), leave in leaves_of([register]).items()
            if leave.status == LeaveStatus.GRANTED
        },
    )
    lines = [_line(scene, one) for one in people]
    lines.sort(key=lambda line: (line.presence is not None, line.enrolment.pk))
    guests = [_line(scene, one, guest=True) for one in guests_of(session)]
    return DoorRoll(tuple(lines), tuple(guests), tuple(odd_signs(session)))


def odd_signs(session: Session) -> list[Risk]:
    """What the class manager should look at, by the rules of the day."""
    register = session.register
    if register is None:
        return []
    earlier = Register.objects.filter(
        session__klass=session.klass_id, starts_at__lt=register.starts_at
    )
    rules = queries.rules_for(session.klass, session.day)
    return risks_of(register, earlier, rules=rules)


@dataclass(frozen=True)
class _Scene:
    register: Register
    came: dict[int, Presence]
    out: dict[int, Pause]
    on_leave: set[int]


def _line(scene: _Scene, one: Enrolment, *, guest: bool = False) -> Line:
    line = _standing(scene, one)
    return replace(line, words=f"补课，{line.words}") if guest else line


def _standing(scene: _Scene, one: Enrolment) -> Line:
    register, came = scene.register, scene.came.get(one.person_id)
    if came is None:
        return Line(one, None, "away", "请假" if one.person_id in scene.on_leave else "未到")
    pause = scene.out.get(one.person_id)
    if pause and not came.out_at:
        return Line(one, came, "late", f"{clock(pause.out_at)} 离场")
    words = f"{clock(came.in_at)} 到"
    if came.late:
        words += "，迟到"
    if came.out_at:
        early = came.out_at < register.ends_at
        words += f"，{clock(came.out_at)} {'早退' if early else '签退'}"
        return Line(one, came, "late" if early or came.late else "here", words)
    return Line(one, came, "late" if came.late else "here", words)


@dataclass(frozen=True)
class Cell:
    """One learner in one session."""

    session: Session
    presence: Presence | None
    hours: Decimal
    tone: str
    words: str


@dataclass(frozen=True)
class Row:
    name: str
    result: Result
    cells: tuple[Cell, ...]


def matrix(
    klass: TrainingClass, sessions: Sequence[Session], *, masked: bool, at: datetime
) -> list[Row]:
    """Learners × sessions in a fixed number of queries."""
    registers = [session.register for session in sessions if session.register]
    came = {
        (register_id, one.person_id): one
        for register_id, people in presences(registers).items()
        for one in people
    }
    leaves = leaves_of(registers)
    return [
        Row(
            name=mask_name(one.person.name) if masked else one.person.name,
            result=result,
            cells=tuple(
                _cell(session, came, one.person_id, at, leaves.get(_key(session, one)))
                for session in sessions
            ),
        )
        for result in results_of(klass).values()
        for one in [result.enrolment]
    ]


def _key(session: Session, one: Enrolment) -> tuple[int, int]:
    return (session.register_id or 0, one.person_id)


def _cell(
    session: Session,
    came: dict[tuple[int, int], Presence],
    person_id: int,
    at: datetime,
    leave: Leave | None,
) -> Cell:
    register = session.register
    one = came.get((register.pk, person_id)) if register else None
    if leave and leave.status == LeaveStatus.GRANTED and one is None:
        return Cell(session, None, Decimal(0), "warn", "假")
    if register is None or one is None:
        return Cell(session, None, Decimal(0), "stop", "缺")
    hours = earned(register, one)
    if one.out_at is None and at <= register.closes_at:
        return Cell(session, one, hours, "warn" if one.late else "ok", f"{clock(one.in_at)} 到")
    if one.out_at is None:
        return Cell(session, one, hours, "warn", f"{clock(one.in_at)}–未签退")
    words = f"{clock(one.in_at)}–{clock(one.out_at)}"
    tone = "warn" if one.late or one.out_at < register.ends_at else "ok"
    return Cell(session, one, hours, tone, words)


def unmarked(session: Session) -> list[tuple[Enrolment, Presence | None]]:
    """Learners for whom this session lacks a sign-in or a sign-out."""
    roll = door_roll(session)
    return [
        (line.enrolment, line.presence)
        for line in roll.lines
        if line.presence is None or line.presence.out_at is None
    ]


def clock(at: datetime) -> str:
    return f"{to_shanghai(at):%H:%M}"

"""Who was there and for how long. Every read takes many registers and asks once."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import ROUND_FLOOR, Decimal

from django.db.models import QuerySet

from anlan.attendance.models import (
    Device,
    Leave,
    LeaveStatus,
    Mark,
    MarkKind,
    Pause,
    Proof,
    Register,
    StruckMark,
)
from anlan.identity.models import Person
from anlan.lib.rows import rows

HALF = Decimal("0.5")


@dataclass(frozen=True)
class Presence:
    """One person in one register. `out_at` is None while the person has not signed out.

    `away` is the seconds of pauses while the register was held.
    """

    person_id: int
    in_at: datetime
    out_at: datetime | None
    late: bool
    proof: Proof
    out_proof: Proof | None
    reason: str
    device: str
    away: int = 0


@dataclass(frozen=True)
class SharedDevice:
    """One phone by which several people signed one register; a question to ask, not a verdict."""

    register_id: int
    device: str
    person_ids: tuple[int, ...]


def marks_of(registers: Iterable[Register]) -> QuerySet[Mark]:
    """Every mark of these registers, as they were made."""
    return Mark.objects.filter(register__in=list(registers)).order_by("at", "id")


def presence(register: Register) -> list[Presence]:
    """Everybody who has signed in, in the order in which they came."""
    return presences([register])[register.pk]


def presences(registers: Iterable[Register]) -> dict[int, list[Presence]]:
    """Register id → who came, in order; a register where nobody came has an empty list."""
    wanted = list(registers)
    marks = list(marks_of(wanted))
    left = {(m.register_id, m.person_id): m for m in marks if m.kind == MarkKind.OUT}
    found: dict[int, list[Presence]] = {register.pk: [] for register in wanted}
    for mark in marks:
        if mark.kind == MarkKind.IN:
            out = left.get((mark.register_id, mark.person_id))
            found[mark.register_id].append(_presence(mark, out))
    return found


def hours_of(registers: Iterable[Register]) -> dict[int, Decimal]:
    """Person id → 学时 over these registers; people with a sign-in alone stand in it with 0.

    See `earned` for the formula; it is applied to each register, then summed.
    """
    wanted = {register.pk: register for register in registers}
    total: dict[int, Decimal] = defaultdict(Decimal)
    for register_id, people in presences(wanted.values()).items():
        for one in people:
            total[one.person_id] += earned(wanted[register_id], one)
    return dict(total)


def earned(register: Register, one: Presence) -> Decimal:
    """学时 that one presence is worth: hours × minutes present ÷ minutes held, down to the half.

    Presence needs a sign-out. It counts from the beginning when the sign-in was no later than
    `late_after`, otherwise from the sign-in; it counts to the end when the sign-out was no earlier
    than `leave_from`, otherwise to the sign-out. Pauses are taken off as far as they are longer,
    all together, than the register's `pause_minutes`.
    """
    if one.out_at is None:
        return Decimal(0)
    return worth(register, one.in_at, one.out_at, one.away)


def worth(register: Register, came: datetime, left: datetime, away: int) -> Decimal:
    """学时 of one stay, `away` in seconds; the formula of `earned`."""
    since = register.starts_at if came <= register.late_after else came
    until = register.ends_at if left >= register.leave_from else left
    if until <= since:
        return Decimal(0)
    overrun = max(0, away - register.pause_minutes * 60)
    present = max(Decimal(0), Decimal(int((until - since).total_seconds()) - overrun))
    held = Decimal(int((register.ends_at - register.starts_at).total_seconds()))
    halves = (register.hours * present / held / HALF).to_integral_value(ROUND_FLOOR)
    return halves * HALF


def worths(registers: Iterable[Register], people: Iterable[int]) -> dict[tuple[int, int], Decimal]:
    """(register id, person id) → 学时, for these people only; one narrow read.

    What `earned` says of them, without reading anybody else.
    """
    wanted = {register.pk: register for register in registers}
    rows = Mark.objects.filter(register__in=list(wanted), person__in=list(people))
    ends: dict[tuple[int, int], dict[str, tuple[datetime, int]]] = defaultdict(dict)
    for register, person, kind, at, away in rows.values_list(
        "register_id", "person_id", "kind", "at", "away"
    ):
        ends[register, person][kind] = (at, away)
    return {
        (register, person): worth(wanted[register], found[MarkKind.IN][0], *found[MarkKind.OUT])
        for (register, person), found in ends.items()
        if MarkKind.IN in found and MarkKind.OUT in found
    }


def attendances(registers: Iterable[Register], people: Iterable[int] | None = None) -> int:
    """人次: people × registers with a sign-in; only of `people` (ids) when they are given."""
    marks = Mark.objects.filter(register__in=list(registers), kind=MarkKind.IN)
    if people is not None:
        marks = marks.filter(person__in=list(people))
    return marks.count()


def leaves_of(registers: Iterable[Register]) -> dict[tuple[int, int], Leave]:
    """(register id, person id) → the request for leave that stands: asked or granted."""
    live = (LeaveStatus.ASKED, LeaveStatus.GRANTED)
    found = Leave.objects.filter(register__in=list(registers), status__in=live)
    return {(one.register_id, one.person_id): one for one in found}


def last_leaves_of(registers: Iterable[Register], person: Person) -> dict[int, Leave]:
    """Register id → the person's latest request for leave there, however it was decided."""
    found = Leave.objects.filter(register__in=list(registers), person=person)
    return {one.register_id: one for one in found.order_by("asked_at", "id")}


HAS_MARKS = "SELECT id FROM attendance_mark WHERE register_id IN {} AND person_id IN {}"


def marks_of_person(register: Register, person: Person) -> list[Mark]:
    """What a person has made in one register; mostly nothing yet, and then little is asked."""
    found = rows(HAS_MARKS, [register.pk], [person.pk])
    return list(Mark.objects.filter(pk__in=[pk for (pk,) in found])) if found else []


def out_now(register: Register) -> dict[int, Pause]:
    """Person id → the pause that has not ended yet."""
    found = Pause.objects.filter(register=register, back_at=None)
    return {one.person_id: one for one in found}


def struck_of(registers: Iterable[Register]) -> QuerySet[StruckMark]:
    """Marks that were struck: shown, never counted."""
    found = StruckMark.objects.filter(register__in=list(registers))
    return found.select_related("person", "struck_by").order_by("at", "id")


def own_devices(person: Person) -> list[Device]:
    """The phones that a person has signed with as the own one, the present first."""
    return list(Device.objects.filter(person=person))


def shared_devices(registers: Iterable[Register]) -> list[SharedDevice]:
    """Devices by which more than one person scanned the code of the same register."""
    scans = marks_of(registers).filter(proof=Proof.QR).exclude(device="")
    people: Mapping[tuple[int, str], dict[int, None]] = defaultdict(dict)
    for register_id, device, person_id in scans.values_list("register_id", "device", "person_id"):
        people[register_id, device][person_id] = None
    return [
        SharedDevice(register_id, device, tuple(who))
        for (register_id, device), who in people.items()
        if len(who) > 1
    ]


def _presence(mark: Mark, out: Mark | None) -> Presence:
    return Presence(
        person_id=mark.person_id,
        in_at=mark.at,
        out_at=out.at if out else None,
        late=mark.late,
        proof=Proof(mark.proof),
        out_proof=Proof(out.proof) if out else None,
        reason=mark.reason or (out.reason if out else ""),
        device=mark.device,
        away=out.away if out else 0,
    )

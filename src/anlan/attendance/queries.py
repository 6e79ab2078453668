"""Who was there and for how long. Every read takes many registers and asks once."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import ROUND_FLOOR, Decimal

from django.db.models import QuerySet

from anlan.attendance.models import Mark, MarkKind, Proof, Register

HALF = Decimal("0.5")


@dataclass(frozen=True)
class Presence:
    """One person in one register. `out_at` is None while the person has not signed out."""

    person_id: int
    in_at: datetime
    out_at: datetime | None
    late: bool
    proof: Proof
    out_proof: Proof | None
    reason: str
    device: str


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
    than `leave_from`, otherwise to the sign-out.
    """
    if one.out_at is None:
        return Decimal(0)
    since = register.starts_at if one.in_at <= register.late_after else one.in_at
    until = register.ends_at if one.out_at >= register.leave_from else one.out_at
    if until <= since:
        return Decimal(0)
    present = Decimal(int((until - since).total_seconds()))
    held = Decimal(int((register.ends_at - register.starts_at).total_seconds()))
    halves = (register.hours * present / held / HALF).to_integral_value(ROUND_FLOOR)
    return halves * HALF


def attendances(registers: Iterable[Register]) -> int:
    """人次: people × registers with a sign-in."""
    return Mark.objects.filter(register__in=list(registers), kind=MarkKind.IN).count()


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
    )

"""What the database knows of a batch of wishes to sign, read once for all of them."""

import uuid
from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from django.db import connection

from anlan.attendance.models import Device, Mark, MarkKind, Pause, Proof, Register, Sheet
from anlan.identity.models import Person
from anlan.lib.rows import rows, uuid_param


class Wish(Protocol):
    """As much of a wish as is needed to look up what is known of it."""

    @property
    def register(self) -> Register: ...
    @property
    def person(self) -> Person: ...
    @property
    def kind(self) -> MarkKind: ...
    @property
    def proof(self) -> Proof: ...
    @property
    def device(self) -> str: ...
    @property
    def nonce(self) -> uuid.UUID | None: ...


Place = tuple[int, int]  # register, person


@dataclass
class Known:
    """Marks by place and kind and by nonce, own phones, who used which phone, pauses."""

    marks: dict[tuple[int, int, str], Mark] = field(default_factory=dict)
    by_nonce: dict[uuid.UUID, Mark] = field(default_factory=dict)
    devices: dict[int, Device] = field(default_factory=dict)
    users: dict[tuple[int, str], set[int]] = field(default_factory=lambda: defaultdict(set))
    pauses: dict[Place, list[Pause]] = field(default_factory=lambda: defaultdict(list))
    with_sheet: set[int] = field(default_factory=set)

    def mark_of(self, mark: Mark, kind: str) -> Mark | None:
        return self.marks.get((mark.register_id, mark.person_id, kind))

    def people_on(self, mark: Mark) -> int:
        """How many people have scanned this register's code by this phone, this one included."""
        users = self.users[mark.register_id, mark.device]
        users.add(mark.person_id)
        return len(users)

    def away_seconds(self, mark: Mark) -> int:
        pauses = self.pauses.get((mark.register_id, mark.person_id), ())
        return away_seconds(mark.register, pauses, until=mark.at)

    def add(self, mark: Mark) -> None:
        """A mark about to be kept is known to the wishes behind it."""
        self.marks[mark.register_id, mark.person_id, mark.kind] = mark
        self.by_nonce[mark.nonce] = mark


def read_known(wishes: Sequence[Wish]) -> Known:
    """Five reads at most, however many wishes."""
    known = Known()
    registers = {one.register.pk for one in wishes}
    people = {one.person.pk for one in wishes}
    nonces = {one.nonce for one in wishes if one.nonce}
    for mark in _marks(registers, people, nonces):
        known.add(mark)
    scans = [one for one in wishes if one.proof == Proof.QR and one.device]
    if scans:
        _read_phones(known, scans)
    leaving = [one for one in wishes if one.kind == MarkKind.OUT]
    if leaving:
        _read_pauses(known, leaving)
    papers = {one.register.pk for one in wishes if one.proof == Proof.PAPER}
    if papers:
        filed = Sheet.objects.filter(register__in=papers)
        known.with_sheet = set(filed.values_list("register_id", flat=True))
    return known


def own_phones(people: Collection[int]) -> dict[int, Device]:
    """Person id → the phone that is the own one now."""
    found = rows(OWN.replace("{index}", connection.ops.quote_name("index")), people)
    return {person: Device(pk=pk, person_id=person, index=index) for person, pk, index in found}


def away_seconds(register: Register, pauses: Iterable[Pause], *, until: datetime) -> int:
    """Seconds out of the room while the register was held; a pause that is still open counts."""
    total = 0.0
    for one in pauses:
        since = max(one.out_at, register.starts_at)
        back = min(one.back_at or until, register.ends_at, until)
        total += max(0.0, (back - since).total_seconds())
    return int(total)


MARKS = """SELECT id FROM attendance_mark
    WHERE register_id IN {} AND person_id IN {}
    UNION SELECT id FROM attendance_mark WHERE nonce IN {}"""
OWN = """SELECT person_id, id, {index} FROM attendance_device
    WHERE released_at IS NULL AND person_id IN {}"""
USERS = """SELECT DISTINCT register_id, device, person_id FROM attendance_mark
    WHERE register_id IN {} AND device IN {} AND proof = 'qr'"""


def _marks(registers: set[int], people: set[int], nonces: set[uuid.UUID]) -> Iterable[Mark]:
    """Mostly there are none, and then nothing is built."""
    found = rows(MARKS, registers, people, [uuid_param(one) for one in nonces])
    return Mark.objects.filter(pk__in=[pk for (pk,) in found]) if found else ()


def _read_phones(known: Known, scans: Sequence[Wish]) -> None:
    known.devices = own_phones({one.person.pk for one in scans})
    registers = {one.register.pk for one in scans}
    for register, device, person in rows(USERS, registers, {one.device for one in scans}):
        known.users[register, device].add(person)


PAUSES = "SELECT id FROM attendance_pause WHERE register_id IN {} AND person_id IN {}"


def _read_pauses(known: Known, leaving: Sequence[Wish]) -> None:
    registers = {one.register.pk for one in leaving}
    found = rows(PAUSES, registers, {one.person.pk for one in leaving})
    if found:
        for one in Pause.objects.filter(pk__in=[pk for (pk,) in found]):
            known.pauses[one.register_id, one.person_id].append(one)

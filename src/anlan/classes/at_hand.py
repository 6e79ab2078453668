"""Half-days that are asked for again and again, kept by this process for a few seconds.

In a burst a thousand people ask for the same fifteen half-days. What is kept: topic, room, times,
secret. What may change under a sign-in is read anew each time: the class's state, the list, marks.
"""

import time
import uuid
from collections.abc import Collection
from dataclasses import dataclass

from anlan.attendance.models import Register
from anlan.classes.models import Session

FRESH_SECONDS = 3.0
MOST = 2000


@dataclass(frozen=True, slots=True)
class AtHand:
    """One half-day with every register of its class; `hours` is what the class plans."""

    session: Session
    register: Register
    registers: tuple[Register, ...]
    hours: int


_kept: dict[uuid.UUID, tuple[float, AtHand]] = {}


def sessions_at_hand(uids: Collection[uuid.UUID]) -> dict[uuid.UUID, AtHand]:
    """The half-days of these uids that have a register; two queries for those not at hand."""
    until = time.monotonic()
    found = {uid: _kept[uid][1] for uid in uids if uid in _kept and _kept[uid][0] > until}
    missing = [uid for uid in uids if uid not in found]
    if missing:
        if len(_kept) > MOST:
            _kept.clear()
        for one in _read(missing):
            _kept[one.session.uid] = (until + FRESH_SECONDS, one)
            found[one.session.uid] = one
    return found


def forget_sessions() -> None:
    """For tests, where the same second holds many stories."""
    _kept.clear()


def _read(uids: Collection[uuid.UUID]) -> list[AtHand]:
    asked = Session.objects.filter(uid__in=uids, register__isnull=False)
    wanted = list(asked.select_related("klass", "register", "venue", "trainer"))
    held = Session.objects.filter(klass__in={one.klass_id for one in wanted})
    registers: dict[int, list[Register]] = {}
    hours: dict[int, int] = {}
    for one in held.select_related("register"):
        hours[one.klass_id] = hours.get(one.klass_id, 0) + one.hours
        if one.register:
            registers.setdefault(one.klass_id, []).append(one.register)
    return [
        AtHand(one, one.register, tuple(registers[one.klass_id]), hours[one.klass_id])
        for one in wanted
        if one.register
    ]

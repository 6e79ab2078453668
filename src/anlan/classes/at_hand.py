"""Half-days that are asked for again and again, kept by this process for a few seconds.

In a burst a thousand people ask for the same fifteen half-days. What is kept: topic, room, times,
secret. What may change under a sign-in is read anew each time: the class's state, the list, marks.
"""

import uuid
from collections.abc import Collection
from dataclasses import dataclass

from anlan.attendance.models import Register
from anlan.classes.models import Session
from anlan.lib.at_hand import AtHand


@dataclass(frozen=True, slots=True)
class HalfDayAtHand:
    """One half-day with every register of its class; `hours` is what the class plans."""

    session: Session
    register: Register
    registers: tuple[Register, ...]
    hours: int


def _read(uids: Collection[uuid.UUID]) -> dict[uuid.UUID, HalfDayAtHand]:
    asked = Session.objects.filter(uid__in=uids, register__isnull=False)
    wanted = list(asked.select_related("klass", "register", "venue", "trainer"))
    held = Session.objects.filter(klass__in={one.klass_id for one in wanted})
    registers: dict[int, list[Register]] = {}
    hours: dict[int, int] = {}
    for one in held.select_related("register"):
        hours[one.klass_id] = hours.get(one.klass_id, 0) + one.hours
        if one.register:
            registers.setdefault(one.klass_id, []).append(one.register)
    return {
        one.uid: HalfDayAtHand(
            one, one.register, tuple(registers[one.klass_id]), hours[one.klass_id]
        )
        for one in wanted
        if one.register
    }


# The half-days of these uids that have a register; two queries for those not at hand.
_sessions = AtHand(_read, seconds=3, most=2000)
sessions_at_hand = _sessions.of

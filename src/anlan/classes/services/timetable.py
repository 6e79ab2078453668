"""Filling a timetable by the syllabus, so that a clerk moves half-days instead of typing them."""

from datetime import date, datetime

from django.db import transaction

from anlan.classes import queries, timetable
from anlan.classes.models import TrainingClass
from anlan.classes.services.applications import Slot, lay_session
from anlan.courses.models import Mode, Module
from anlan.foundation.accounts.models import User
from anlan.foundation.ledger.services import record
from anlan.lib.refusals import BadInput, Refused
from anlan.resources.models import Venue
from anlan.trainers.models import Trainer


@transaction.atomic
def fill_by_syllabus(
    klass: TrainingClass,
    *,
    since: date,
    trainer: Trainer,
    venue: Venue | None,
    by: User,
    at: datetime,
) -> int:
    """Place what the syllabus still lacks on free working half-days from `since`; says how many.

    Half-days that the class, the trainer or the room already has are stepped over, so nothing that
    stands is overwritten. A module that is taught offline needs the room.
    """
    whole = queries.rules_for(klass, since).whole("class.half_day_hours")
    wanted = _half_days_lacking(klass, whole)
    if not wanted:
        raise Refused("大纲要求的学时已经排满。", "可以直接检查并提交，或调整个别半天。")
    if venue is None and any(module.mode == Mode.OFFLINE for module, _ in wanted):
        raise BadInput("大纲里有线下课，请选择默认场地。", "以后可以逐个半天更换。")
    free = timetable.free_half_days(klass, since, trainer, venue)
    placed = 0
    for (module, hours), (day, half) in zip(wanted, free, strict=False):
        mode = Mode(module.mode)
        slot = Slot(day, half, module, trainer, venue if mode == Mode.OFFLINE else None, mode=mode)
        lay_session(klass, slot, hours=hours)
        placed += 1
    record(klass.subject, "timetable_filled", by=by, at=at, half_days=placed)
    return placed


def _half_days_lacking(klass: TrainingClass, whole: int) -> list[tuple[Module, int]]:
    """Each half-day that is still to be placed: its module and its hours."""
    wanted: list[tuple[Module, int]] = []
    for load in timetable.loads(klass, queries.sessions_of(klass)):
        left = load.left
        while left > 0:
            wanted.append((load.module, min(whole, left)))
            left -= whole
    return wanted

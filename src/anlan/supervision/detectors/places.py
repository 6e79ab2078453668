"""A trainer or a room in two places."""

from collections.abc import Iterator, Sequence
from datetime import timedelta

from django.db.models import QuerySet

from anlan.classes.models import Session, TrainingClass
from anlan.courses.models import Mode
from anlan.foundation.rules.queries import Rulebook
from anlan.lib.dates import duration_text
from anlan.lib.masking import mask_name
from anlan.supervision.doubts import Doubt, Facts, Slot, class_facts, class_link, pairs_with, slots
from anlan.supervision.models import TicketKind


def trainer_in_two_places(classes: Sequence[TrainingClass], rules: Rulebook) -> Iterator[Doubt]:
    """One trainer in two classes whose times overlap, or in two districts with no time to travel.

    Times are the registers', which an approved change moves; online lessons may be recorded ones
    and are left out. Two trainers of one name are two trainers.
    """
    least = timedelta(minutes=rules.number("supervision.travel_minutes"))
    own = slots(_offline(classes))
    found = Session.objects.filter(
        trainer__in={one.session.trainer_id for one in own},
        day__in={one.session.day for one in own},
        active=True,
        mode=Mode.OFFLINE,
    )
    for first, later in pairs_with(own, slots(found)):
        if first.session.trainer_id != later.session.trainer_id:
            continue
        if first.overlaps(later) or (_far(first, later) and first.gap(later) < least):
            yield _trainer(first, later, least)


def venue_used_twice(classes: Sequence[TrainingClass], rules: Rulebook) -> Iterator[Doubt]:
    """One room with the registers of two classes open at the same time."""
    own = slots(_offline(classes))
    found = Session.objects.filter(
        venue__in={one.session.venue_id for one in own},
        day__in={one.session.day for one in own},
        active=True,
        mode=Mode.OFFLINE,
    )
    for first, later in pairs_with(own, slots(found)):
        if first.session.venue_id == later.session.venue_id and first.overlaps(later):
            yield _venue(first, later)


def _offline(classes: Sequence[TrainingClass]) -> QuerySet[Session]:
    return Session.objects.filter(klass__in=classes, active=True, mode=Mode.OFFLINE)


def _far(one: Slot, other: Slot) -> bool:
    here, there = one.session.venue, other.session.venue
    return here is not None and there is not None and here.district != there.district


def _trainer(first: Slot, later: Slot, least: timedelta) -> Doubt:
    session, gap = later.session, first.gap(later)
    name = mask_name(session.trainer.name)
    how = (
        f"时间重叠 {duration_text(-gap)}"
        if gap < timedelta()
        else f"跨区县间隔 {duration_text(gap)}"
    )
    return Doubt(
        kind=TicketKind.TRAINER_TWICE,
        provider=session.klass.provider,
        klass=session.klass,
        evidence=_pair(first, later),
        said=f"讲师 {name} 在两个班的课{how}，待核实。",
        facts=[*class_facts(session.klass), ("讲师", name), *_places(first, later)],
        inner=[("转场时间下限", duration_text(least)), *_other(first)],
        links=[class_link(session.klass), class_link(first.session.klass, own=_same(first, later))],
        subjects=[session.subject, first.session.subject, session.trainer.subject],
    )


def _venue(first: Slot, later: Slot) -> Doubt:
    session = later.session
    assert session.venue is not None  # offline sessions have one
    return Doubt(
        kind=TicketKind.VENUE_TWICE,
        provider=session.klass.provider,
        klass=session.klass,
        evidence=_pair(first, later),
        said=f"{session.venue.name}同时登记给两个班使用，待核实。",
        facts=[*class_facts(session.klass), ("场地", session.place), *_places(first, later)],
        inner=_other(first),
        links=[class_link(session.klass), class_link(first.session.klass, own=_same(first, later))],
        subjects=[session.subject, first.session.subject, session.venue.subject],
    )


def _places(first: Slot, later: Slot) -> Facts:
    """Where each was, without naming the other class: it may be another provider's."""
    return [
        ("本班", f"{later.when}，{_where(later)}"),
        ("另一班", f"{first.when}，{_where(first) if _same(first, later) else '其他场地'}"),
    ]


def _other(first: Slot) -> Facts:
    klass = first.session.klass
    return [("另一班", f"{klass.title}（{klass.number}），{klass.provider.name}，{_where(first)}")]


def _where(slot: Slot) -> str:
    return slot.session.place


def _same(first: Slot, later: Slot) -> bool:
    return first.session.klass.provider_id == later.session.klass.provider_id


def _pair(first: Slot, later: Slot) -> str:
    return f"{first.session.uid}/{later.session.uid}"

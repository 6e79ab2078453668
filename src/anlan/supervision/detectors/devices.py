"""Phones that sign for many, phones that are in two places, sign-ins that come all at once."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import timedelta

from django.db.models import QuerySet

from anlan.attendance.models import Mark, MarkKind, Proof
from anlan.classes.models import Session, TrainingClass
from anlan.foundation.rules.queries import Rulebook
from anlan.lib.dates import to_shanghai
from anlan.lib.masking import mask_name
from anlan.supervision.doubts import Doubt, Slot, class_facts, class_link, slots
from anlan.supervision.models import TicketKind

SHOWN = 12  # names in one line


def one_device_for_many(classes: Sequence[TrainingClass], rules: Rulebook) -> Iterator[Doubt]:
    """One phone by which several people signed one register.

    Lending a phone is allowed and honest; a rule says from how many people on it is asked about.
    """
    least = rules.whole("supervision.device_people")
    places = _slots(classes)
    for (register, device), marks in _grouped(_scans(places), "device").items():
        people = {mark.person_id for mark in marks}
        if device and len(people) >= least:
            slot = places[register]
            yield _doubt(
                TicketKind.DEVICE,
                slot,
                f"{slot.session.uid}/{_short(device)}",
                f"{slot.name}有 {len(people)} 人由同一台设备签到，待核实。",
                marks,
                [("起点", f"{least} 人")],
            )


def one_device_in_two_places(classes: Sequence[TrainingClass], rules: Rulebook) -> Iterator[Doubt]:
    """One phone that signed two classes in different rooms while both were on."""
    places = _slots(classes)
    days = {slot.session.day for slot in places.values()}
    around = {
        slot.register.pk: slot for slot in slots(Session.objects.filter(day__in=days, active=True))
    }
    own = _by_device(_scans(places))
    elsewhere = _by_device(_scans(around).filter(device__in=own))
    for device, marks in own.items():
        for mark in marks:
            for other in elsewhere.get(device, []):
                here, there = places[mark.register_id], around[other.register_id]
                if _apart(here, there) and (there.later_than < here.later_than):
                    yield _both(device, here, there, [mark, other])


def signed_in_a_burst(classes: Sequence[TrainingClass], rules: Rulebook) -> Iterator[Doubt]:
    """Many people within seconds from one phone, or from one address by phones used only once.

    A classroom's own network gives everybody one address, so an address alone says nothing. Only
    marks count there whose phone signed for that person at no other session of the class, though
    the person was at others: people keep their phones.
    """
    least = rules.whole("supervision.burst_people")
    span = timedelta(seconds=rules.number("supervision.burst_seconds"))
    places = _slots(classes)
    marks = list(_scans(places))
    throwaway = _throwaway(marks, places)
    named = {"device": marks, "address": [one for one in marks if one.pk in throwaway]}
    for source, found in named.items():
        for (register, value), group in _grouped(found, source).items():
            burst = _densest(group, span)
            if value and len({one.person_id for one in burst}) >= least:
                slot = places[register]
                word = "同一台设备" if source == "device" else "同一网络地址、只用过一次的设备"
                yield _doubt(
                    TicketKind.BURST,
                    slot,
                    f"{slot.session.uid}/{source}/{_short(value)}",
                    f"{slot.name}有 {len(burst)} 人在 {_seconds(burst)} 秒内由{word}签到，待核实。",
                    burst,
                    [("起点", f"{span.seconds} 秒内 {least} 人")],
                )


def _slots(classes: Sequence[TrainingClass]) -> dict[int, Slot]:
    """Register id → session with its times."""
    found = slots(Session.objects.filter(klass__in=classes, active=True))
    return {slot.register.pk: slot for slot in found}


def _scans(places: dict[int, Slot]) -> QuerySet[Mark]:
    found = Mark.objects.filter(register__in=list(places), kind=MarkKind.IN, proof=Proof.QR)
    return found.select_related("person").order_by("at", "id")


def _grouped(marks: Iterable[Mark], source: str) -> dict[tuple[int, str], list[Mark]]:
    groups: dict[tuple[int, str], list[Mark]] = defaultdict(list)
    for mark in marks:
        groups[mark.register_id, getattr(mark, source)].append(mark)
    return groups


def _by_device(marks: Iterable[Mark]) -> dict[str, list[Mark]]:
    groups: dict[str, list[Mark]] = defaultdict(list)
    for mark in marks:
        if mark.device:
            groups[mark.device].append(mark)
    return groups


def _throwaway(marks: Sequence[Mark], places: dict[int, Slot]) -> set[int]:
    """Marks by a phone that the person used once, of people who signed at other sessions too."""
    used: dict[tuple[int, int, str], int] = defaultdict(int)
    came: dict[tuple[int, int], int] = defaultdict(int)
    for mark in marks:
        klass = places[mark.register_id].session.klass_id
        used[klass, mark.person_id, mark.device] += 1
        came[klass, mark.person_id] += 1
    found = set()
    for mark in marks:
        klass = places[mark.register_id].session.klass_id
        once = used[klass, mark.person_id, mark.device] == 1
        if once and came[klass, mark.person_id] > 1:
            found.add(mark.pk)
    return found


def _densest(marks: Sequence[Mark], span: timedelta) -> list[Mark]:
    """The most marks that lie within `span`; `marks` stand in order of time."""
    best: list[Mark] = []
    first = 0
    for last, mark in enumerate(marks):
        while mark.at - marks[first].at > span:
            first += 1
        if last - first + 1 > len(best):
            best = list(marks[first : last + 1])
    return best


def _apart(here: Slot, there: Slot) -> bool:
    rooms = here.session.venue_id, there.session.venue_id
    other = here.session.klass_id != there.session.klass_id
    return other and None not in rooms and rooms[0] != rooms[1] and here.overlaps(there)


def _both(device: str, here: Slot, there: Slot, marks: Sequence[Mark]) -> Doubt:
    own = here.session.klass.provider_id == there.session.klass.provider_id
    other = there.session.klass
    return Doubt(
        kind=TicketKind.DEVICE,
        provider=here.session.klass.provider,
        klass=here.session.klass,
        evidence=f"{here.session.uid}/{there.session.pk}/{_short(device)}",
        said=f"{here.name}的一台签到设备同时在另一处场地签到，待核实。",
        facts=[
            *class_facts(here.session.klass),
            ("本班签到", f"{_clock(marks[0])}，{mask_name(marks[0].person.name)}"),
            ("另一处签到", _clock(marks[1])),
        ],
        inner=[
            ("另一班", f"{other.title}（{other.number}），{there.session.place}"),
            ("另一处学员", mask_name(marks[1].person.name)),
        ],
        links=[class_link(here.session.klass), class_link(other, own=own)],
        subjects=[here.session.subject, there.session.subject],
    )


def _doubt(
    kind: TicketKind,
    slot: Slot,
    evidence: str,
    said: str,
    marks: Sequence[Mark],
    inner: Sequence[tuple[str, str]],
) -> Doubt:
    klass = slot.session.klass
    names = [mask_name(mark.person.name) for mark in marks]
    more = f"等 {len(names)} 人" if len(names) > SHOWN else ""
    return Doubt(
        kind=kind,
        provider=klass.provider,
        klass=klass,
        evidence=evidence,
        said=said,
        facts=[
            *class_facts(klass),
            ("半天", slot.when),
            ("学员", "、".join(names[:SHOWN]) + more),
            ("签到时间", f"{_clock(marks[0])} 至 {_clock(marks[-1])}"),
        ],
        inner=inner,
        links=[class_link(klass)],
        subjects=[slot.session.subject, slot.register.subject],
    )


def _clock(mark: Mark) -> str:
    return f"{to_shanghai(mark.at):%H:%M:%S}"


def _seconds(marks: Sequence[Mark]) -> int:
    return round((marks[-1].at - marks[0].at).total_seconds())


def _short(token: str) -> str:
    """Enough of a device or address to tell it from others within a register."""
    return token[-16:]

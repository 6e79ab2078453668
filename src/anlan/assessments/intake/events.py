"""`/in/exams/events`: what a phone noticed while the paper was open. It fails nobody.

Each event carries the phone's own name for it, so that a repeat is stored once; without a name its
kind and the phone's time are one. A sitting keeps so many and counts the rest.
"""

import json
import uuid
from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Annotated, Any

from django.db.models import Count
from msgspec import Meta, Struct

from anlan.assessments.models import (
    EventKind,
    EventTally,
    Sitting,
    SittingEvent,
    SittingStatus,
)
from anlan.foundation.intake.endpoints import Endpoint, Item
from anlan.lib.refusals import BadInput, Refused

MOST_EVENTS = 300  # of one sitting; a phone that is put away every ten seconds for an hour
LONGEST_DETAIL = 400  # bytes of JSON
# What a phone may say; the others are the server's own.
FROM_PHONES = {
    "focus_lost": EventKind.FOCUS_LOST,
    "focus_back": EventKind.FOCUS_BACK,
    "focus_returned": EventKind.FOCUS_BACK,
    "offline": EventKind.OFFLINE,
    "online": EventKind.ONLINE,
}


class Noticed(Struct):
    """One event. `at` is the phone's clock: ISO 8601, or milliseconds since 1970."""

    kind: str
    at: str | int | float
    detail: dict[str, Any] | str = ""
    id: Annotated[str, Meta(max_length=48)] = ""


class Events(Struct):
    sitting: uuid.UUID
    events: Annotated[list[Noticed], Meta(max_length=200)]


class Kept(Struct):
    """How many of the events were new and are kept; the phone may forget all that it sent."""

    kept: int


def keep_events(items: Sequence[Item[Events]]) -> list[Kept | Refused]:
    """The writer. Six queries for however many phones."""
    sittings = _sittings(items)
    answers: list[Kept | Refused] = []
    wanted: dict[int, dict[str, SittingEvent]] = defaultdict(dict)
    counted: list[list[tuple[int, str]]] = []
    for item in items:
        read = _read(item, sittings)
        names = []
        if isinstance(read, Refused):
            answers.append(read)
        else:
            answers.append(Kept(0))
            for event in read:
                if event.client not in wanted[event.sitting_id]:
                    wanted[event.sitting_id][event.client] = event
                    names.append((event.sitting_id, event.client))
        counted.append(names)
    new = _store(wanted)
    return [
        answer if isinstance(answer, Refused) else Kept(sum(name in new for name in names))
        for answer, names in zip(answers, counted, strict=True)
    ]


def _sittings(items: Sequence[Item[Events]]) -> dict[tuple[uuid.UUID, int], Sitting]:
    """The asked sittings by uid and the user whose they are; nobody finds another's."""
    rows = Sitting.objects.filter(uid__in={item.asked.sitting for item in items})
    found = rows.select_related("person").only("uid", "status", "device", "person__user_id")
    return {(one.uid, one.person.user_id): one for one in found if one.person.user_id}


def _read(
    item: Item[Events], sittings: Mapping[tuple[uuid.UUID, int], Sitting]
) -> list[SittingEvent] | Refused:
    sitting = sittings.get((item.asked.sitting, item.who.user))
    if sitting is None:
        return NotFound()
    if sitting.status not in (SittingStatus.STARTED, SittingStatus.SUBMITTED):
        return BadInput("考试还没有开始，或已经结束。", "请刷新页面。")
    try:
        found = [_event(sitting, one, item) for one in item.asked.events]
    except ValueError:
        return BadInput("这条记录没有读懂。", "请刷新页面。")
    if other := _other_device(sitting, item):
        found.append(other)
    return found


class NotFound(Refused):
    """No such sitting of this user."""

    status = 404

    def __init__(self) -> None:
        super().__init__("没有找到这场考试。", "请回到「我的考试」重新进入。")


def _event(sitting: Sitting, one: Noticed, item: Item[Events]) -> SittingEvent:
    """Raises `ValueError` for what can't be read."""
    kind = FROM_PHONES.get(one.kind)
    detail = one.detail if isinstance(one.detail, dict) else {"said": one.detail[:100]}
    if kind is None or len(json.dumps(detail)) > LONGEST_DETAIL:
        raise ValueError(one.kind)
    moment = _moment(one.at)
    return SittingEvent(
        sitting=sitting,
        kind=kind,
        client=one.id or f"{one.kind}:{moment.timestamp():.3f}",
        at=item.at,
        device_at=moment,
        device=item.who.device,
        detail=detail if detail != {"said": ""} else {},
    )


def _moment(told: str | int | float) -> datetime:
    try:
        if isinstance(told, str):
            moment = datetime.fromisoformat(told)
            return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
        return datetime.fromtimestamp(told / 1000, UTC)
    except (OverflowError, OSError) as wrong:
        raise ValueError(told) from wrong


def _other_device(sitting: Sitting, item: Item[Events]) -> SittingEvent | None:
    """Another device of the learner's has the paper open: noted once for each."""
    own, here = sitting.device, item.who.device
    if len(own) != 32 or not here or own == here or sitting.status != SittingStatus.STARTED:
        return None
    return SittingEvent(
        sitting=sitting,
        kind=EventKind.SECOND_DEVICE,
        client=f"device:{here}",
        at=item.at,
        device=here,
    )


def _store(wanted: Mapping[int, Mapping[str, SittingEvent]]) -> set[tuple[int, str]]:
    """Write what is new, as far as a sitting still has room, and name what was written."""
    ids = sorted(pk for pk, events in wanted.items() if events)
    if not ids:
        return set()
    tallies = _locked_tallies(ids)
    room = dict.fromkeys(ids, MOST_EVENTS)
    rows = SittingEvent.objects.filter(sitting__in=ids)
    for pk, number in rows.order_by().values_list("sitting_id").annotate(n=Count("pk")):
        room[pk] -= number
    names = {name for pk in ids for name in wanted[pk]}
    known = set(rows.filter(client__in=names).values_list("sitting_id", "client"))
    fresh: list[SittingEvent] = []
    for pk in ids:
        new = [one for name, one in wanted[pk].items() if (pk, name) not in known]
        taken = new[: max(room[pk], 0)]
        fresh += taken
        tallies[pk].dropped += len(new) - len(taken)
        if new:
            tallies[pk].weighed_at = None
    SittingEvent.objects.bulk_create(fresh, batch_size=500)
    EventTally.objects.bulk_update(tallies.values(), ["dropped", "weighed_at"], batch_size=500)
    return {(one.sitting_id, one.client) for one in fresh}


def _locked_tallies(ids: Sequence[int]) -> dict[int, EventTally]:
    """The tallies of these sittings, made where there is none, locked in one order."""
    held = EventTally.objects.select_for_update().filter(sitting__in=ids).order_by("sitting_id")
    found = {one.sitting_id: one for one in held}
    missing = [EventTally(sitting_id=pk) for pk in ids if pk not in found]
    if missing:
        EventTally.objects.bulk_create(missing, ignore_conflicts=True)
        found = {one.sitting_id: one for one in held.all()}
    return found


ENDPOINTS = [Endpoint("exams/events", Events, Kept, keep_events, "考试过程记录")]

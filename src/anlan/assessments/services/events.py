"""What the server itself notes around a sitting, beside what phones tell (`intake/events`)."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from anlan.assessments.models import EventKind, EventTally, Sitting, SittingEvent


def note_event(
    sitting: Sitting,
    kind: EventKind,
    *,
    at: datetime,
    client: str = "",
    detail: Mapping[str, Any] | None = None,
    device: str = "",
) -> None:
    """The server noted something itself: time granted, an answer that came late, a tablet.

    `client` names it once for good; noting the same again changes nothing. `detail` may hold
    `seconds`, `count`, `no` (of a question) and `reason`. Call it inside the deed's transaction.
    """
    event = SittingEvent(
        sitting=sitting,
        kind=kind,
        client=(client or f"{kind}:{at.timestamp():.3f}")[:48],
        at=at,
        device=device[:64],
        detail=dict(detail or {}),
    )
    SittingEvent.objects.bulk_create([event], ignore_conflicts=True)
    EventTally.objects.bulk_create([EventTally(sitting=sitting)], ignore_conflicts=True)
    EventTally.objects.filter(sitting=sitting).update(weighed_at=None)

"""Pictures on their way to be looked at: sealed in the database, erased with the answer."""

import base64
import json
from collections.abc import Sequence
from datetime import datetime

from django.db.models import F

from anlan.foundation.sight import Timed
from anlan.identity.models import CardBack, Face, FaceTry, Pictures


def lay_down(key: str, frames: Sequence[Timed], *, card: bytes = b"", at: datetime) -> None:
    """Keep frames (seconds from the first, JPEG) and a card, sealed under the field key."""
    words = {
        "card": base64.b64encode(card).decode(),
        "frames": [[when, base64.b64encode(jpeg).decode()] for when, jpeg in frames],
    }
    Pictures.objects.create(key=key, content=json.dumps(words), at=at)


def take_up(key: str) -> tuple[list[Timed], bytes]:
    """What was laid down; nothing when it has been erased meanwhile."""
    found = Pictures.objects.filter(key=key).first()
    if found is None:
        return [], b""
    words = json.loads(found.content)
    frames = [(float(when), base64.b64decode(jpeg)) for when, jpeg in words["frames"]]
    return frames, base64.b64decode(words["card"])


def erase(*keys: str) -> None:
    Pictures.objects.filter(key__in=keys).delete()


def note_look(rows: "type[Face] | type[FaceTry] | type[CardBack]", pk: int) -> int:
    """Count a look before it is made: what fells the worker again and again is given up."""
    rows.objects.filter(pk=pk).update(looks=F("looks") + 1)
    return int(rows.objects.values_list("looks", flat=True).get(pk=pk))

"""Ledger lines of this room: words may name people, so a leaf has their hash."""

import hashlib
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from anlan.foundation.accounts.models import User
from anlan.foundation.files.models import StoredFile
from anlan.foundation.ledger.services import Line
from anlan.hazards.models import Hazard, Tip


def hazard_line(
    hazard: Hazard,
    verb: str,
    by: User | None,
    at: datetime,
    *,
    words: str = "",
    photos: Sequence[StoredFile] = (),
    **data: Any,
) -> Line:
    """A step of a hazard; its source is in no leaf, for the enterprise reads this time line."""
    if words:
        data["text"] = digest(words)
    if photos:
        data |= {"photos": len(photos), "sha256": [one.sha256 for one in photos]}
    return Line(hazard.subject, verb, by, at, data)


def tip_line(tip: Tip, verb: str, by: User | None, at: datetime, **data: Any) -> Line:
    return Line(tip.subject, verb, by, at, data)


def digest(words: str) -> str:
    return hashlib.sha256(words.encode()).hexdigest()

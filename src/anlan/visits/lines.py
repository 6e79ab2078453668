"""Ledger lines of this room: words may name people or places, so a leaf has their hash."""

import hashlib
import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from anlan.foundation.accounts.models import User
from anlan.foundation.files.models import StoredFile
from anlan.foundation.ledger.services import Line
from anlan.visits.models import Inspection, Visit


def visit_line(
    visit: Visit,
    verb: str,
    by: User | None,
    at: datetime,
    *,
    words: str = "",
    photos: Sequence[StoredFile] = (),
    **data: Any,
) -> Line:
    if words:
        data["text"] = digest(words)
    if photos:
        data |= {"photos": len(photos), "sha256": [one.sha256 for one in photos]}
    return Line(visit.subject, verb, by, at, data)


def inspection_line(
    inspection: Inspection, by: User, answers: list[list[Any]], **data: Any
) -> Line:
    """`answers`: [item, outcome, words, photos' hashes] of all; the leaf has their digest."""
    text = json.dumps(answers, ensure_ascii=False, separators=(",", ":"))
    said = data | {"answers": len(answers), "text": digest(text)}
    return Line(inspection.subject, "inspection_handed_in", by, inspection.handed_in_at, said)


def digest(words: str) -> str:
    return hashlib.sha256(words.encode()).hexdigest()

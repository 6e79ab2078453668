"""Opening a conflict: the server's version is written down beside the record."""

from datetime import datetime

from anlan.kits.models import Conflict, Fate, Record, Why


def open_conflict(
    one: Record, why: Why, words: str, ours: list[list[str]], *, at: datetime
) -> Conflict:
    one.fate, one.note = Fate.CONFLICT, ""
    one.save(update_fields=["fate", "note", "steady_at"])
    return Conflict.objects.create(record=one, why=why, words=words[:300], ours=ours, at=at)

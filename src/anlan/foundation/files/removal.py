"""Taking bytes away for good; the row with name, size and hash stays.

In two steps, so that a crash can't leave a row that promises bytes which are gone: the row is
marked in the caller's transaction, beside its ledger line; then the bytes go. What a crash leaves
undone, the next round of `sweep_removed` does.
"""

import logging
from collections.abc import Sequence
from datetime import datetime, timedelta

from anlan.foundation.files.models import StoredFile
from anlan.foundation.files.places import PlaceFailed
from anlan.foundation.files.store import the_store

log = logging.getLogger(__name__)
LOOKED_AFTER = timedelta(days=30)


def removable(files: Sequence[StoredFile]) -> list[StoredFile]:
    """Those that no other row names by the same hash; equal bytes stay as long as anybody's do."""
    own = {one.pk for one in files}
    there = StoredFile.objects.filter(
        sha256__in={one.sha256 for one in files}, removed_at__isnull=True
    )
    shared = set(there.exclude(pk__in=own).values_list("sha256", flat=True))
    return [one for one in files if one.sha256 not in shared and one.removed_at is None]


def mark_removed(files: Sequence[StoredFile], *, at: datetime) -> list[StoredFile]:
    """From now on these can't be opened; returns which ones, for the ledger line. `removable` is
    asked here again: somebody may have kept the same bytes meanwhile."""
    found = removable(files)
    StoredFile.objects.filter(pk__in=[one.pk for one in found]).update(removed_at=at)
    return found


def sweep_removed(at: datetime) -> int:
    """Destroy bytes whose rows are marked and that still lie there; how many."""
    marked = StoredFile.objects.filter(removed_at__gt=at - LOOKED_AFTER)
    named = StoredFile.objects.filter(removed_at__isnull=True).values("sha256")
    hashes = marked.exclude(sha256__in=named).values_list("sha256", flat=True).distinct()
    store = the_store()
    try:
        return sum(store.remove(sha256, at=at) for sha256 in hashes)
    except PlaceFailed:
        log.exception("bytes that are marked as removed could not be taken away yet")
        return 0

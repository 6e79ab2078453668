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


def named_elsewhere(file: StoredFile) -> int:
    """How many other rows name the same bytes and still need them."""
    there = StoredFile.objects.filter(sha256=file.sha256, removed_at__isnull=True)
    return there.exclude(pk=file.pk).count()


def mark_removed(files: Sequence[StoredFile], *, at: datetime) -> list[StoredFile]:
    """These give up their bytes and can't be opened any more; returns which were not yet marked.

    Equal bytes that another row names lie there until the last of their rows is marked.
    """
    found = [one for one in files if one.removed_at is None]
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

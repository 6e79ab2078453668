"""What the worker finds to tidy among files."""

import time
from datetime import datetime, timedelta
from pathlib import Path

from anlan.foundation.files.models import Upload
from anlan.foundation.files.removal import sweep_removed
from anlan.foundation.files.services import INCOMING
from anlan.foundation.files.store import the_store
from anlan.foundation.files.turns import Busy
from anlan.foundation.files.uploads import discard

MOST_A_ROUND = 50
STRAY = timedelta(days=1)

__all__ = ["forget_expired_uploads", "forget_stray_drafts", "sweep_removed", "trim_cache"]


def forget_expired_uploads(at: datetime) -> int:
    """Throw away what nobody went on with; the file of a taken one is the room's and stays."""
    done = 0
    for upload in Upload.objects.filter(expires_at__lte=at).select_related("file")[:MOST_A_ROUND]:
        try:
            discard(upload, at=at)
        except Busy:
            continue
        done += 1
    return done


def forget_stray_drafts(at: datetime) -> int:
    """Drafts that a killed process left, a day old."""
    store = the_store()
    known = {str(uid) for uid in Upload.objects.values_list("uid", flat=True)}
    strays = [
        path
        for path in [*store.desk.glob(f"{INCOMING}*"), *store.drafts.glob("*.*")]
        if path.stem not in known and _is_old(path)
    ]
    for path in strays:
        path.unlink(missing_ok=True)
    return len(strays)


def trim_cache(at: datetime) -> int:
    return the_store().trim(at=at)


def _is_old(path: Path) -> bool:
    """By the machine's own clock, which also stamped the file."""
    return time.time() - path.stat().st_mtime > STRAY.total_seconds()

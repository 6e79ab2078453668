"""How long films are kept: the rule, the holds against it, and the end.

The bytes go when `recording.keep_days` after the film's end are over and nobody holds it. The rule
in force on the day of the round counts, so a city that shortens it shortens it for old films too.
Row, hash and ledger lines stay; the sealed archives have bytes of their own, which are not touched.
"""

import logging
from datetime import datetime, timedelta

from django.db import IntegrityError, transaction
from django.db.models import Exists, OuterRef, QuerySet

from anlan.foundation.accounts.models import User
from anlan.foundation.files.models import StoredFile
from anlan.foundation.files.removal import mark_removed, named_elsewhere
from anlan.foundation.ledger.services import record
from anlan.foundation.rules.queries import Ruling, rulebook
from anlan.lib.dates import local_date
from anlan.lib.refusals import BadInput, Refused
from anlan.recordings.models import Hold, Recording, Segment

log = logging.getLogger(__name__)
MOST_A_ROUND = 50


def keep_ruling(at: datetime) -> Ruling:
    """The days that films are kept, with the clause."""
    return rulebook(local_date(at)).ruling("recording.keep_days")


def kept_until(recording: Recording, at: datetime) -> datetime:
    """The moment after which the film may go, by the rule in force at `at`."""
    return recording.ends_at + timedelta(days=int(keep_ruling(at).value))


def open_hold(recording: Recording) -> Hold | None:
    return recording.holds.filter(released_at__isnull=True).select_related("by").first()


def due(at: datetime) -> QuerySet[Recording]:
    """Films whose time is over and that nobody holds, the oldest first."""
    held = Hold.objects.filter(recording=OuterRef("pk"), released_at__isnull=True)
    return _past(at).filter(~Exists(held))


def held_back(at: datetime) -> QuerySet[Recording]:
    """Films whose time is over and that a hold keeps."""
    return _past(at).filter(holds__released_at__isnull=True, holds__isnull=False)


def _past(at: datetime) -> QuerySet[Recording]:
    last = at - timedelta(days=int(keep_ruling(at).value))
    found = Recording.objects.filter(ends_at__lte=last, bytes_removed_at__isnull=True)
    return found.select_related("file").order_by("ends_at", "id")


@transaction.atomic
def hold(recording: Recording, *, reason: str, by: User, at: datetime) -> Hold:
    """Keep a film beyond its time, for a reason: a complaint, a case, an audit."""
    said = _reason(reason)
    now_there = Recording.objects.select_for_update().get(pk=recording.pk)
    if now_there.bytes_removed_at is not None:
        raise Refused(
            "这段录像的原件已按保管期限销毁，无法保全。", "哈希仍在，可与他人手中的原件核对。"
        )
    try:
        with transaction.atomic():
            made = Hold.objects.create(recording=recording, reason=said, by=by, at=at)
    except IntegrityError as again:
        raise Refused("这段录像已在保全中。", "请刷新页面查看。") from again
    record(recording.subject, "recording_held", by=by, at=at, reason=said)
    return made


@transaction.atomic
def release(recording: Recording, *, reason: str, by: User, at: datetime) -> Hold:
    """End a hold, for a reason; a film past its time goes with the next round."""
    said = _reason(reason)
    found = recording.holds.filter(released_at__isnull=True)
    held = found.first()
    if held is None or not found.update(released_at=at, released_by=by, released_reason=said):
        raise Refused("这段录像没有在保全中。", "请刷新页面查看。")
    record(recording.subject, "recording_released", by=by, at=at, reason=said)
    held.refresh_from_db()
    return held


def forget_expired(at: datetime, most: int = MOST_A_ROUND) -> int:
    """Give up the bytes of films whose time is over; how many films."""
    return sum(_forget(recording, at) for recording in due(at)[:most])


@transaction.atomic
def _forget(recording: Recording, at: datetime) -> bool:
    """One film, unless somebody held it meanwhile."""
    locked = Recording.objects.select_for_update().select_related("file").get(pk=recording.pk)
    if locked.bytes_removed_at is not None or open_hold(locked) is not None:
        return False
    files = files_of(locked)
    gone = mark_removed(files, at=at)
    Recording.objects.filter(pk=locked.pk).update(bytes_removed_at=at)
    record(
        locked.subject,
        "recording_bytes_removed",
        by=None,
        at=at,
        sha256=locked.file.sha256,
        files=len(gone),
        size=sum(one.size for one in gone),
        keep_days=int(keep_ruling(at).value),
        named_elsewhere=sum(named_elsewhere(one) for one in gone),
    )
    return True


def files_of(recording: Recording) -> list[StoredFile]:
    """The stored files with the film itself: the uploaded video, or a live one's segments.

    The list of segments stays: it is what the hashes of copies elsewhere are compared with.
    """
    of_live = Segment.objects.filter(live__recording=recording).select_related("file")
    return [segment.file for segment in of_live] or [recording.file]


def _reason(text: str) -> str:
    if not text.strip():
        raise BadInput("请写明理由。", "这条理由会记入台账。")
    return text.strip()[:200]

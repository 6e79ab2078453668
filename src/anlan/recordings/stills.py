"""A picture for publication: asked for, made by the recorder, looked at by a person, published."""

from datetime import datetime

from django.db import transaction

from anlan.foundation.accounts.models import User
from anlan.foundation.ledger.services import record
from anlan.lib.refusals import BadInput, NotAllowed
from anlan.lib.states import advance
from anlan.recordings.models import Recording, Still, StillStatus
from anlan.recordings.states import STILL_STEPS


@transaction.atomic
def ask_still(recording: Recording, *, second: int, caption: str, by: User, at: datetime) -> Still:
    """Ask for the picture at a second of playing time; the recorder makes it in a moment."""
    length = recording.duration_s
    if length is not None and not 0 <= second < max(length, 1):
        raise BadInput("这个时刻不在录像之内。", "请把录像停在要截取的画面，再点一次。")
    if length == 0:
        raise BadInput("这份录像读不出画面，不能截图。", "请换一份录像。")
    return Still.objects.create(
        recording=recording, second=second, caption=caption.strip()[:120], by=by, at=at
    )


@transaction.atomic
def publish_still(still: Still, *, by: User, at: datetime) -> None:
    """Somebody has looked and found every face unrecognisable; now it may leave the platform."""
    if still.status != StillStatus.MADE or still.file is None:
        raise NotAllowed("这张截图不在待核对状态。", "请刷新页面。")
    advance(still, StillStatus.PUBLISHED, STILL_STEPS, published_at=at)
    record(
        still.recording.subject,
        "still_published",
        by=by,
        at=at,
        caption=still.caption,
        second=still.second,
        faces=still.faces,
        sha256=still.file.sha256,
        size=still.file.size,
    )

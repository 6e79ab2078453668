"""Photos that records name by their hash; they may come before or after the record's judgement."""

import hashlib
from datetime import datetime
from uuid import UUID

from django.db import transaction

from anlan.foundation.files.services import keep
from anlan.kits.keys import PHOTO, is_signed
from anlan.kits.models import Photo, Tablet
from anlan.kits.services.judging import take_photo_in
from anlan.kits.services.receiving import NotThisTablet, known_tablet
from anlan.lib.refusals import BadInput, Refused

MOST_BYTES = 5 * 1024 * 1024
JPEG = b"\xff\xd8\xff"


def receive_photo(tablet_uid: UUID, content: bytes, signature: str, *, at: datetime) -> bool:
    """Keep a photo that a record names; True when it was new. Sent again, it changes nothing."""
    tablet = known_tablet(tablet_uid)
    sha256 = hashlib.sha256(content).hexdigest()
    if not is_signed(PHOTO, sha256, signature, tablet.key):
        raise NotThisTablet("这张照片没有平板的有效签名，没有接收。", "照片仍在平板上，请重试。")
    if len(content) > MOST_BYTES or not content.startswith(JPEG):
        raise BadInput("照片不是 JPEG，或超过 5 MB。", "请重新拍一张。")
    if not tablet.records.filter(photo=sha256).exists():
        raise Refused("没有记录提到这张照片。", "请先同步记录。")
    if tablet.photos.filter(sha256=sha256).exists():
        return False
    file = keep([content], name=f"离线照片-{sha256[:8]}.jpg", by=None, at=at)
    with transaction.atomic():
        tablet.refresh_from_db(from_queryset=Tablet.objects.select_for_update())
        _row, new = Photo.objects.get_or_create(
            tablet=tablet, sha256=sha256, defaults={"file": file, "at": at}
        )
        take_photo_in(tablet, sha256, at=at)
    return new

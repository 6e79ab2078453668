"""Photos as they may be shown: drawn anew, without place, device or file name."""

import io
from collections.abc import Sequence
from datetime import datetime

from django.core.files.uploadedfile import UploadedFile
from PIL import Image, ImageOps, UnidentifiedImageError

from anlan.foundation.accounts.models import User
from anlan.foundation.files.models import StoredFile
from anlan.foundation.files.services import keep
from anlan.foundation.rules.queries import rulebook
from anlan.lib.dates import local_date
from anlan.lib.refusals import BadInput

LONGEST = 1600
MOST_MB = 15
QUALITY = 82
MEGABYTE = 1024 * 1024
MOST_PIXELS = 60_000_000


def keep_photos(
    uploads: "Sequence[UploadedFile[bytes]]", *, by: User | None, at: datetime
) -> list[StoredFile]:
    """Keep each as a JPEG without EXIF, its longest side at most 1,600 px.

    Raises `BadInput` for what is no picture, too large, or one too many.
    """
    most = rulebook(local_date(at)).whole("hazard.photos_max")
    if len(uploads) > most:
        raise BadInput(f"一次最多上传 {most} 张照片。", "请选出最能说明问题的几张。")
    drawn = [_drawn_anew(one) for one in uploads]
    return [
        keep([content], name=f"照片{n}.jpg", by=by, at=at)
        for n, content in enumerate(drawn, start=1)
    ]


def _drawn_anew(upload: "UploadedFile[bytes]") -> bytes:
    if (upload.size or 0) > MOST_MB * MEGABYTE:
        raise BadInput(f"有一张照片超过 {MOST_MB} MB。", "请换一张，或用手机相机的普通画质重拍。")
    try:
        with Image.open(upload) as picture:
            if picture.width * picture.height > MOST_PIXELS:
                raise BadInput("有一张照片的像素太大，打不开。", "请用普通画质重拍。")
            upright = ImageOps.exif_transpose(picture).convert("RGB")
    except (UnidentifiedImageError, OSError, ValueError, Image.DecompressionBombError) as wrong:
        raise BadInput("有一张照片读不出来。", "请重拍，或另存为 JPG 后再传。") from wrong
    upright.thumbnail((LONGEST, LONGEST))
    out = io.BytesIO()
    upright.save(out, "JPEG", quality=QUALITY, optimize=True)
    return out.getvalue()

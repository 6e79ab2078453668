"""Proofs as they may be kept: photos drawn anew, films and papers by what they begin with."""

from collections.abc import Sequence
from datetime import datetime

from django.core.files.uploadedfile import UploadedFile

from anlan.foundation.accounts.models import User
from anlan.foundation.files.models import StoredFile
from anlan.foundation.files.services import keep_upload
from anlan.foundation.rules.queries import rulebook
from anlan.hazards.services.photos import keep_photos
from anlan.lib.dates import local_date
from anlan.lib.refusals import BadInput

PHOTOS = (".jpg", ".jpeg", ".png", ".webp")
OTHERS = (".mp4", ".mov", ".pdf")
LOOKED_AT = 12


def keep_proofs(
    uploads: "Sequence[UploadedFile[bytes]]", *, by: User, at: datetime
) -> list[StoredFile]:
    """Photos lose place, device and name; films and PDF are kept as they are.

    Raises `BadInput` for what is none of them, is too large, or one too many.
    """
    book = rulebook(local_date(at))
    most = book.whole("exemplar.proofs_max")
    if len(uploads) > most:
        raise BadInput(f"一次最多上传 {most} 份材料。", "请选出最能说明问题的几份。")
    for one in uploads:
        _refuse_a_stranger(one)
    photos = [one for one in uploads if _name(one).endswith(PHOTOS)]
    others = [one for one in uploads if not _name(one).endswith(PHOTOS)]
    mb = book.whole("exemplar.proof_mb")
    kept = [keep_upload(one, by=by, at=at, endings=OTHERS, most_mb=mb) for one in others]
    return [*keep_photos(photos, by=by, at=at), *kept]


def _name(upload: "UploadedFile[bytes]") -> str:
    return (upload.name or "").lower()


def _refuse_a_stranger(upload: "UploadedFile[bytes]") -> None:
    name = _name(upload)
    if not name.endswith((*PHOTOS, *OTHERS)):
        raise BadInput(
            f"不支持「{upload.name}」这种文件。", "请上传照片（JPG、PNG）、录像（MP4）或 PDF。"
        )
    head = upload.read(LOOKED_AT)
    upload.seek(0)
    pdf, film = head.startswith(b"%PDF"), head[4:8] == b"ftyp"
    if (name.endswith(".pdf") and not pdf) or (name.endswith((".mp4", ".mov")) and not film):
        raise BadInput(f"「{upload.name}」的内容与文件类型不符。", "请重新导出后再上传。")

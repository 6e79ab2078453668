"""Keeping files: hashed as they are written, named by their hash, never overwritten."""

import hashlib
import mimetypes
import os
import tempfile
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile

from anlan.foundation.accounts.models import User
from anlan.foundation.files.models import StoredFile
from anlan.lib.refusals import BadInput

MEGABYTE = 1024 * 1024


def keep_upload(
    upload: "UploadedFile[bytes]", *, by: User, at: datetime, endings: tuple[str, ...], most_mb: int
) -> StoredFile:
    """Keep what a person uploaded, if it is of a wanted kind and size."""
    name = upload.name or "未命名"
    if not name.lower().endswith(endings):
        raise BadInput(f"不支持「{name}」这种文件。", f"请上传以下格式之一：{'、'.join(endings)}。")
    if (upload.size or 0) > most_mb * MEGABYTE:
        raise BadInput(
            f"「{name}」有 {(upload.size or 0) / MEGABYTE:.0f} MB，超过 {most_mb} MB 的上限。",
            "请压缩或分段后再上传。",
        )
    if not upload.size:
        raise BadInput(f"「{name}」是空文件。", "请确认文件内容后重新上传。")
    return keep(upload.chunks(), name=name, by=by, at=at)


def keep(chunks: Iterable[bytes], *, name: str, by: User | None, at: datetime) -> StoredFile:
    """Write bytes to the content-addressed folder and name them; durable when it returns."""
    root = Path(settings.ANLAN_FILES)
    root.mkdir(parents=True, exist_ok=True)
    digest, size = hashlib.sha256(), 0
    with tempfile.NamedTemporaryFile(dir=root, prefix="incoming-", delete=False) as draft:
        try:
            for chunk in chunks:
                digest.update(chunk)
                size += len(chunk)
                draft.write(chunk)
            draft.flush()
            os.fsync(draft.fileno())
        except BaseException:
            Path(draft.name).unlink(missing_ok=True)
            raise
    stored = StoredFile(
        name=name[-200:],
        sha256=digest.hexdigest(),
        size=size,
        content_type=mimetypes.guess_type(name)[0] or "application/octet-stream",
        uploaded_by=by,
        at=at,
    )
    stored.path.parent.mkdir(parents=True, exist_ok=True)
    Path(draft.name).replace(stored.path)
    stored.save()
    return stored

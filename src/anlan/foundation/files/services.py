"""Keeping files: hashed as they are written, named by their hash, never overwritten."""

import errno
import hashlib
import logging
import mimetypes
import os
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from django.core.files.uploadedfile import UploadedFile

from anlan.foundation.accounts.models import User
from anlan.foundation.files.models import StoredFile
from anlan.foundation.files.places import PlaceFailed
from anlan.foundation.files.store import the_store
from anlan.lib.refusals import BadInput, Refused

log = logging.getLogger(__name__)
MEGABYTE = 1024 * 1024
INCOMING = "incoming-"
AT_ONCE = 8
FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}


class NotKept(Refused):
    """The server's disk is full or fails: nobody's fault who uploads, and nothing was kept."""

    status = 507


def keep_upload(
    upload: "UploadedFile[bytes]", *, by: User, at: datetime, endings: tuple[str, ...], most_mb: int
) -> StoredFile:
    """Keep what a person uploaded, if it is of a wanted kind and size."""
    name = acceptable(upload, endings=endings, most_mb=most_mb)
    return keep(upload.chunks(), name=name, by=by, at=at)


def acceptable(upload: "UploadedFile[bytes]", *, endings: tuple[str, ...], most_mb: int) -> str:
    """The upload's name. Raises `BadInput` for another kind, too much or nothing at all."""
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
    return name


def keep(chunks: Iterable[bytes], *, name: str, by: User | None, at: datetime) -> StoredFile:
    """Write bytes to the content-addressed folder and name them; durable when it returns.

    Raises `NotKept` when the disk is full or fails; nothing of the file stays behind then.
    """
    stored = StoredFile(
        name=name[-200:],
        content_type=_kind(name),
        uploaded_by=by,
        at=at,
    )
    with saying_not_kept():
        _write(stored, chunks)
    stored.save()
    return stored


def keep_draft(draft: Path, *, name: str, sha256: str, by: User | None, at: datetime) -> StoredFile:
    """Keep a draft of the store that is written and hashed already: nothing is copied on a disk."""
    stored = StoredFile(
        name=name[-200:],
        content_type=_kind(name),
        uploaded_by=by,
        at=at,
        sha256=sha256,
        size=draft.stat().st_size,
    )
    with saying_not_kept():
        the_store().put(draft, sha256)
    stored.save()
    return stored


@contextmanager
def saying_not_kept() -> Iterator[None]:
    """A disk or bucket that fails inside is told as `NotKept`."""
    try:
        yield
    except OSError as failure:
        log.exception("a file could not be kept")
        raise not_kept(failure) from failure
    except PlaceFailed as failure:
        log.exception("a file could not be kept")
        raise NotKept(
            "存放文件的对象存储暂时连不上，文件没有保存。",
            "请稍后重新提交；仍不行，请联系平台运维人员。其他已保存的内容不受影响。",
        ) from failure


def keep_all(
    pieces: Sequence[tuple[str, bytes]], *, by: User | None, at: datetime
) -> list[StoredFile]:
    """`keep` for many small files at once, (name, content) each: one statement for all the rows.

    Each is on disk before its row is written. Raises `NotKept`; then no row of them is there.
    """
    made = [
        StoredFile(name=name[-200:], content_type=_kind(name), uploaded_by=by, at=at)
        for name, _ in pieces
    ]
    contents = [[content] for _, content in pieces]
    # Each waits for the disk, not for the processor.
    with saying_not_kept(), ThreadPoolExecutor(AT_ONCE) as hands:
        list(hands.map(_write, made, contents))
    return StoredFile.objects.bulk_create(made)


def not_kept(failure: OSError) -> NotKept:
    """What to tell the person whose file the disk did not take."""
    full = failure.errno in FULL
    return NotKept(
        "服务器存储空间不足，文件没有保存。" if full else "服务器磁盘写入失败，文件没有保存。",
        "请稍后重新上传；仍不行，请联系平台运维人员。其他已保存的内容不受影响。",
    )


def _kind(name: str) -> str:
    return mimetypes.guess_type(name)[0] or "application/octet-stream"


def _write(stored: StoredFile, chunks: Iterable[bytes]) -> None:
    """Write a draft while hashing it, then give it its name; a draft that fails is removed."""
    store = the_store()
    store.desk.mkdir(parents=True, exist_ok=True)
    digest, stored.size = hashlib.sha256(), 0
    handle, path = tempfile.mkstemp(dir=store.desk, prefix=INCOMING)
    try:
        with os.fdopen(handle, "wb") as draft:
            for chunk in chunks:
                digest.update(chunk)
                stored.size += len(chunk)
                draft.write(chunk)
            draft.flush()
            os.fsync(draft.fileno())
        stored.sha256 = digest.hexdigest()
        store.put(Path(path), stored.sha256)
    except BaseException:
        Path(path).unlink(missing_ok=True)
        raise

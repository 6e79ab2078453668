"""Uploads of any length, in pieces, that go on where they were broken off (tus 1.0).

A room hands its page a permit; the page sends the file here, then names the upload in the room's
own form. The room takes it, once.
"""

import logging
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.core import signing
from django.db import transaction
from django.db.models import F, QuerySet, Sum

from anlan.foundation.accounts.models import User
from anlan.foundation.files.checksums import Checksum
from anlan.foundation.files.folder import sync_folder
from anlan.foundation.files.hashing import forget, state_at
from anlan.foundation.files.models import StoredFile, Upload
from anlan.foundation.files.receiving import Receiving, TooLong, draft_of
from anlan.foundation.files.removal import mark_removed
from anlan.foundation.files.services import NotKept, keep_draft, saying_not_kept
from anlan.foundation.files.store import the_store
from anlan.foundation.files.turns import Turn
from anlan.foundation.rules.queries import Rulebook, rulebook
from anlan.lib.dates import local_date
from anlan.lib.refusals import BadInput, Refused

log = logging.getLogger(__name__)
GIGABYTE = 1024**3
RESERVE = GIGABYTE  # an upload may not take what sign-ins and exams need
SALT = "anlan.upload"
PERMIT_SECONDS = 12 * 3600  # as long as a session


class WrongOffset(Refused):
    """The sender begins elsewhere than the received bytes end."""

    status = 409


class Gone(Refused):
    """The upload is over: taken, expired, or lost with its disk."""

    status = 410


def permit(*, by: User, purpose: str, endings: Sequence[str]) -> str:
    """What a room hands down to its page: who may upload which kind of file, and what for."""
    return signing.dumps({"by": str(by.uid), "for": purpose, "kinds": list(endings)}, salt=SALT)


def begin_upload(token: str, *, name: str, length: int, by: User, at: datetime) -> Upload:
    """Open an upload of `length` bytes; refuses before the first byte what could not be kept."""
    told = _read_permit(token, by)
    rules = rulebook(local_date(at))
    if not name.lower().endswith(tuple(told["kinds"])):
        kinds = "、".join(told["kinds"])
        raise BadInput(f"不支持「{name}」这种文件。", f"请上传以下格式之一：{kinds}。")
    _require_length(name, length, rules)
    _require_room(length, by, rules)
    upload = Upload.objects.create(
        by=by,
        purpose=told["for"],
        name=name[-200:],
        length=length,
        at=at,
        expires_at=_expiry(at),
    )
    with saying_not_kept():
        draft = draft_of(upload)
        draft.parent.mkdir(parents=True, exist_ok=True)
        draft.touch()
        sync_folder(draft.parent)
    return upload


def receive(
    upload: Upload,
    pieces: Iterable[bytes],
    *,
    offset: int,
    at: datetime,
    checksum: Checksum | None = None,
) -> Upload:
    """Append what comes, as far as it comes; the upload's `offset` tells how far that was.

    Raises `Busy` while another request sends, `WrongOffset`, `TooLong`, `WrongChecksum`, `NotKept`.
    Whatever was acknowledged before one of these stays.
    """
    turn, expires_at = Turn(draft_of(upload)), _expiry(at)
    turn.take()
    try:
        upload.refresh_from_db()
        require_open(upload, at)
        if offset != upload.offset:
            raise WrongOffset("续传的位置与服务器已收到的不一致。", "会自动按服务器的位置接着传。")
        if upload.file is not None:
            return upload
        with saying_not_kept():
            Receiving(upload, turn, expires_at, checksum).take_in(pieces)
    finally:
        turn.give_back()
    if upload.offset == upload.length:
        finish(upload, at=at)
    return upload


def finish(upload: Upload, *, at: datetime) -> StoredFile:
    """Give a whole upload its name in the store; done again it changes nothing.

    On a disk this is a rename. To a bucket it is sent now, which takes its time for gigabytes.
    """
    with Turn(draft_of(upload)).alone():
        upload.refresh_from_db()
        if upload.file is not None:
            return upload.file
        if not upload.sha256:
            state = state_at(upload.uid, upload.length, draft_of(upload))
            upload.sha256 = state.hexdigest()
            upload.save(update_fields=["sha256"])
        stored = _named(upload, at)
    _clear(upload)
    return stored


def finished_upload(uid: UUID, *, by: User, purpose: str, at: datetime) -> Upload:
    """A whole upload of this person for this purpose, not yet taken; or what to do instead."""
    upload = Upload.objects.filter(uid=uid, by=by, purpose=purpose).first()
    if upload is None:
        raise BadInput("没有找到刚才上传的文件。", "请重新选择文件，再传一次。")
    if upload.taken_at is not None:
        raise Refused("这份文件已经归档过了。", "请刷新页面查看。")
    if upload.offset < upload.length:
        raise Refused("文件还没有传完。", "请等上传完成后再提交；网络断过的，点「继续上传」。")
    finish(upload, at=at)
    return upload


def waiting_uploads(*, by: User, purpose: str, at: datetime) -> QuerySet[Upload]:
    """What somebody began for a purpose and hasn't handed in, the newest first."""
    found = Upload.objects.filter(by=by, purpose=purpose, taken_at=None, expires_at__gt=at)
    return found.order_by("-at")


def take(upload: Upload, *, at: datetime) -> StoredFile:
    """The room takes the file, once, in the transaction of what it does with it."""
    taken = Upload.objects.filter(pk=upload.pk, taken_at=None, file__isnull=False)
    if not taken.update(taken_at=at):
        raise Refused("这份文件已经归档过了。", "请刷新页面查看。")
    upload.refresh_from_db()
    assert upload.file is not None
    return upload.file


def discard(upload: Upload, *, at: datetime) -> None:
    """Throw an upload away that nobody has taken; raises `Busy` while it is being sent."""
    turn = Turn(draft_of(upload))
    turn.take()
    with transaction.atomic():
        locked = Upload.objects.select_for_update().filter(pk=upload.pk).first()
        if locked is not None and locked.file is not None and locked.taken_at is None:
            mark_removed([locked.file], at=at)
        Upload.objects.filter(pk=upload.pk).delete()
    _clear(upload)


def _clear(upload: Upload) -> None:
    draft = draft_of(upload)
    for path in (draft, Turn(draft).place):
        path.unlink(missing_ok=True)
    forget(upload.uid)


def require_open(upload: Upload, at: datetime) -> None:
    """Raises `Gone` for an upload that takes nothing more."""
    if upload.taken_at is not None:
        raise Gone("这份文件已经归档。", "要再传一份，请重新选择文件。")
    if upload.file is None and upload.expires_at <= at:
        raise Gone("这次上传放置太久，已经作废。", "请重新选择文件上传。")
    if not upload.sha256 and not draft_of(upload).exists():
        raise Gone("服务器上已收到的部分丢失了。", "请重新选择文件上传。")


def require_untaken(upload: Upload) -> None:
    if upload.taken_at is not None:
        raise Gone("这份文件已经归档，不能撤回。", "有误的请联系监管人员说明。")


def _named(upload: Upload, at: datetime) -> StoredFile:
    """The row of a whole upload, whose bytes a crash may have left under their name already."""
    draft = draft_of(upload)
    with saying_not_kept():
        if not draft.exists():
            draft = the_store().path(upload.sha256)
    with transaction.atomic():
        stored = keep_draft(draft, name=upload.name, sha256=upload.sha256, by=upload.by, at=at)
        upload.file = stored
        upload.save(update_fields=["file"])
    return stored


def _read_permit(token: str, by: User) -> dict[str, Any]:
    try:
        told: dict[str, Any] = signing.loads(token, salt=SALT, max_age=PERMIT_SECONDS)
    except signing.BadSignature as wrong:
        raise BadInput("这个页面打开太久，或不是本平台的页面。", "请刷新页面后再上传。") from wrong
    if told["by"] != str(by.uid):
        raise BadInput("这个页面是另一个账号打开的。", "请刷新页面后再上传。")
    return told


def _require_length(name: str, length: int, rules: Rulebook) -> None:
    if length <= 0:
        raise BadInput(f"「{name}」是空文件。", "请确认文件内容后重新上传。")
    most = rules.whole("upload.gb_max")
    if length > most * GIGABYTE:
        raise TooLong(
            f"「{name}」有 {length / GIGABYTE:.1f} GB，超过 {most} GB 的上限。", "请分段后再上传。"
        )


def _require_room(length: int, by: User, rules: Rulebook) -> None:
    """What others have begun is promised to them."""
    unfinished = Upload.objects.filter(file=None)
    most = rules.whole("upload.open_max")
    if unfinished.filter(by=by).count() >= most:
        raise Refused(f"您已有 {most} 份文件没有传完。", "请先传完或放弃其中一些，再传新的。")
    promised = unfinished.aggregate(n=Sum(F("length") - F("offset")))["n"] or 0
    if the_store().free() - promised - RESERVE < length:
        raise NotKept(
            f"服务器剩余空间放不下这份文件（{length / GIGABYTE:.1f} GB），没有开始上传。",
            "请联系平台运维人员扩容后再传；其他功能不受影响。",
        )


def _expiry(at: datetime) -> datetime:
    return at + timedelta(hours=rulebook(local_date(at)).whole("upload.keep_hours"))

"""Uploaded files hold people's ID numbers: who takes a copy is written down, their time ends."""

from datetime import datetime

from django.db import transaction

from anlan.foundation.accounts.models import User
from anlan.foundation.files.removal import mark_removed
from anlan.foundation.ledger import services as ledger
from anlan.injuries.models import Batch, BatchStatus
from anlan.injuries.queries import imports
from anlan.injuries.sheets import problem_sheet
from anlan.injuries.states import BATCH_STEPS
from anlan.lib.refusals import BadInput
from anlan.lib.states import advance

ORIGINAL, REFUSED = "original", "refused"
_WORDS = {ORIGINAL: "原文件", REFUSED: "未能导入的行"}


@transaction.atomic
def take_copy(batch: Batch, what: str, *, reason: str, by: User, at: datetime) -> tuple[bytes, str]:
    """The file as handed in, or its refused rows, and a name for it; one ledger line with the
    reason. Raises `BytesRemoved` once the file is gone."""
    if what not in _WORDS:
        raise BadInput("没有这一种文件。", "可以下载的是原文件，或未能导入的行。")
    if not reason.strip():
        raise BadInput(
            "下载要写明用途。", "文件里可能有身份证号，谁在什么时候为什么下载会记入台账。"
        )
    name = batch.file.name
    if what == ORIGINAL:
        content = imports.content_of(batch)
    else:
        content, name = problem_sheet(batch), f"{name.split('.', 1)[0]}-未导入的行.xlsx"
    ledger.record(
        batch.subject,
        "batch_copied",
        by=by,
        at=at,
        what=_WORDS[what],
        reason=reason.strip()[:200],
        file_sha256=batch.hash,
    )
    return content, name


@transaction.atomic
def forget_file(batch: Batch, *, at: datetime) -> None:
    """Destroy the file and its key; counts, reasons and hash stay. One left lying is given up."""
    if batch.status == BatchStatus.UPLOADED:
        advance(batch, BatchStatus.DISCARDED, BATCH_STEPS, finished_at=at)
    if not mark_removed([batch.file], at=at):
        return
    batch.file_key = ""
    batch.save(update_fields=["file_key"])
    ledger.record(batch.subject, "batch_file_removed", by=None, at=at, file_sha256=batch.hash)

"""Bank files: kept, read, looked at, confirmed; only then does anything stand in the bank.

A file is read again when it is confirmed: it can't have changed (its name is its hash), the bank
may have. Large files wait for the worker, who finds them by their state, also after a crash.
"""

from datetime import datetime
from typing import Any

from django.db import transaction

from anlan.assessments import queries
from anlan.assessments.models import (
    Bank,
    BankUpload,
    BankUploadStatus,
    CodeKind,
    Item,
    ItemCode,
    ItemStatus,
)
from anlan.assessments.parsing.drafts import ItemDraft
from anlan.assessments.parsing.files import read_file
from anlan.assessments.parsing.pictures import Album
from anlan.assessments.parsing.rows import Reading, Row
from anlan.assessments.parsing.sorting import Sorted, place, sort_rows
from anlan.assessments.states import BANK_UPLOAD_STEPS
from anlan.foundation.accounts.models import User
from anlan.foundation.files.models import StoredFile
from anlan.foundation.files.services import keep_all
from anlan.foundation.ledger.services import record
from anlan.foundation.rules.queries import rulebook
from anlan.lib.dates import local_date
from anlan.lib.refusals import BadInput, Refused
from anlan.lib.states import advance

AT_ONCE = 2000  # rows that a request imports itself; more wait for the worker
READ_AT_ONCE = 400_000  # bytes that a request reads itself
SHOWN_NEAR, SHOWN_NEW = 200, 20


@transaction.atomic
def upload_bank(
    bank: Bank, file: StoredFile, *, by: User, at: datetime, industry: str = ""
) -> BankUpload:
    """A file to be read; `industry` is given to every new item that names none of its own."""
    return BankUpload.objects.create(bank=bank, file=file, industry=industry, by=by, at=at)


def read_upload(upload: BankUpload, *, at: datetime) -> BankUpload:
    """Sort what the file holds, for the person to look at. Nothing of it is in the bank yet.

    A file that can't be read ends as failed and says why.
    """
    try:
        reading, told = _sorted(upload, at)
    except Refused as refused:
        said = f"{refused.message}{refused.next_step}"
        advance(upload, BankUploadStatus.FAILED, BANK_UPLOAD_STEPS, failure=said[:300])
        return upload
    advance(
        upload,
        BankUploadStatus.READ,
        BANK_UPLOAD_STEPS,
        format=reading.format,
        rows_near=len(told.near),
        preview=_preview(reading, told),
        **_counts(reading, told),
    )
    return upload


@transaction.atomic
def confirm_upload(upload: BankUpload, *, take_near: bool, by: User, at: datetime) -> BankUpload:
    """The person has looked: import it, with or without what reads like another item."""
    advance(upload, BankUploadStatus.CONFIRMED, BANK_UPLOAD_STEPS, take_near=take_near, by=by)
    return upload


@transaction.atomic
def discard_upload(upload: BankUpload, *, by: User, at: datetime) -> None:
    """Nothing of the file is taken."""
    advance(upload, BankUploadStatus.DISCARDED, BANK_UPLOAD_STEPS, finished_at=at)
    record(upload.bank.subject, "bank_upload_discarded", by=by, at=at, file=_named(upload))


@transaction.atomic
def import_upload(upload: BankUpload, *, at: datetime) -> BankUpload:
    """Put what is new into the bank, waiting for a second pair of eyes; the rest is counted."""
    Bank.objects.select_for_update().get(pk=upload.bank_id)
    reading, told = _sorted(upload, at)
    if not upload.take_near:
        told.leave_near_out()
    _add_items(upload, told.new, at)
    advance(
        upload,
        BankUploadStatus.DONE,
        BANK_UPLOAD_STEPS,
        finished_at=at,
        **_counts(reading, told),
    )
    record(
        upload.bank.subject,
        "bank_imported",
        by=upload.by,
        at=at,
        new=upload.rows_new,
        same=upload.rows_same,
        bad=upload.rows_bad,
        file=_named(upload),
    )
    return upload


def import_bank(
    bank: Bank, file: StoredFile, *, by: User, at: datetime, industry: str = ""
) -> BankUpload:
    """All steps at once, for the command line. Raises `BadInput` for a file that is no bank."""
    upload = upload_bank(bank, file, by=by, at=at, industry=industry)
    read_upload(upload, at=at)
    if upload.status == BankUploadStatus.FAILED:
        upload.delete()
        raise BadInput(upload.failure, "请改好后再导入。")
    return import_upload(confirm_upload(upload, take_near=True, by=by, at=at), at=at)


def work_on(upload: BankUpload, *, at: datetime) -> BankUpload:
    """What the worker does with a file: read it, or import what was confirmed."""
    if upload.status == BankUploadStatus.UPLOADED:
        return read_upload(upload, at=at)
    try:
        return import_upload(upload, at=at)
    except Refused as refused:
        said = f"{refused.message}{refused.next_step}"
        advance(upload, BankUploadStatus.FAILED, BANK_UPLOAD_STEPS, failure=said[:300])
        return upload


def _sorted(upload: BankUpload, at: datetime) -> tuple[Reading, Sorted]:
    bank = upload.bank
    album = Album(known=queries.picture_hashes(bank))

    def tell(rows: int) -> None:
        if upload.status == BankUploadStatus.UPLOADED:
            BankUpload.objects.filter(pk=upload.pk).update(rows_done=rows)

    reading = read_file(upload.file.path, upload.file.name, album, tell)
    near = rulebook(local_date(at)).number("bank.near_share")
    known = queries.known_items(bank)
    return reading, sort_rows(reading.rows, known, unit=reading.unit, near=near)


def _counts(reading: Reading, told: Sorted) -> dict[str, Any]:
    return {
        "rows_total": len(reading.rows),
        "rows_done": len(reading.rows),
        "rows_new": len(told.new),
        "rows_same": told.same,
        "problems": told.problems,
    }


def _preview(reading: Reading, told: Sorted) -> dict[str, Any]:
    near = [
        {
            "where": place(one.row, reading.unit),
            "text": one.row.draft.stem[:200] if one.row.draft else "",
            "like": one.where.strip(),
            "like_text": one.text[:200],
            "share": round(one.share * 100),
        }
        for one in told.near[:SHOWN_NEAR]
    ]
    sample = [
        {
            "where": place(row, reading.unit),
            "kind": row.draft.kind,
            "stem": row.draft.stem[:300],
            "options": list(row.draft.options),
            "answer": list(row.draft.answer),
            "picture": row.draft.picture is not None,
        }
        for row in told.new[:SHOWN_NEW]
        if row.draft
    ]
    pictures = sum(1 for row in told.new if row.draft and row.draft.picture)
    return {"near": near, "sample": sample, "pictures": pictures, "unit": reading.unit}


def _add_items(upload: BankUpload, rows: list[Row], at: datetime) -> None:
    drafts = [row.draft for row in rows if row.draft]
    images = _images(drafts, upload.by, at)
    items = [_item(upload, draft, images) for draft in drafts]
    Item.objects.bulk_create(items, batch_size=500)
    codes = [
        ItemCode(item=item, kind=kind, code=code)
        for item, draft in zip(items, drafts, strict=True)
        for kind, found in ((CodeKind.ROLE, draft.roles), (CodeKind.TRADE, draft.trades))
        for code in dict.fromkeys(found)
    ]
    ItemCode.objects.bulk_create(codes, batch_size=500)


def _images(drafts: list[ItemDraft], by: User, at: datetime) -> dict[str, StoredFile]:
    """Kept pictures by hash, each once."""
    pictures = {draft.picture.sha256: draft.picture for draft in drafts if draft.picture}
    pieces = [(f"题图-{name[:12]}{one.ending}", one.data) for name, one in pictures.items()]
    return {kept.sha256: kept for kept in keep_all(pieces, by=by, at=at)} if pieces else {}


def _item(upload: BankUpload, draft: ItemDraft, images: dict[str, StoredFile]) -> Item:
    return Item(
        bank_id=upload.bank_id,
        key=draft.fingerprint[:20],
        kind=draft.kind,
        stem=draft.stem,
        options=list(draft.options),
        answer=list(draft.answer),
        image=images[draft.picture.sha256] if draft.picture else None,
        explanation=draft.explanation,
        basis=draft.basis,
        risk=draft.risk,
        difficulty=draft.difficulty,
        industry=draft.industry or upload.industry,
        topic=draft.topic,
        fingerprint=draft.fingerprint,
        status=ItemStatus.REVIEW,
        author=upload.by,
    )


def _named(upload: BankUpload) -> str:
    return f"sha256:{upload.file.sha256}"

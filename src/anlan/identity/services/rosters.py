"""A roster on its way in: uploaded, its columns named, confirmed, imported in batches."""

import hashlib
from collections.abc import Mapping, Sequence
from datetime import datetime
from itertools import islice
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.urls import reverse

from anlan.foundation.accounts.models import User
from anlan.foundation.files import services as files
from anlan.foundation.files.removal import mark_removed
from anlan.foundation.files.sealed import keep_sealed
from anlan.foundation.ledger import services as ledger
from anlan.foundation.notices import services as notices
from anlan.identity import queries
from anlan.identity.models import RosterUpload, UploadStatus
from anlan.identity.rosters import EXPECTED, ROSTER_FIELDS, Reading
from anlan.identity.services.bulk import AT_ONCE, NewHand, Outcome, enrol_people
from anlan.identity.states import ROSTER_STEPS
from anlan.lib.columns import guess
from anlan.lib.refusals import BadInput, NotAllowed, Refused
from anlan.lib.spreadsheets import read_table
from anlan.lib.states import advance
from anlan.organizations.models import Organization, Status

ENDINGS = (".xlsx", ".xls", ".csv")
MOST_MB = 20
MOST_NOTES = 200


@transaction.atomic
def upload_roster(
    upload: "UploadedFile[Any]", organization: Organization, *, by: User, at: datetime
) -> RosterUpload:
    """Keep the file, sealed, and guess its columns; nothing is imported yet.

    Raises `BadInput` for a file of another kind, too large, damaged or without rows.
    """
    if organization.status != Status.APPROVED:
        raise Refused(
            f"「{organization.name}」还没有通过审核，暂不能上传花名册。", "请等待区县审核后再来。"
        )
    name = files.acceptable(upload, endings=ENDINGS, most_mb=MOST_MB)
    content = b"".join(upload.chunks())
    table = read_table(content, filename=name, expected=EXPECTED)
    sealed = keep_sealed(content, name=name, by=by, at=at)
    roster = RosterUpload.objects.create(
        organization=organization,
        file=sealed.file,
        file_key=sealed.key,
        sha256=sealed.sha256,
        sheet=table.sheet[:60],
        header_row=table.header_row,
        mapping=guess(table.headers, ROSTER_FIELDS).columns,
        rows_total=len(table.rows),
        notes=[f"{note}。" for note in table.notes],
        by=by,
        at=at,
    )
    _write(roster, "roster_uploaded", at, rows=len(table.rows))
    return roster


@transaction.atomic
def choose_columns(
    roster: RosterUpload, mapping: Mapping[str, int], *, sheet: str, by: User, at: datetime
) -> RosterUpload:
    """Say which column is which; another sheet has its columns guessed afresh."""
    _must_be_open(roster)
    if sheet and sheet != roster.sheet:
        roster.sheet = sheet
        table = queries.table_of(roster)
        mapping = guess(table.headers, ROSTER_FIELDS).columns
        roster.header_row, roster.rows_total = table.header_row, len(table.rows)
    _refuse_incomplete(mapping)
    roster.mapping = dict(mapping)
    roster.save(update_fields=["sheet", "header_row", "rows_total", "mapping"])
    return roster


@transaction.atomic
def confirm_roster(roster: RosterUpload, *, by: User, at: datetime) -> RosterUpload:
    """Hand the checked file to the worker."""
    _refuse_incomplete(roster.mapping)
    advance(roster, UploadStatus.QUEUED, ROSTER_STEPS)
    return roster


@transaction.atomic
def discard_roster(roster: RosterUpload, *, by: User, at: datetime) -> RosterUpload:
    """Give an upload up before anything of it is imported."""
    advance(roster, UploadStatus.DISCARDED, ROSTER_STEPS, finished_at=at)
    ledger.record(roster.organization.subject, "roster_discarded", by=by, at=at)
    return roster


def import_roster(roster: RosterUpload, *, at: datetime) -> RosterUpload:
    """Import what isn't yet, batch by batch; a killed import goes on where it stopped.

    A file that can't be read any more ends the upload as failed and says so; it is never retried.
    """
    if roster.status == UploadStatus.QUEUED:
        advance(roster, UploadStatus.IMPORTING, ROSTER_STEPS)
    try:
        reading = queries.reading_of(roster, queries.table_of(roster))
    except (Refused, OSError) as failure:
        return _fail(roster, failure, at)
    while roster.rows_done < len(reading.numbers):
        _import_batch(roster, reading, at)
    return _finish(roster, at)


@transaction.atomic
def _import_batch(roster: RosterUpload, reading: Reading, at: datetime) -> None:
    """The next rows, good and bad, and the upload's own count of them in one transaction."""
    start = roster.rows_done
    numbers = list(islice(reading.numbers, start, start + AT_ONCE))
    if start == 0:
        roster.notes = reading.notes[:MOST_NOTES]
    hand = NewHand(
        roster.organization,
        roster.by,
        at,
        synthetic=roster.organization.is_synthetic,
        source=str(roster.uid),
    )
    good = [reading.good[number] for number in numbers if number in reading.good]
    outcome = enrol_people(good, hand)
    bad = {n: reading.problems[n] for n in numbers if n in reading.problems} | outcome.problems
    _count(roster, numbers, outcome, bad)


def _count(
    roster: RosterUpload, numbers: list[int], outcome: Outcome, bad: Mapping[int, list[str]]
) -> None:
    done = roster.rows_done
    roster.rows_new += len(outcome.new)
    roster.rows_updated += len(outcome.updated)
    roster.rows_same += len(outcome.same)
    roster.problems = roster.problems | {str(number): said for number, said in sorted(bad.items())}
    roster.notes = [*roster.notes, *outcome.notes][:MOST_NOTES]
    roster.rows_done = done + len(numbers)
    names = ["rows_new", "rows_updated", "rows_same", "problems", "notes", "rows_done"]
    values = {name: getattr(roster, name) for name in names}
    mine = RosterUpload.objects.filter(pk=roster.pk, rows_done=done)
    if not mine.update(**values):
        raise NotAllowed("这份花名册正由另一个后台任务导入。", "请稍后刷新页面查看进度。")


@transaction.atomic
def _finish(roster: RosterUpload, at: datetime) -> RosterUpload:
    advance(roster, UploadStatus.DONE, ROSTER_STEPS, finished_at=at)
    _write(
        roster,
        "roster_imported",
        at,
        new=roster.rows_new,
        updated=roster.rows_updated,
        same=roster.rows_same,
        bad=roster.rows_bad,
        roster=str(roster.uid),
        file_sha256=roster.hash,
    )
    bad = f"，{roster.rows_bad} 行未能导入，请下载标注后的表格修改" if roster.rows_bad else ""
    notices.tell(
        [roster.by],
        f"花名册导入完成：新增 {roster.rows_new} 人{bad}"[:120],
        url=reverse("identity:upload", args=[roster.uid]),
        at=at,
        dedupe=f"roster/{roster.uid}/done",
    )
    return roster


@transaction.atomic
def _fail(roster: RosterUpload, failure: Exception, at: datetime) -> RosterUpload:
    said = failure.message if isinstance(failure, Refused) else "保存的文件读不出来"
    said = f"{said.rstrip('。')}。已导入的 {roster.rows_done} 行不受影响，请重新上传。"
    advance(roster, UploadStatus.FAILED, ROSTER_STEPS, failure=said[:300], finished_at=at)
    notices.tell(
        [roster.by],
        "花名册未能导入",
        body=said,
        url=reverse("identity:upload", args=[roster.uid]),
        at=at,
        dedupe=f"roster/{roster.uid}/failed",
    )
    return roster


def seal_clear_file(roster: RosterUpload, *, at: datetime) -> bool:
    """Seal a file of the days before files were sealed; the clear bytes go. Whether it was sealed.

    Who reads the row meanwhile finds the one or the other; the sweep waits before it takes bytes.
    """
    clear = roster.file
    content = clear.path.read_bytes()
    if hashlib.sha256(content).hexdigest() != clear.sha256:
        raise Refused("保存的花名册与登记的哈希不符。", "请从备份恢复后再试。")
    sealed = keep_sealed(content, name=clear.name, by=clear.uploaded_by, at=at)
    told = {"file": sealed.file, "file_key": sealed.key, "sha256": sealed.sha256}
    with transaction.atomic():
        mine = RosterUpload.objects.filter(pk=roster.pk, file=clear, sha256="")
        if not mine.update(**told):
            mark_removed([sealed.file], at=at)
            return False
        mark_removed([clear], at=at)
    return True


def forget_files(rosters: Sequence[RosterUpload], *, at: datetime) -> int:
    """Destroy the files and their keys; what came of them stays. How many there were."""
    gone = len(mark_removed([one.file for one in rosters], at=at))
    RosterUpload.objects.filter(pk__in=[one.pk for one in rosters]).update(file_key="")
    return gone


def _refuse_incomplete(mapping: Mapping[str, int]) -> None:
    missing = [w.label for w in ROSTER_FIELDS if w.required and w.key not in mapping]
    if missing:
        raise BadInput(f"还没有指明哪一列是{'、'.join(missing)}。", "请在“核对列”一步选好。")
    if len(set(mapping.values())) < len(mapping):
        raise BadInput("有一列被指给了两个项目。", "请为每个项目选不同的列。")


def _must_be_open(roster: RosterUpload) -> None:
    if roster.status != UploadStatus.UPLOADED:
        raise NotAllowed(
            f"这份花名册「{roster.get_status_display()}」，不能再改列。",
            "需更正的，请重新上传。",
        )


def note_roster_export(organization: Organization, people: int, *, by: User, at: datetime) -> None:
    """Somebody took the whole roster away with its numbers in clear."""
    ledger.record(organization.subject, "roster_exported", by=by, at=at, people=people)


def _write(upload: RosterUpload, verb: str, at: datetime, **data: Any) -> None:
    ledger.record(upload.organization.subject, verb, by=upload.by, at=at, **data)

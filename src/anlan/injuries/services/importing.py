"""Importing a confirmed file, a thousand rows a transaction; killed, it goes on where it was."""

from datetime import datetime
from typing import Any

from django.db import transaction
from django.urls import reverse

from anlan.foundation.ledger import services as ledger
from anlan.foundation.notices import services as notices
from anlan.foundation.rules.queries import rulebook
from anlan.injuries.clocks import Terms
from anlan.injuries.fields import Part
from anlan.injuries.models import Batch, BatchStatus, Case, CaseVersion, Report
from anlan.injuries.queries import imports
from anlan.injuries.rows import Reading, Row
from anlan.injuries.services.comparing import Change, Comparison, compare, record_of, record_values
from anlan.injuries.services.records import appraisal_from, recognition_from
from anlan.injuries.states import BATCH_STEPS
from anlan.lib.dates import local_date
from anlan.lib.prepared import update_rows
from anlan.lib.refusals import NotAllowed, Refused
from anlan.lib.states import advance

AT_ONCE = 1000
_NO_RECORDS: dict[Part, Any] = {}
_CASE_COLUMNS = [f for f in Case._meta.concrete_fields if not f.primary_key]


def import_batch(batch: Batch, *, at: datetime) -> Batch:
    """Import what isn't yet. A file that can't be read any more ends as failed and says so."""
    if batch.status == BatchStatus.QUEUED:
        advance(batch, BatchStatus.IMPORTING, BATCH_STEPS)
    try:
        reading = imports.reading_of(batch, imports.table_of(batch))
    except (Refused, OSError) as failure:
        return _fail(batch, failure, at)
    terms = Terms.of(rulebook(local_date(at)))
    while batch.rows_done < len(reading.numbers):
        _import_chunk(batch, reading, terms, at)
    return _finish(batch, at)


@transaction.atomic
def _import_chunk(batch: Batch, reading: Reading, terms: Terms, at: datetime) -> None:
    """The next rows, good and bad, and the batch's own count of them in one transaction."""
    numbers = reading.numbers[batch.rows_done : batch.rows_done + AT_ONCE]
    rows = [reading.good[number] for number in numbers if number in reading.good]
    assert batch.source is not None
    found = compare(rows, batch.source)
    _write_new(batch, found.new, terms, at)
    _write_changed(batch, found.changed, terms, at)
    bad = {n: reading.problems[n] for n in numbers if n in reading.problems}
    _count(batch, len(numbers), found, bad)


def _count(batch: Batch, done: int, found: Comparison, bad: dict[int, list[str]]) -> None:
    before = batch.rows_done
    batch.rows_new += len(found.new)
    batch.rows_changed += len(found.changed)
    batch.rows_same += len(found.same)
    batch.rows_refused += len(bad)
    batch.problems = batch.problems | {str(number): said for number, said in bad.items()}
    batch.rows_done = before + done
    names = ("rows_new", "rows_changed", "rows_same", "rows_refused", "problems", "rows_done")
    values = {name: getattr(batch, name) for name in names}
    if not Batch.objects.filter(pk=batch.pk, rows_done=before).update(**values):
        raise NotAllowed("这个文件正由另一个后台任务导入。", "请稍后刷新页面查看进度。")


def _write_new(batch: Batch, rows: list[Row], terms: Terms, at: datetime) -> None:
    cases = [
        Case(
            **row.case,
            source=batch.source,
            source_key=row.source_key,
            batch=batch,
            known_at=at,
            changed_at=at,
            is_synthetic=batch.by.is_synthetic or bool(row.link.get("synthetic")),
        )
        for row in rows
    ]
    made = Case.objects.bulk_create(cases, batch_size=AT_ONCE)
    fresh = [(case, row, _NO_RECORDS) for case, row in zip(made, rows, strict=True)]
    _write_records(fresh, terms)


def _write_changed(batch: Batch, changes: list[Change], terms: Terms, at: datetime) -> None:
    """New values in, former values kept as versions."""
    CaseVersion.objects.bulk_create(
        [
            CaseVersion(
                case=change.case,
                values=change.former,
                since=change.case.changed_at,
                replaced_at=at,
                batch=batch,
            )
            for change in changes
        ]
    )
    for change in changes:
        for name, value in change.row.case.items():
            setattr(change.case, name, value)
        change.case.changed_at = at
    update_rows([change.case for change in changes], [f.name for f in _CASE_COLUMNS])
    _write_records([(c.case, c.row, _records_of(c)) for c in changes], terms)


def _records_of(change: Change) -> dict[Part, Any]:
    case = change.case
    return {
        Part.REPORT: record_of(case, Part.REPORT),
        Part.RECOGNITION: record_of(case, Part.RECOGNITION),
        Part.APPRAISAL: change.appraisal,
    }


def _write_records(rows: list[tuple[Case, Row, dict[Part, Any]]], terms: Terms) -> None:
    """快报, 认定 and 鉴定 that the rows bring along, made or brought up to date."""
    fresh: dict[Part, list[Any]] = {Part.REPORT: [], Part.RECOGNITION: [], Part.APPRAISAL: []}
    known: dict[Part, list[Any]] = {Part.REPORT: [], Part.RECOGNITION: [], Part.APPRAISAL: []}
    for case, row, standing in rows:
        for part in fresh:
            said = record_values(row, part)
            if not said:
                continue
            record = standing.get(part)
            made = _MAKERS[part](case, record, said, terms)
            (fresh if record is None else known)[part].append(made)
    for made in fresh.values():
        if made:
            type(made[0])._default_manager.bulk_create(made, batch_size=AT_ONCE)
    for made in known.values():
        if made:
            columns = [f.name for f in type(made[0])._meta.concrete_fields if not f.primary_key]
            update_rows(made, columns)


def _report_from(case: Case, found: Any, said: dict[str, Any], terms: Terms) -> Report:
    report: Report = found or Report(case=case)
    report.noticed_at, report.reported_at = said["noticed_at"], said["reported_at"]
    return report


_MAKERS: dict[Part, Any] = {
    Part.REPORT: _report_from,
    Part.RECOGNITION: recognition_from,
    Part.APPRAISAL: appraisal_from,
}


@transaction.atomic
def _finish(batch: Batch, at: datetime) -> Batch:
    """One ledger line for the file, however many cases it held."""
    advance(batch, BatchStatus.DONE, BATCH_STEPS, finished_at=at)
    ledger.record(
        batch.subject,
        "batch_imported",
        by=batch.by,
        at=at,
        file_sha256=batch.file.sha256,
        source=batch.source.title if batch.source else "",
        rows=batch.rows_total,
        new=batch.rows_new,
        changed=batch.rows_changed,
        same=batch.rows_same,
        refused=batch.rows_refused,
    )
    bad = f"，{batch.rows_refused} 行未能导入" if batch.rows_refused else ""
    notices.tell(
        [batch.by],
        f"工伤案件导入完成：新增 {batch.rows_new}，更新 {batch.rows_changed}{bad}"[:120],
        url=reverse("injuries:batch", args=[batch.uid]),
        at=at,
        dedupe=f"{batch.subject}/done",
    )
    return batch


@transaction.atomic
def _fail(batch: Batch, failure: Exception, at: datetime) -> Batch:
    said = failure.message if isinstance(failure, Refused) else "保存的文件读不出来"
    said = f"{said.rstrip('。')}。已导入的 {batch.rows_done} 行不受影响，可以撤销，也可以重新上传。"
    advance(batch, BatchStatus.FAILED, BATCH_STEPS, failure=said[:300], finished_at=at)
    notices.tell(
        [batch.by],
        "工伤案件未能导入",
        body=said,
        url=reverse("injuries:batch", args=[batch.uid]),
        at=at,
        dedupe=f"{batch.subject}/failed",
    )
    return batch

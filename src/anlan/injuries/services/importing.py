"""Importing a confirmed file, a thousand rows a transaction; killed, it goes on where it was."""

from datetime import datetime

from django.db import transaction
from django.urls import reverse

from anlan.foundation.ledger import services as ledger
from anlan.foundation.notices import services as notices
from anlan.injuries.models import Batch, BatchStatus
from anlan.injuries.queries import imports
from anlan.injuries.rows import Reading
from anlan.injuries.services import ways
from anlan.injuries.services.comparing import Tally
from anlan.injuries.states import BATCH_STEPS
from anlan.lib.refusals import NotAllowed, Refused
from anlan.lib.states import advance

AT_ONCE = 1000
COUNTED = (
    "rows_new",
    "rows_changed",
    "rows_same",
    "rows_unplaced",
    "rows_refused",
    "problems",
    "rows_done",
)


def import_batch(batch: Batch, *, at: datetime) -> Batch:
    """Import what isn't yet. A file that can't be read any more ends as failed and says so."""
    if batch.status == BatchStatus.QUEUED:
        advance(batch, BatchStatus.IMPORTING, BATCH_STEPS)
    try:
        reading = imports.reading_of(batch, imports.table_of(batch))
    except (Refused, OSError) as failure:
        return _fail(batch, failure, at)
    while batch.rows_done < len(reading.numbers):
        _import_chunk(batch, reading, at)
    return _finish(batch, at)


@transaction.atomic
def _import_chunk(batch: Batch, reading: Reading, at: datetime) -> None:
    """The next rows, good and bad, and the batch's own count of them in one transaction."""
    numbers = reading.numbers[batch.rows_done : batch.rows_done + AT_ONCE]
    rows = [reading.good[number] for number in numbers if number in reading.good]
    assert batch.source is not None
    found = ways.of(batch.source).write(batch, rows, at)
    bad = {n: reading.problems[n] for n in numbers if n in reading.problems}
    _count(batch, len(numbers), found, bad)


def _count(batch: Batch, done: int, found: Tally, bad: dict[int, list[str]]) -> None:
    before = batch.rows_done
    batch.rows_new += found.new
    batch.rows_changed += found.changed
    batch.rows_same += found.same
    batch.rows_unplaced += found.unplaced
    batch.rows_refused += len(bad)
    batch.problems = batch.problems | {str(number): said for number, said in bad.items()}
    batch.rows_done = before + done
    values = {name: getattr(batch, name) for name in COUNTED}
    if not Batch.objects.filter(pk=batch.pk, rows_done=before).update(**values):
        raise NotAllowed("这个文件正由另一个后台任务导入。", "请稍后刷新页面查看进度。")


@transaction.atomic
def _finish(batch: Batch, at: datetime) -> Batch:
    """One ledger line for the file, however many cases it held."""
    advance(batch, BatchStatus.DONE, BATCH_STEPS, finished_at=at)
    ledger.record(
        batch.subject,
        "batch_imported",
        by=batch.by,
        at=at,
        file_sha256=batch.hash,
        source=batch.source.title if batch.source else "",
        kind=str(batch.source.get_kind_display()) if batch.source else "",
        rows=batch.rows_total,
        new=batch.rows_new,
        changed=batch.rows_changed,
        same=batch.rows_same,
        refused=batch.rows_refused,
    )
    bad = f"，{batch.rows_refused} 行未能导入" if batch.rows_refused else ""
    notices.tell(
        [batch.by],
        f"{_title(batch)}导入完成：新增 {batch.rows_new}，更新 {batch.rows_changed}{bad}"[:120],
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
        f"{_title(batch)}未能导入",
        body=said,
        url=reverse("injuries:batch", args=[batch.uid]),
        at=at,
        dedupe=f"{batch.subject}/failed",
    )
    return batch


def _title(batch: Batch) -> str:
    return str(batch.source.get_kind_display()) if batch.source else "文件"

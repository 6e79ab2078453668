"""A file of cases on its way in: kept, its source chosen, its columns and values matched, tried."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction

from anlan.foundation.accounts.models import User
from anlan.foundation.files import services as files
from anlan.injuries.cells import order_of
from anlan.injuries.fields import BY_KEY, FIELDS, choices_of, field_of
from anlan.injuries.models import Batch, BatchStatus, Source
from anlan.injuries.queries import imports
from anlan.injuries.rows import Reading
from anlan.injuries.services.comparing import compare
from anlan.injuries.states import BATCH_STEPS
from anlan.lib.columns import guess
from anlan.lib.refusals import BadInput, NotAllowed
from anlan.lib.spreadsheets import Table
from anlan.lib.states import advance

ENDINGS = (".xlsx", ".xls", ".csv", ".csv.gz")
MOST_MB = 20
AT_ONCE = 1000


@dataclass(frozen=True)
class Matching:
    """What a person says of a source's columns."""

    mapping: Mapping[str, str]
    key: Sequence[str]
    date_order: str = ""


@transaction.atomic
def upload_batch(
    upload: "UploadedFile[Any]",
    *,
    source: Source | None,
    title: str = "",
    foreign: bool = False,
    as_of: date | None = None,
    by: User,
    at: datetime,
) -> Batch:
    """Keep the file under a source that is known, or a new one; nothing is imported yet.

    Raises `BadInput` for a file of another kind, too large, damaged or without rows.
    """
    stored = files.keep_upload(upload, by=by, at=at, endings=ENDINGS, most_mb=MOST_MB)
    source = source or _new_source(title, foreign, by, at)
    batch = Batch(source=source, file=stored, as_of=as_of, by=by, at=at)
    table = imports.table_of(batch)
    batch.sheet, batch.rows_total = table.sheet[:60], len(table.rows)
    batch.save()
    if not source.mapping:
        _guess(source, table)
    return batch


@transaction.atomic
def choose_columns(batch: Batch, said: Matching, *, by: User, at: datetime) -> Source:
    """Say which heading is which field, for this file and every later one of the source."""
    _must_be_open(batch)
    mapping = {key: heading for key, heading in said.mapping.items() if key in BY_KEY and heading}
    if "injured_on" not in mapping:
        raise BadInput(
            "还没有指明哪一列是受伤日期。", "没有受伤日期的行不能算作案件，请选好再往下。"
        )
    headings = imports.table_of(batch).headers
    used = [part for heading in mapping.values() for part in heading.split(" + ")]
    unknown = [part for part in [*used, *said.key] if part not in headings]
    if unknown:
        raise BadInput(f"文件里没有「{'、'.join(unknown)}」这一列。", "请从列表里重新选择。")
    source = _source(batch)
    source.mapping, source.key, source.date_order = mapping, list(said.key), said.date_order
    source.save(update_fields=["mapping", "key", "date_order"])
    return source


@transaction.atomic
def choose_values(
    batch: Batch, values: Mapping[str, Mapping[str, str]], *, by: User, at: datetime
) -> Source:
    """Add what the file's words mean: field → {the file's word: our code}.

    Of a field without codes only words for nothing can be said: 01/01/1900 → "".
    """
    _must_be_open(batch)
    source = _source(batch)
    for key, pairs in values.items():
        if field_of(key) and (choices_of(key) or not any(pairs.values())):
            source.values[key] = {**source.values.get(key, {}), **pairs}
    source.save(update_fields=["values"])
    return source


@transaction.atomic
def try_batch(batch: Batch) -> Reading:
    """The dry run: counts and problems as an import would have them now, kept with the batch."""
    _must_be_open(batch)
    reading = imports.reading_of(batch, imports.table_of(batch))
    rows = [reading.good[number] for number in reading.numbers if number in reading.good]
    batch.rows_new = batch.rows_changed = batch.rows_same = 0
    for start in range(0, len(rows), AT_ONCE):
        found = compare(rows[start : start + AT_ONCE], _source(batch))
        batch.rows_new += len(found.new)
        batch.rows_changed += len(found.changed)
        batch.rows_same += len(found.same)
    batch.rows_refused = len(reading.problems)
    batch.problems = {str(number): said for number, said in reading.problems.items()}
    batch.save(update_fields=["rows_new", "rows_changed", "rows_same", "rows_refused", "problems"])
    return reading


@transaction.atomic
def confirm_batch(batch: Batch, *, by: User, at: datetime) -> Batch:
    """Hand the tried file to the worker; the counts of the dry run begin anew."""
    if "injured_on" not in _source(batch).mapping:
        raise BadInput("还没有指明哪一列是受伤日期。", "请在“核对列”一步选好。")
    zero = dict.fromkeys(("rows_new", "rows_changed", "rows_same", "rows_refused", "rows_done"), 0)
    advance(batch, BatchStatus.QUEUED, BATCH_STEPS, problems={}, **zero)
    return batch


@transaction.atomic
def discard_batch(batch: Batch, *, by: User, at: datetime) -> Batch:
    """Give a file up before anything of it is imported."""
    advance(batch, BatchStatus.DISCARDED, BATCH_STEPS, finished_at=at)
    return batch


def _new_source(title: str, foreign: bool, by: User, at: datetime) -> Source:
    title = title.strip()
    if not title:
        raise BadInput("还没有说这份文件从哪里来。", "请选一个已有来源，或写一个新来源的名称。")
    if Source.objects.filter(title=title).exists():
        raise BadInput(f"来源「{title}」已经有了。", "请直接在列表里选它，或换一个名称。")
    return Source.objects.create(title=title[:80], foreign=foreign, by=by, at=at)


def _guess(source: Source, table: Table) -> None:
    found = guess(table.headers, [field.wanted for field in FIELDS]).columns
    source.mapping = {key: table.headers[at] for key, at in found.items()}
    days = [found[f.key] for f in FIELDS if f.kind in {"day", "moment"} and f.key in found]
    source.date_order = order_of([row[at] for at in days for row in table.rows])
    keys = {"编号", "案件编号", "案号", "认定编号", "流水号", "序列号"}
    source.key = [heading for heading in table.headers if heading in keys][:1]
    source.save(update_fields=["mapping", "date_order", "key"])


def _source(batch: Batch) -> Source:
    if batch.source is None:
        raise BadInput("这份文件还没有数据来源。", "请放弃它，重新上传并选好来源。")
    return batch.source


def _must_be_open(batch: Batch) -> None:
    if batch.status != BatchStatus.UPLOADED:
        raise NotAllowed(
            f"这份文件「{batch.get_status_display()}」，不能再改对应关系。",
            "需更正的，请重新上传。",
        )

"""A file of cases on its way in: kept, its source chosen, its columns and values matched, tried."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction

from anlan.foundation.accounts.models import User
from anlan.foundation.files import services as files
from anlan.injuries.cells import month_of_heading, order_of
from anlan.injuries.fields import MONTHS_ACROSS, choices_of, field_of, fields_of, lacking
from anlan.injuries.models import Batch, BatchStatus, Source, SourceKind
from anlan.injuries.queries import imports
from anlan.injuries.rows import Reading
from anlan.injuries.services import ways
from anlan.injuries.states import BATCH_STEPS
from anlan.lib.columns import guess
from anlan.lib.refusals import BadInput, NotAllowed
from anlan.lib.sealed_bytes import fresh_key, seal_bytes
from anlan.lib.spreadsheets import Table
from anlan.lib.states import advance

ENDINGS = (".xlsx", ".xls", ".csv", ".csv.gz")
MOST_MB = 20
AT_ONCE = 1000
_COUNTS = ("rows_new", "rows_changed", "rows_same", "rows_unplaced", "rows_refused")


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
    kind: str = SourceKind.CASES,
    foreign: bool = False,
    as_of: date | None = None,
    by: User,
    at: datetime,
) -> Batch:
    """Keep the file, sealed, under a source that is known, or a new one; nothing is imported yet.

    `kind` is of a new source. Raises `BadInput` for a file of another kind, too large, damaged or
    without rows.
    """
    name = files.acceptable(upload, endings=ENDINGS, most_mb=MOST_MB)
    content = b"".join(upload.chunks())
    source = source or _new_source(title, kind, foreign, by, at)
    table = imports.read_upload(content, name, source.kind)
    batch = Batch(source=source, as_of=as_of, by=by, at=at)
    batch.sha256, batch.file_key = hashlib.sha256(content).hexdigest(), fresh_key()
    sealed = seal_bytes(content, batch.file_key, bound_to=batch.sha256)
    batch.file = files.keep([sealed], name=name, by=by, at=at)
    batch.sheet, batch.rows_total = table.sheet[:60], len(table.rows)
    batch.save()
    if not source.mapping:
        _guess(source, table)
    return batch


@transaction.atomic
def choose_columns(batch: Batch, said: Matching, *, by: User, at: datetime) -> Source:
    """Say which heading is which field, for this file and every later one of the source."""
    _must_be_open(batch)
    source = _source(batch)
    known = {field.key for field in fields_of(source.kind)}
    mapping = {key: heading for key, heading in said.mapping.items() if key in known and heading}
    require_columns(source, mapping)
    headings = imports.table_of(batch).headers
    used = [part for heading in mapping.values() for part in heading.split(" + ")]
    if mapping.get("people") == MONTHS_ACROSS:
        used.remove(MONTHS_ACROSS)
    unknown = [part for part in [*used, *said.key] if part not in headings]
    if unknown:
        raise BadInput(f"文件里没有「{'、'.join(unknown)}」这一列。", "请从列表里重新选择。")
    source.mapping, source.key, source.date_order = mapping, list(said.key), said.date_order
    source.save(update_fields=["mapping", "key", "date_order"])
    return source


@transaction.atomic
def choose_values(
    batch: Batch, values: Mapping[str, Mapping[str, str]], *, by: User, at: datetime
) -> Source:
    """Add what the file's words mean: field → {the file's word: our code}.

    Of a field without codes only words for nothing can be said: 01/01/1900 → "". The word itself
    takes that back: it stands for what it says.
    """
    _must_be_open(batch)
    source = _source(batch)
    for key, pairs in values.items():
        if choices_of(key) and field_of(key):
            source.values[key] = {**source.values.get(key, {}), **pairs}
            continue
        nothing = {word: code for word, code in pairs.items() if code in ("", word)}
        if key in {field.key for field in fields_of(source.kind)} and nothing:
            kept = {**source.values.get(key, {}), **nothing}
            source.values[key] = {word: "" for word, code in kept.items() if code == ""}
    source.save(update_fields=["values"])
    return source


@transaction.atomic
def try_batch(batch: Batch) -> Reading:
    """The dry run: counts and problems as an import would have them now, kept with the batch."""
    _must_be_open(batch)
    reading = imports.reading_of(batch, imports.table_of(batch))
    rows = [reading.good[number] for number in reading.numbers if number in reading.good]
    batch.rows_new = batch.rows_changed = batch.rows_same = batch.rows_unplaced = 0
    for start in range(0, len(rows), AT_ONCE):
        found = ways.of(_source(batch)).tally(rows[start : start + AT_ONCE], _source(batch))
        batch.rows_new += found.new
        batch.rows_changed += found.changed
        batch.rows_same += found.same
        batch.rows_unplaced += found.unplaced
    batch.rows_refused = len(reading.problems)
    batch.problems = {str(number): said for number, said in reading.problems.items()}
    batch.save(update_fields=[*_COUNTS, "problems"])
    return reading


@transaction.atomic
def confirm_batch(batch: Batch, *, by: User, at: datetime) -> Batch:
    """Hand the tried file to the worker; the counts of the dry run begin anew."""
    require_columns(_source(batch), _source(batch).mapping)
    zero = dict.fromkeys((*_COUNTS, "rows_done"), 0)
    advance(batch, BatchStatus.QUEUED, BATCH_STEPS, problems={}, **zero)
    return batch


@transaction.atomic
def discard_batch(batch: Batch, *, by: User, at: datetime) -> Batch:
    """Give a file up before anything of it is imported."""
    advance(batch, BatchStatus.DISCARDED, BATCH_STEPS, finished_at=at)
    return batch


def require_columns(source: Source, mapping: Mapping[str, str]) -> None:
    """Raises `BadInput` while a column that such a file can't do without isn't matched."""
    if missing := lacking(source.kind, mapping):
        raise BadInput(f"还没有指明哪一列是{missing}。", "请在“核对列”一步选好再往下。")


def _new_source(title: str, kind: str, foreign: bool, by: User, at: datetime) -> Source:
    title = title.strip()
    if not title:
        raise BadInput("还没有说这份文件从哪里来。", "请选一个已有来源，或写一个新来源的名称。")
    if Source.objects.filter(title=title).exists():
        raise BadInput(f"来源「{title}」已经有了。", "请直接在列表里选它，或换一个名称。")
    if kind not in SourceKind.values:
        raise BadInput("没有这一种文件。", "请选工伤案件、参保人数，或统计表和代码表。")
    return Source.objects.create(title=title[:80], kind=kind, foreign=foreign, by=by, at=at)


def _guess(source: Source, table: Table) -> None:
    fields = fields_of(source.kind)
    found = guess(table.headers, [field.wanted for field in fields]).columns
    source.mapping = {key: table.headers[at] for key, at in found.items()}
    if source.kind == SourceKind.HEADCOUNTS:
        _guess_months(source, table)
    days = [found[f.key] for f in fields if f.kind in {"day", "moment"} and f.key in found]
    source.date_order = order_of([row[at] for at in days for row in table.rows])
    keys = {"编号", "案件编号", "案号", "认定编号", "流水号", "序列号"}
    if source.kind != SourceKind.HEADCOUNTS:
        source.key = [heading for heading in table.headers if heading in keys][:1]
    source.save(update_fields=["mapping", "date_order", "key"])


def _guess_months(source: Source, table: Table) -> None:
    """Two months in the headings, and no column of months: one column a month."""
    months = [heading for heading in table.headers if month_of_heading(heading)]
    if len(months) > 1 and "month" not in source.mapping:
        source.mapping["people"] = MONTHS_ACROSS


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

"""Reads of sources and batches: the file's table, its rows as understood, what stands already."""

import zlib
from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from django.db.models import Q, QuerySet

from anlan.foundation.accounts.models import User
from anlan.foundation.accounts.policies import is_city_official
from anlan.injuries.fields import expected_of
from anlan.injuries.figure_rows import understand_figures
from anlan.injuries.headcount_rows import understand_headcounts
from anlan.injuries.models import Appraisal, Batch, BatchStatus, Case, Figure, Source, SourceKind
from anlan.injuries.rows import Layout, Reading, understand
from anlan.lib.dates import local_date
from anlan.lib.sealed_bytes import CannotOpen, open_bytes
from anlan.lib.spreadsheets import BadSpreadsheet, Limits, Table, read_table

MEGABYTE = 1 << 20
LIMITS = Limits(max_bytes=60 * MEGABYTE, max_rows=100_000)


def batches_for(user: User) -> QuerySet[Batch]:
    """Files are the city's; whoever isn't its official sees none."""
    rows = Batch.objects.select_related("source", "file", "by").order_by("-at", "-id")
    return rows if is_city_official(user) else rows.none()


def batch_for(user: User, uid: UUID | str) -> Batch:
    """The batch if the user may see it; `Batch.DoesNotExist` otherwise."""
    return batches_for(user).get(uid=uid)


def batches_to_import() -> QuerySet[Batch]:
    """Confirmed ones, and those whose worker was killed half-way; the oldest first."""
    waiting = [BatchStatus.QUEUED, BatchStatus.IMPORTING]
    rows = Batch.objects.filter(status__in=waiting)
    return rows.select_related("source", "file", "by").order_by("at", "id")


def content_of(batch: Batch) -> bytes:
    """The file as handed in, unsealed in memory. Raises `BytesRemoved` once its time is over."""
    batch.file.require_bytes()
    stored = batch.file.path.read_bytes()
    if not batch.file_key:
        return stored  # of the days before files were sealed
    try:
        return open_bytes(stored, batch.file_key, bound_to=batch.sha256)
    except CannotOpen:
        raise BadSpreadsheet(
            "保存的文件打不开，可能已被改动", "请重新上传，并告知平台运维人员"
        ) from None


def table_of(batch: Batch) -> Table:
    """The file's rows, read again from disk. Raises `BadSpreadsheet`."""
    kind = batch.source.kind if batch.source else SourceKind.CASES
    return read_upload(content_of(batch), batch.file.name, kind, sheet=batch.sheet)


def read_upload(content: bytes, name: str, kind: str, *, sheet: str = "") -> Table:
    """A file of that kind as a table. Raises `BadSpreadsheet`."""
    if name.lower().endswith(".gz"):
        content, name = _unpacked(content), name[:-3]
    expected = expected_of(kind)
    return read_table(content, filename=name, sheet=sheet or None, expected=expected, limits=LIMITS)


def _unpacked(content: bytes) -> bytes:
    """The file inside a .gz, refused when it grows past the limit: a few kB can hold gigabytes."""
    inflater = zlib.decompressobj(wbits=31)
    try:
        inside = inflater.decompress(content, LIMITS.max_bytes + 1)
    except zlib.error:
        raise BadSpreadsheet("压缩文件已损坏，打不开", "请解压后上传里面的表格") from None
    if len(inside) > LIMITS.max_bytes:
        raise BadSpreadsheet(f"解压后超过 {LIMITS.max_bytes // MEGABYTE} MB", "请分成几个文件上传")
    return inside


def layout_of(source: Source) -> Layout:
    return Layout(source.mapping, source.values, source.key, source.date_order, source.foreign)


def reading_of(batch: Batch, table: Table) -> Reading:
    """The rows as the source's present mapping has them, on the day of the upload."""
    if batch.source is None:
        raise BadSpreadsheet("还没有选数据来源", "请回到上一步选好")
    read = _READERS[SourceKind(batch.source.kind)]
    return read(table, layout_of(batch.source), today=local_date(batch.at))


_READERS = {
    SourceKind.CASES: understand,
    SourceKind.HEADCOUNTS: understand_headcounts,
    SourceKind.FIGURES: understand_figures,
}


def known_figures(source: Source, keys: Collection[str]) -> dict[str, Figure]:
    """Rows of the source's tables as they stand now, by their key."""
    rows = Figure.objects.filter(source=source, source_key__in=keys, replaced_at=None)
    return {row.source_key: row for row in rows}


def files_to_forget(before: datetime) -> QuerySet[Batch]:
    """Batches whose file is still kept though they were over, or handed in, before that moment."""
    over = Q(finished_at__lt=before) | Q(undone_at__lt=before)
    open_ = Q(status=BatchStatus.UPLOADED, at__lt=before)
    rows = Batch.objects.filter(over | open_, file__removed_at=None)
    return rows.exclude(status__in=[BatchStatus.QUEUED, BatchStatus.IMPORTING]).select_related(
        "file"
    )


def known_cases(source: Source, keys: Collection[str]) -> dict[str, Case]:
    """Cases of the source by the key of their row, with their records."""
    rows = Case.objects.filter(source=source, source_key__in=keys, withdrawn_at=None)
    return {case.source_key: case for case in rows.select_related("report", "recognition")}


def first_appraisals(cases: Collection[Case]) -> dict[int, Appraisal]:
    """The first 鉴定 of each case that has one: what a file's columns speak of."""
    found = Appraisal.objects.filter(case__in=[case.pk for case in cases], no=1)
    return {one.case_id: one for one in found}

"""Reads of sources and batches: the file's table, its rows as understood, what stands already."""

import zlib
from collections.abc import Collection
from uuid import UUID

from django.db.models import QuerySet

from anlan.foundation.accounts.models import User
from anlan.foundation.accounts.policies import is_city_official
from anlan.injuries.fields import EXPECTED
from anlan.injuries.models import Appraisal, Batch, BatchStatus, Case, Source
from anlan.injuries.rows import Layout, Reading, understand
from anlan.lib.dates import local_date
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


def table_of(batch: Batch) -> Table:
    """The file's rows, read again from disk. Raises `BadSpreadsheet`."""
    name, content = batch.file.name, batch.file.path
    if name.lower().endswith(".gz"):
        return _table(_unpacked(content.read_bytes()), name[:-3], batch.sheet)
    return _table(content, name, batch.sheet)


def _table(content: "bytes | object", name: str, sheet: str) -> Table:
    return read_table(
        content,  # type: ignore[arg-type]
        filename=name,
        sheet=sheet or None,
        expected=EXPECTED,
        limits=LIMITS,
    )


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
    return understand(table, layout_of(batch.source), today=local_date(batch.at))


def known_cases(source: Source, keys: Collection[str]) -> dict[str, Case]:
    """Cases of the source by the key of their row, with their records."""
    rows = Case.objects.filter(source=source, source_key__in=keys, withdrawn_at=None)
    return {case.source_key: case for case in rows.select_related("report", "recognition")}


def first_appraisals(cases: Collection[Case]) -> dict[int, Appraisal]:
    """The first 鉴定 of each case that has one: what a file's columns speak of."""
    found = Appraisal.objects.filter(case__in=[case.pk for case in cases], no=1)
    return {one.case_id: one for one in found}

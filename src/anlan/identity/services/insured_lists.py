"""参保人员名单: uploaded by the city, confirmed, imported in batches, in force until the next."""

from collections.abc import Mapping
from datetime import date, datetime
from itertools import islice
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.urls import reverse

from anlan.foundation.accounts.models import User
from anlan.foundation.files.removal import mark_removed
from anlan.foundation.ledger.services import record
from anlan.foundation.notices.services import tell
from anlan.identity.insured import Stretch, stretches_of
from anlan.identity.models import InsuredList, InsuredPerson, SealedStatus
from anlan.identity.queries import insured as queries
from anlan.identity.services.sealed import choose, put_away, refuse_incomplete
from anlan.identity.states import SEALED_STEPS
from anlan.lib.dates import local_date
from anlan.lib.refusals import BadInput, NotAllowed, Refused
from anlan.lib.sealed_bytes import CannotOpen
from anlan.lib.states import advance

AT_ONCE = 5000
Row = tuple[int, Stretch | str]


@transaction.atomic
def upload_list(
    upload: "UploadedFile[Any]", *, as_of: date, whole: bool, by: User, at: datetime
) -> InsuredList:
    """Keep the sealed file; nothing is imported yet. Raises `BadInput`."""
    if as_of > local_date(at):
        raise BadInput("名单截至的日期在今天之后。", "请填写社保机构导出名单的那一天。")
    made = InsuredList(as_of=as_of, whole=whole)
    put_away(made, upload, by=by, at=at)
    made.save()
    record(made.subject, "insured_uploaded", by=by, at=at, rows=made.rows_total)
    return made


@transaction.atomic
def choose_list_columns(
    uploaded: InsuredList, mapping: Mapping[str, int], *, sheet: str, by: User, at: datetime
) -> None:
    choose(uploaded, mapping, sheet)


@transaction.atomic
def confirm_list(uploaded: InsuredList, *, by: User, at: datetime) -> None:
    """Hand the checked file to the worker."""
    refuse_incomplete(uploaded)
    advance(uploaded, SealedStatus.QUEUED, SEALED_STEPS)


@transaction.atomic
def discard_list(uploaded: InsuredList, *, by: User, at: datetime) -> None:
    """Give an upload up before anything of it is imported; the file goes at once."""
    advance(uploaded, SealedStatus.DISCARDED, SEALED_STEPS, finished_at=at)
    end_list_file(uploaded, at=at)
    record(uploaded.subject, "insured_discarded", by=by, at=at)


def import_list(uploaded: InsuredList, *, at: datetime) -> None:
    """Import what isn't yet; a killed import goes on where it stopped.

    A file that can't be read any more ends as failed and says so.
    """
    if uploaded.status == SealedStatus.QUEUED:
        advance(uploaded, SealedStatus.RUNNING, SEALED_STEPS)
    try:
        table = queries.table_of(uploaded)
    except (Refused, OSError, CannotOpen) as failure:
        _fail(uploaded, failure, at)
        return
    rows = stretches_of(table, uploaded.mapping, today=local_date(uploaded.at))
    waiting = islice(rows, uploaded.rows_done, None)
    while batch := list(islice(waiting, AT_ONCE)):
        _import_batch(uploaded, batch)
    _finish(uploaded, at)


@transaction.atomic
def _import_batch(uploaded: InsuredList, batch: list[Row]) -> None:
    """Rows and the list's own count of them in one transaction."""
    good = [row for _, row in batch if isinstance(row, Stretch)]
    InsuredPerson.objects.bulk_create(
        [
            InsuredPerson(
                list=uploaded,
                id_index=queries.insured_index(one.id_number),
                uscc=one.uscc,
                since=one.since,
                until=one.until,
            )
            for one in good
        ],
        batch_size=1000,
    )
    done = uploaded.rows_done
    uploaded.rows_done += len(batch)
    uploaded.rows_good += len(good)
    mine = InsuredList.objects.filter(pk=uploaded.pk, rows_done=done)
    if not mine.update(rows_done=uploaded.rows_done, rows_good=uploaded.rows_good):
        raise NotAllowed("这份名单正由另一个后台任务导入。", "请稍后刷新页面查看进度。")


@transaction.atomic
def _finish(uploaded: InsuredList, at: datetime) -> None:
    """In force from now on; a whole list takes the place of all others. An empty one does not."""
    counts = bool(uploaded.rows_good)
    if uploaded.whole and counts:
        InsuredList.objects.filter(in_force=True).update(in_force=False)
    advance(uploaded, SealedStatus.DONE, SEALED_STEPS, in_force=counts, finished_at=at)
    record(
        uploaded.subject,
        "insured_imported",
        by=uploaded.by,
        at=at,
        good=uploaded.rows_good,
        bad=uploaded.rows_bad,
        as_of=uploaded.as_of.isoformat(),
        whole=uploaded.whole,
        file_sha256=uploaded.file.sha256,
    )
    bad = f"，{uploaded.rows_bad} 行未能导入" if uploaded.rows_bad else ""
    said = f"参保人员名单导入完成：{uploaded.rows_good} 行{bad}"
    _tell(uploaded, said if counts else "参保人员名单没有一行可用，原来的名单继续使用", at)


@transaction.atomic
def _fail(uploaded: InsuredList, failure: Exception, at: datetime) -> None:
    said = failure.message if isinstance(failure, Refused) else "保存的文件读不出来"
    said = f"{said.rstrip('。')}。原来的名单继续使用，请重新上传。"
    advance(uploaded, SealedStatus.FAILED, SEALED_STEPS, failure=said[:300], finished_at=at)
    _tell(uploaded, "参保人员名单未能导入", at, said)


@transaction.atomic
def stop_list(uploaded: InsuredList, *, reason: str, by: User, at: datetime) -> None:
    """A list that proves wrong says nothing any more; its rows go with the next round."""
    said = reason.strip()[:200]
    if not said:
        raise BadInput("停用名单要写明理由。", "例如：导出时漏了两个区县，已请社保机构重新导出。")
    if not InsuredList.objects.filter(pk=uploaded.pk, in_force=True).update(in_force=False):
        raise NotAllowed("这份名单没有在使用。", "请刷新页面查看最新状态。")
    record(uploaded.subject, "insured_stopped", by=by, at=at, reason=said)


@transaction.atomic
def end_list_file(uploaded: InsuredList, *, at: datetime) -> None:
    """Destroy the sealed file and its key; what was imported of it stays."""
    mark_removed([uploaded.file], at=at)
    uploaded.key = ""
    InsuredList.objects.filter(pk=uploaded.pk).update(key="")


def _tell(uploaded: InsuredList, title: str, at: datetime, body: str = "") -> None:
    tell(
        [uploaded.by],
        title,
        body=body,
        url=reverse("identity:insured_list", args=[uploaded.uid]),
        at=at,
        dedupe=f"insured-list/{uploaded.uid}/{uploaded.status}",
    )

"""File in, file out: names and numbers compared with who is on file and who is insured.

A check is worked out whole and written in one transaction, so that a killed one begins anew.
"""

from collections import Counter
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.db.models import F
from django.urls import reverse

from anlan.foundation.accounts.models import User
from anlan.foundation.accounts.queries import reach
from anlan.foundation.files.removal import mark_removed
from anlan.foundation.files.services import keep
from anlan.foundation.ledger.services import record
from anlan.foundation.notices.services import tell
from anlan.foundation.rules.queries import rulebook
from anlan.identity.insured import Against, Asked, Known, Result, asked_of, judge
from anlan.identity.models import InsuredCheck, Person, Reveal, SealedStatus
from anlan.identity.models.people import INSURED
from anlan.identity.queries import insured as queries
from anlan.identity.services.sealed import choose, put_away, refuse_incomplete
from anlan.identity.states import SEALED_STEPS
from anlan.lib.dates import date_text, local_date, moment_text
from anlan.lib.refusals import NotAllowed, Refused
from anlan.lib.sealed_bytes import CannotOpen, open_bytes, seal_bytes
from anlan.lib.spreadsheets import Table, Told, with_results
from anlan.lib.states import advance
from anlan.organizations.models import Organization, Status

Verdicts = dict[int, tuple[Result, str]]


@transaction.atomic
def upload_check(
    upload: "UploadedFile[Any]", organization: Organization, *, by: User, at: datetime
) -> InsuredCheck:
    """Keep the sealed file; nothing is compared yet. Raises `BadInput`."""
    if organization.status != Status.APPROVED:
        raise Refused(f"「{organization.name}」还没有通过审核，暂不能核对参保。", "请等待审核。")
    days = rulebook(local_date(at)).whole("identity.insured_check_days")
    made = InsuredCheck(organization=organization, expires_at=at + timedelta(days=days))
    put_away(made, upload, by=by, at=at)
    made.save()
    return made


@transaction.atomic
def start_check(
    check: InsuredCheck, mapping: Mapping[str, int], *, sheet: str, by: User, at: datetime
) -> bool:
    """Say which column is which and hand the file to the worker.

    False when another sheet was chosen: its columns are guessed and want to be looked at first.
    """
    other = bool(sheet) and sheet != check.sheet
    choose(check, mapping, sheet)
    if other:
        return False
    refuse_incomplete(check)
    most = rulebook(local_date(at)).whole("identity.insured_rows_day_max")
    asked = queries.rows_asked_today(check.organization, at)
    if asked + check.rows_total > most:
        raise Refused(
            f"本单位今天已核对 {asked} 行，加上这份的 {check.rows_total} 行超过每天 {most} 行。",
            "请明天再核对，或先去掉已核对过的行。",
        )
    advance(check, SealedStatus.QUEUED, SEALED_STEPS, queued_at=at)
    record(check.organization.subject, "insured_check_asked", by=by, at=at, rows=check.rows_total)
    return True


@transaction.atomic
def discard_check(check: InsuredCheck, *, by: User, at: datetime) -> None:
    """Give a file up before it is compared; it goes at once."""
    advance(check, SealedStatus.DISCARDED, SEALED_STEPS, finished_at=at)
    end_check(check, at=at)


def run_check(check: InsuredCheck, *, at: datetime) -> None:
    """Compare every row and write the result. A file that can't be read ends as failed."""
    if check.status == SealedStatus.QUEUED:
        advance(check, SealedStatus.RUNNING, SEALED_STEPS)
    try:
        table = queries.table_of(check)
    except (Refused, OSError, CannotOpen) as failure:
        _fail(check, failure, at)
        return
    asked = asked_of(table, check.mapping, today=local_date(check.at))
    people = queries.people_by_number({row.id_number for row in asked if row.id_number})
    verdicts = _verdicts(check, asked, people, at)
    _finish(check, table, verdicts, people, at)


def _verdicts(
    check: InsuredCheck, asked: list[Asked], people: Mapping[str, Person], at: datetime
) -> Verdicts:
    insured = queries.insured_by_number({row.id_number for row in asked if row.id_number})
    check.as_of = queries.complete_to()
    against = Against(
        uscc=check.organization.uscc,
        day=local_date(at),
        as_of=check.as_of,
        employers=_employers(check, [one.uscc for rows in insured.values() for one in rows]),
    )
    found: Verdicts = {}
    first: dict[str, int] = {}
    for row in asked:
        person = people.get(row.id_number)
        known = Known(person.name if person else None, insured.get(row.id_number, ()))
        result, said = judge(row, known, against)
        before = first.setdefault(row.id_number, row.number) if row.id_number else row.number
        if before != row.number:
            said = "；".join(filter(None, (said, f"号码与第 {before} 行相同")))
        found[row.number] = (result, said)
    return found


def _employers(check: InsuredCheck, codes: list[str]) -> dict[str, str] | None:
    """Where else somebody is insured is for officials to know, not for another employer."""
    return queries.employers_named(codes) if reach(check.by).official else None


@transaction.atomic
def _finish(
    check: InsuredCheck,
    table: Table,
    verdicts: Verdicts,
    people: Mapping[str, Person],
    at: datetime,
) -> None:
    counts = Counter(str(result) for result, _ in verdicts.values())
    check.counts = dict(counts)
    content = _sheet(check, table, verdicts, at)
    sealed = seal_bytes(content, check.key, bound_to=_name(check))
    file = keep([sealed], name=f"insured-{check.uid}-result.sealed", by=None, at=at)
    _let_them_know(check, people, at)
    days = rulebook(local_date(at)).whole("identity.insured_check_days")
    advance(
        check,
        SealedStatus.DONE,
        SEALED_STEPS,
        counts=check.counts,
        as_of=check.as_of,
        rows_total=len(verdicts),
        result=file,
        finished_at=at,
        expires_at=at + timedelta(days=days),
    )
    mark_removed([check.file], at=at)  # every row of it stands in the result
    record(
        check.organization.subject,
        "insured_checked",
        by=check.by,
        at=at,
        rows=len(verdicts),
        counts=check.counts,
        file_sha256=file.sha256,
    )
    _tell(check, f"参保核对完成：共 {len(verdicts)} 行", at, f"{days} 天内可以下载，过期销毁。")


def _let_them_know(check: InsuredCheck, people: Mapping[str, Person], at: datetime) -> None:
    """Whoever is on file sees under 谁看过我的信息 that their insurance was asked about."""
    reason = f"{check.organization.name}核对参保"[:200]
    Reveal.objects.bulk_create(
        [
            Reveal(person=person, field=INSURED, reason=reason, by=check.by, at=at)
            for person in people.values()
        ],
        batch_size=1000,
    )


def _sheet(check: InsuredCheck, table: Table, verdicts: Verdicts, at: datetime) -> bytes:
    told = {
        number: Told(str(result.label), said, result not in {Result.INSURED, Result.NO_LIST})
        for number, (result, said) in verdicts.items()
    }
    as_of = date_text(check.as_of) if check.as_of else "平台还没有参保人员名单"
    about = [
        ("单位", check.organization.name),
        ("核对时间", moment_text(at)),
        ("参保名单截至", as_of),
        ("总行数", len(verdicts)),
        *((str(one.label), check.counts.get(one.value, 0)) for one in Result),
        ("说明", "结果只按平台现有的人员和参保名单得出，是否参保以社会保险经办机构的记录为准。"),
    ]
    return with_results(table.headers, table.numbered(), told, about=about)


@transaction.atomic
def _fail(check: InsuredCheck, failure: Exception, at: datetime) -> None:
    said = failure.message if isinstance(failure, Refused) else "保存的文件读不出来"
    said = f"{said.rstrip('。')}。请重新上传。"
    advance(check, SealedStatus.FAILED, SEALED_STEPS, failure=said[:300], finished_at=at)
    _tell(check, "参保核对未能完成", at, said)


def take_check(check: InsuredCheck, *, by: User, at: datetime) -> bytes:
    """The result in clear, for the uploader alone; each download is a ledger line."""
    if check.result is None or not check.key or check.expires_at <= at:
        raise NotAllowed("这份核对结果已过期销毁。", "需要时请重新上传核对。")
    content = open_bytes(check.result.path.read_bytes(), check.key, bound_to=_name(check))
    with transaction.atomic():
        InsuredCheck.objects.filter(pk=check.pk).update(taken=F("taken") + 1)
        record(
            check.organization.subject,
            "insured_check_taken",
            by=by,
            at=at,
            rows=check.rows_total,
            file_sha256=check.result.sha256,
        )
    return content


@transaction.atomic
def end_check(check: InsuredCheck, *, at: datetime) -> None:
    """Destroy files and key; that something was compared, and its counts, stay."""
    mark_removed([one for one in (check.file, check.result) if one is not None], at=at)
    check.key, check.ended_at = "", at
    InsuredCheck.objects.filter(pk=check.pk).update(key="", ended_at=at)


def _name(check: InsuredCheck) -> str:
    return f"{check.uid}/result"


def _tell(check: InsuredCheck, title: str, at: datetime, body: str) -> None:
    tell(
        [check.by],
        title,
        body=body,
        url=reverse("identity:insured_check", args=[check.uid]),
        at=at,
        dedupe=f"insured-check/{check.uid}/{check.status}",
    )

"""Issuing and printing over many classes at once: ordered by an official, done by the worker.

A run is a list that is worked off: first its classes (who is due in each), then its people, fifty
at a time. Whatever is still waiting is found by the next round, so a killed worker loses nothing,
and an item is ticked off in the transaction that keeps the print, so nothing is done twice.
"""

import logging
from collections.abc import Sequence
from datetime import datetime

from django.db import transaction

from anlan.archives import run_queries as queries
from anlan.archives.models import (
    Certificate,
    CertificateStatus,
    IssueRun,
    ItemStatus,
    RunClass,
    RunItem,
    RunKind,
    RunStatus,
)
from anlan.archives.services.certificates import issue_only
from anlan.archives.services.printing import BATCH, Order, print_batch
from anlan.archives.states import RUN_STEPS
from anlan.classes.models import TrainingClass
from anlan.foundation.accounts.models import User
from anlan.foundation.ledger.services import record
from anlan.foundation.notices.services import tell
from anlan.lib.refusals import BadInput, Refused
from anlan.lib.states import advance

log = logging.getLogger(__name__)
MOST_CLASSES = 2_000


@transaction.atomic
def start_run(
    kind: RunKind, klasses: Sequence[TrainingClass], *, by: User, at: datetime, reason: str = ""
) -> IssueRun:
    """Order it; the worker begins within seconds. Raises `BadInput`."""
    said = reason.strip()[:200]
    if not klasses:
        raise BadInput("没有选中任何已结班的班次。", "请选择项目或班次。")
    if len(klasses) > MOST_CLASSES:
        raise BadInput(f"一次最多 {MOST_CLASSES} 个班。", "请按项目分批办理。")
    if kind == RunKind.REPRINT and not said:
        raise BadInput("请写明重新打印的理由。", "理由会记入每张证明的存证记录。")
    first = klasses[0].title
    title = first if len(klasses) == 1 else f"{first} 等 {len(klasses)} 个班"
    run = IssueRun.objects.create(kind=kind, title=title[:120], reason=said, by=by, at=at)
    RunClass.objects.bulk_create(RunClass(run=run, klass=klass) for klass in klasses)
    _say("print_ordered", run, by, at)
    return run


@transaction.atomic
def order_print(certificate: Certificate, *, by: User, at: datetime, reason: str) -> IssueRun:
    """One certificate again, as when a name was corrected: the next version of its PDF."""
    said = reason.strip()[:200]
    if not said:
        raise BadInput("请写明重新打印的理由。", "理由会记入这张证明的存证记录。")
    if certificate.status != CertificateStatus.VALID:
        raise Refused("这张证明已撤销，不再打印。", "如系误撤，请按程序重新颁发。")
    if queries.is_waiting_for_print(certificate):
        raise Refused("这张证明正在等待打印。", "请稍后刷新页面。")
    title = f"证明 {certificate.number}"
    run = IssueRun.objects.create(kind=RunKind.REPRINT, title=title, reason=said, by=by, at=at)
    RunItem.objects.create(run=run, certificate=certificate)
    _say("print_ordered", run, by, at)
    return run


@transaction.atomic
def stop_run(run: IssueRun, *, by: User, at: datetime) -> None:
    """What is printed stays; what waits is left alone until somebody resumes the run."""
    advance(run, RunStatus.STOPPED, RUN_STEPS, ended_at=at)
    _say("print_stopped", run, by, at)


@transaction.atomic
def resume_run(run: IssueRun, *, by: User, at: datetime) -> None:
    """Go on, and try again what could not be done."""
    advance(run, RunStatus.OPEN, RUN_STEPS, ended_at=None)
    run.items.filter(status=ItemStatus.FAILED).update(status=ItemStatus.WAITING, problem="")
    run.classes.exclude(problem="").update(listed_at=None, problem="")
    _say("print_resumed", run, by, at)


def work_on(run: IssueRun, *, at: datetime) -> int:
    """A bounded piece of a run: a class listed, or a batch printed. 0 when there was nothing left.

    An error that is nobody's fault (disk full, key missing) is raised: the items keep waiting.
    """
    run.refresh_from_db(fields=["status"])
    if run.status != RunStatus.OPEN:
        return 0
    if run.began_at is None:
        IssueRun.objects.filter(pk=run.pk).update(began_at=at)
    unlisted = run.classes.filter(listed_at=None).select_related("klass").order_by("id").first()
    if unlisted is not None:
        _list_people(unlisted, at)
        return 1
    waiting = list(queries.waiting_items(run)[:BATCH])
    if waiting:
        return _print(run, waiting, at)
    _finish(run, at)
    return 0


def _list_people(one: RunClass, at: datetime) -> None:
    """Who is due in a class; the class is ticked off with them. Issuing is idempotent by itself."""
    run = one.run
    try:
        with transaction.atomic():
            if run.kind == RunKind.ISSUE:
                issue_only(one.klass, by=run.by, at=at)
            due = queries.due_for_print(one.klass, unprinted=run.kind == RunKind.ISSUE)
            RunItem.objects.bulk_create(
                (RunItem(run=run, certificate=certificate) for certificate in due),
                ignore_conflicts=True,
                batch_size=500,
            )
            RunClass.objects.filter(pk=one.pk).update(listed_at=at)
    except Refused as refusal:
        log.warning("run %s: class %s: %s", run.pk, one.klass_id, refusal)
        problem = f"{refusal.message}{refusal.next_step}"[:300]
        RunClass.objects.filter(pk=one.pk).update(listed_at=at, problem=problem)


def _print(run: IssueRun, items: Sequence[RunItem], at: datetime) -> int:
    """Print what waits. Revoked meanwhile: nothing to print; printed meanwhile: nothing to do."""
    first_only = run.kind == RunKind.ISSUE
    due = [
        item.certificate
        for item in items
        if item.certificate.status == CertificateStatus.VALID
        and not (first_only and item.certificate.file_id)
    ]
    settled = {item.certificate_id for item in items} - {one.pk for one in due}
    _tick(run, settled, at)

    def claim(printed: Sequence[Certificate]) -> None:
        _tick(run, {one.pk for one in printed}, at)

    problems = print_batch(due, Order(at, run.by, run.reason, claim))
    for certificate_id, problem in problems.items():
        here = run.items.filter(certificate_id=certificate_id, status=ItemStatus.WAITING)
        here.update(status=ItemStatus.FAILED, problem=problem[:300], at=at)
    return len(items)


def _tick(run: IssueRun, certificates: set[int], at: datetime) -> None:
    here = run.items.filter(certificate_id__in=certificates, status=ItemStatus.WAITING)
    here.update(status=ItemStatus.DONE, at=at)


@transaction.atomic
def _finish(run: IssueRun, at: datetime) -> None:
    advance(run, RunStatus.DONE, RUN_STEPS, ended_at=at)
    sums = queries.progress_of(run)
    failed = f"，{sums.failed} 张未完成" if sums.failed else ""
    tell(
        [run.by],
        f"{run.get_kind_display()}已完成：{run.title}",
        body=f"{sums.done} 张证明已打印并签名{failed}。",
        url=f"/archives/runs/{run.uid}/",
        at=at,
        dedupe=f"issue-run/{run.uid}/{at.isoformat()}",
    )


def _say(verb: str, run: IssueRun, by: User, at: datetime) -> None:
    kind = run.get_kind_display()
    record(run.subject, verb, by=by, at=at, kind=kind, title=run.title, reason=run.reason)

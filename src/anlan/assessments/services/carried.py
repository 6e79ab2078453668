"""Papers that were sat where no network was: graded here, by the device's times.

A tablet carries the questions, never an answer to them. What it brings back is filed once; the
ledger has the device's time as business time and the server's as recorded.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from django.db import transaction

from anlan.assessments.lines import digest, sitting_line, submitted_line
from anlan.assessments.models import Item, ItemKind, Sitting, SittingStatus
from anlan.assessments.papers import grade, mark
from anlan.assessments.states import SITTING_STEPS
from anlan.foundation.accounts.models import User
from anlan.foundation.ledger.models import TimeSource
from anlan.foundation.ledger.services import record_many
from anlan.foundation.rules.queries import rulebook
from anlan.lib.dates import local_date, moment_text
from anlan.lib.refusals import BadInput, NotAllowed
from anlan.lib.states import advance

FILED_FROM = (SittingStatus.READY, SittingStatus.LAPSED)


class HasResult(NotAllowed):
    """The server has an outcome of this sitting already, or one under way."""


@transaction.atomic
def file_carried_sitting(
    sitting: Sitting,
    *,
    started_at: datetime,
    submitted_at: datetime,
    answers: Mapping[str, Sequence[int]],
    by: User,
    device: str,
    over: bool = False,
) -> Sitting:
    """File a paper that `prepare_sitting` drew and a tablet carried, and grade it.

    The times are the device's. A sitting that lapsed here because nobody came online is no
    obstacle. `over` (somebody decided so) also files one that was begun online or took too long.
    Raises `HasResult`, `NotAllowed`, `BadInput`; then nothing has changed.
    """
    sitting.refresh_from_db(from_queryset=Sitting.objects.select_for_update())
    _refuse_unless_fileable(sitting, over=over)
    if not over:
        _refuse_unless_in_time(sitting, started_at, submitted_at)
    items = Item.objects.in_bulk([question["item"] for question in sitting.questions])
    final = _clean(sitting, answers, items)
    marked = mark(sitting.questions, final, {pk: item.answer for pk, item in items.items()})
    kinds = [items[question["item"]].kind for question in sitting.questions]
    found = grade(marked, kinds, sitting.weights, sitting.pass_mark)
    advance(
        sitting,
        SittingStatus.SUBMITTED,
        CARRIED_STEPS,
        answers=final,
        started_at=started_at,
        deadline=min(started_at + timedelta(minutes=sitting.minutes), sitting.closes_at),
        submitted_at=submitted_at,
        score=found.score,
        passed=found.passed,
        device=device[:64],
    )
    paper = digest(sitting.questions)
    started = sitting_line(sitting, "sitting_started", by, started_at, paper=paper)
    lines = [started, submitted_line(sitting, by, submitted_at)]
    record_many([replace(line, time_source=TimeSource.DEVICE) for line in lines])
    return sitting


# What happened without a network is one step here: begun and handed in are known together.
CARRIED_STEPS = {
    **SITTING_STEPS,
    SittingStatus.READY: {*SITTING_STEPS[SittingStatus.READY], SittingStatus.SUBMITTED},
    SittingStatus.LAPSED: {SittingStatus.SUBMITTED},
}


def _refuse_unless_fileable(sitting: Sitting, *, over: bool) -> None:
    if sitting.status == SittingStatus.SUBMITTED and sitting.submitted_at:
        raise HasResult(
            f"这份试卷已于 {moment_text(sitting.submitted_at)} 交卷，"
            f"成绩 {sitting.score:f} 分，不会改变。",
            "如需改判，请安排补考。",
        )
    if sitting.status not in FILED_FROM and not (over and sitting.status == SittingStatus.STARTED):
        label = SittingStatus(sitting.status).label
        raise HasResult(f"这场考试在系统里{label}。", "请班主任核对后决定采用哪一份。")
    if not sitting.questions:
        raise NotAllowed("这场考试没有备过卷，平板上不会有它的试题。", "请核对离线包。")


def _refuse_unless_in_time(sitting: Sitting, started_at: datetime, submitted_at: datetime) -> None:
    if not sitting.opens_at <= started_at < sitting.closes_at:
        raise NotAllowed(
            f"开始答题的时间 {moment_text(started_at)} 不在考试开放时间内。",
            f"考试开放：{moment_text(sitting.opens_at)} 至 {moment_text(sitting.closes_at)}。",
        )
    rules = rulebook(local_date(submitted_at), scope=sitting.industry)
    grace = timedelta(seconds=rules.number("exam.grace_seconds"))
    used = submitted_at - started_at
    if used < timedelta() or used > timedelta(minutes=sitting.minutes) + grace:
        raise NotAllowed(
            f"答题用时 {used.total_seconds() / 60:.0f} 分钟，"
            f"超出考试的 {sitting.minutes} 分钟或早于开始。",
            "请班主任核对后决定是否采用。",
        )


def _clean(
    sitting: Sitting, answers: Mapping[str, Sequence[int]], items: Mapping[int, Item]
) -> dict[str, list[int]]:
    """Only positions that the paper shows, at most one unless several may be right."""
    known = {str(no): question for no, question in enumerate(sitting.questions, start=1)}
    kept = {}
    for no, chosen in answers.items():
        question = known.get(no)
        if question is None or any(not 0 <= at < len(question["order"]) for at in chosen):
            raise BadInput(f"第 {no} 题没有这个选项。", "请核对平板上的试卷是否属于这场考试。")
        if len(chosen) > 1 and items[question["item"]].kind != ItemKind.MULTIPLE:
            raise BadInput(f"第 {no} 题只能选一项。", "请核对平板上的记录。")
        kept[no] = sorted(set(chosen))
    return kept

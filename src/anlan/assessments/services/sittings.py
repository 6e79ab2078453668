"""Sitting a paper: start, save, submit. The deadline is the server's, the answers stay here."""

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from django.db import transaction

from anlan.assessments.lines import digest, sitting_line, submitted_line
from anlan.assessments.models import Item, ItemKind, Sitting, SittingStatus
from anlan.assessments.papers import Grade, Question, draw, grade, mark
from anlan.assessments.queries import draw_pool
from anlan.assessments.states import SITTING_STEPS
from anlan.foundation.accounts.models import User
from anlan.foundation.ledger.models import TimeSource
from anlan.foundation.ledger.services import record_many
from anlan.foundation.rules.queries import rulebook
from anlan.lib.dates import local_date, moment_text
from anlan.lib.refusals import BadInput, NotAllowed
from anlan.lib.states import advance


@transaction.atomic
def prepare_sitting(sitting: Sitting) -> Sitting:
    """Draw the paper before the sitting opens, for a device that carries it; drawn once only.

    The paper stays closed: nobody is shown a question before `start_sitting`.
    """
    _lock(sitting)
    if sitting.status != SittingStatus.READY:
        raise NotAllowed("这场考试已经开始或结束，不能再备卷。", "请刷新后查看考试状态。")
    if not sitting.questions:
        sitting.questions = _drawn(sitting)
        sitting.save(update_fields=["questions"])
    return sitting


@transaction.atomic
def start_sitting(sitting: Sitting, *, by: User | None, at: datetime, device: str = "") -> Sitting:
    """Draw the paper unless it was prepared, start the clock; starting again goes on with it."""
    _lock(sitting)
    if sitting.status == SittingStatus.STARTED:
        return sitting
    _refuse_unless_open(sitting, at)
    advance(
        sitting,
        SittingStatus.STARTED,
        SITTING_STEPS,
        questions=sitting.questions or _drawn(sitting),
        started_at=at,
        deadline=min(at + timedelta(minutes=sitting.minutes), sitting.closes_at),
        device=device[:64],
    )
    paper = digest(sitting.questions)
    record_many([sitting_line(sitting, "sitting_started", by, at, paper=paper)])
    return sitting


def save_answer(
    sitting: Sitting, no: int, chosen: Sequence[int], *, by: User | None, at: datetime
) -> Sitting:
    """Keep the answer to question `no` (from 1); `chosen` are shown positions, empty clears."""
    return save_answers(sitting, {str(no): chosen}, by=by, at=at)


@transaction.atomic
def save_answers(
    sitting: Sitting, answers: Mapping[str, Sequence[int]], *, by: User | None, at: datetime
) -> Sitting:
    """Keep several answers at once. Saving is no event of the ledger; submitting is."""
    _lock(sitting)
    _refuse_unless_running(sitting)
    if _is_over(sitting, at):
        raise NotAllowed(
            "考试时间已到，这次作答没有保存。", "此前保存的答案有效，系统将按已保存的答案评分。"
        )
    kept = sitting.answers | _clean(sitting, answers)
    rows = Sitting.objects.filter(pk=sitting.pk, status=SittingStatus.STARTED)
    rows.update(answers=kept)
    sitting.answers = kept
    return sitting


@transaction.atomic
def submit_sitting(
    sitting: Sitting,
    *,
    by: User | None,
    at: datetime,
    answers: Mapping[str, Sequence[int]] | None = None,
    time_source: TimeSource = TimeSource.SERVER,
) -> Sitting:
    """Grade the paper. `answers` handed in with it count only before the deadline.

    After the deadline what was saved in time is graded, whoever submits.
    """
    _lock(sitting)
    _refuse_unless_running(sitting)
    final = dict(sitting.answers)
    if answers and not _is_over(sitting, at):
        final |= _clean(sitting, answers)
    found = _grade(sitting, final)
    advance(
        sitting,
        SittingStatus.SUBMITTED,
        SITTING_STEPS,
        answers=final,
        submitted_at=at,
        score=found.score,
        passed=found.passed,
    )
    record_many([replace(submitted_line(sitting, by, at), time_source=time_source)])
    return sitting


def _drawn(sitting: Sitting) -> list[Question]:
    pool = draw_pool(sitting.industry, sitting.owner)
    chance = secrets.SystemRandom()
    return draw(pool, sitting.composition, avoid=sitting.avoid, chance=chance)


def _lock(sitting: Sitting) -> None:
    """Read the row as it is now and hold it until the transaction ends (SQLite holds the file)."""
    sitting.refresh_from_db(from_queryset=Sitting.objects.select_for_update())


def _refuse_unless_open(sitting: Sitting, at: datetime) -> None:
    if sitting.status != SittingStatus.READY:
        _refuse_unless_running(sitting)
    if at < sitting.opens_at:
        raise NotAllowed(f"考试还没有开始，{moment_text(sitting.opens_at)} 开放。", "请到时再来。")
    if at >= sitting.closes_at:
        raise NotAllowed(
            f"这场考试已于 {moment_text(sitting.closes_at)} 截止。", "如需补考，请联系班主任。"
        )


def _refuse_unless_running(sitting: Sitting) -> None:
    if sitting.status == SittingStatus.SUBMITTED and sitting.submitted_at:
        raise NotAllowed(
            f"这份试卷已于 {moment_text(sitting.submitted_at)} 交卷，不能再改。",
            "请返回「我的考试」查看。",
        )
    if sitting.status == SittingStatus.READY:
        raise NotAllowed("考试还没有开始。", "请先点「开始考试」。")
    if sitting.status != SittingStatus.STARTED:
        label = SittingStatus(sitting.status).label
        raise NotAllowed(f"这场考试{label}，不能作答。", "如需补考，请联系班主任。")


def _is_over(sitting: Sitting, at: datetime) -> bool:
    """Past the deadline, the network's few seconds of grace included."""
    if sitting.deadline is None or at <= sitting.deadline:
        return False
    rules = rulebook(local_date(at), scope=sitting.industry)
    return at > sitting.deadline + timedelta(seconds=rules.number("exam.grace_seconds"))


def _clean(sitting: Sitting, answers: Mapping[str, Sequence[int]]) -> dict[str, list[int]]:
    """Only positions that the paper shows, at most one unless several may be right."""
    wanted = {no: sorted(set(chosen)) for no, chosen in answers.items()}
    known = {str(no): question for no, question in enumerate(sitting.questions, start=1)}
    ids = [known[no]["item"] for no in wanted if no in known]
    kinds = dict(Item.objects.filter(pk__in=ids).values_list("pk", "kind"))
    for no, chosen in wanted.items():
        question = known.get(no)
        if question is None or any(not 0 <= at < len(question["order"]) for at in chosen):
            raise BadInput(f"第 {no} 题没有这个选项。", "请刷新页面后重新作答。")
        if len(chosen) > 1 and kinds[question["item"]] != ItemKind.MULTIPLE:
            raise BadInput(f"第 {no} 题只能选一项。", "请重新选择。")
    return wanted


def _grade(sitting: Sitting, answers: Mapping[str, Sequence[int]]) -> Grade:
    ids = [question["item"] for question in sitting.questions]
    items = Item.objects.only("kind", "answer").in_bulk(ids)
    marked = mark(sitting.questions, answers, {pk: item.answer for pk, item in items.items()})
    return grade(marked, [items[pk].kind for pk in ids], sitting.weights, sitting.pass_mark)

"""What moves a result after it was given: always by a person, with the old score kept."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.db import transaction

from anlan.assessments.lines import score_line
from anlan.assessments.models import (
    Item,
    KeyCorrection,
    ScoreCause,
    ScoreChange,
    ScoreState,
    Sitting,
    SittingStatus,
)
from anlan.assessments.papers import Grade, grade, mark
from anlan.assessments.states import RESULT_STEPS
from anlan.foundation.accounts.models import User
from anlan.foundation.ledger.services import record_many
from anlan.foundation.notices.services import tell
from anlan.lib.refusals import NotAllowed, Refused
from anlan.lib.states import advance


@transaction.atomic
def void_result(sitting: Sitting, *, by: User, at: datetime, reason: str) -> ScoreChange:
    """Take back a result. The score stands in the change and in the ledger, not in the sitting."""
    _hold(sitting)
    change = _change(sitting, ScoreCause.VOIDED, by, at, reason)
    advance(sitting, SittingStatus.VOID, RESULT_STEPS, score=None, passed=None)
    change.save()
    record_many([score_line(change, "result_voided", by, at)])
    return change


@transaction.atomic
def restore_result(sitting: Sitting, *, by: User, at: datetime, reason: str) -> ScoreChange:
    """Undo the voiding: the score that was taken stands again."""
    _hold(sitting)
    taken = sitting.score_changes.filter(cause=ScoreCause.VOIDED).last()
    if taken is None or taken.score_before is None:
        raise NotAllowed("这场考试没有作废过的成绩。", "请刷新页面查看最新状态。")
    change = _change(sitting, ScoreCause.RESTORED, by, at, reason)
    change.score_after, change.passed_after = taken.score_before, taken.passed_before
    advance(
        sitting,
        SittingStatus.SUBMITTED,
        RESULT_STEPS,
        score=change.score_after,
        passed=change.passed_after,
    )
    change.save()
    record_many([score_line(change, "result_restored", by, at)])
    return change


@dataclass(slots=True)
class Regrading:
    """What a corrected key did: sittings that had the item, scores moved, scores held."""

    looked_at: int = 0
    raised: int = 0
    lowered: int = 0
    held: int = 0


def regrade(
    correction: KeyCorrection, sittings: Sequence[Sitting], *, by: User, at: datetime
) -> Regrading:
    """Grade these sittings by the keys as they are now; inside the correction's transaction.

    A score that would fall although the sitting had passed is held for a person's decision: a
    certificate may rest on it.
    """
    locked = Sitting.objects.select_for_update().filter(pk__in=[one.pk for one in sittings])
    rows = list(locked.filter(status=SittingStatus.SUBMITTED).order_by("pk"))
    people = {one.pk: one.person for one in sittings}
    items = Item.objects.only("kind", "answer").in_bulk(
        {question["item"] for one in rows for question in one.questions}
    )
    done = Regrading(looked_at=len(rows))
    changes, moved = [], []
    for row in rows:
        row.person = people[row.pk]
        found = graded(row, items)
        if (found.score, found.passed) == (row.score, row.passed):
            continue
        change = _change(row, ScoreCause.KEY, by, at, correction.reason)
        change.correction = correction
        change.score_after, change.passed_after = found.score, found.passed
        changes.append(change)
        if row.passed and row.score is not None and found.score < row.score:
            change.state = ScoreState.HELD
            done.held += 1
            continue
        done.raised += found.score > (row.score or Decimal(0))
        done.lowered += found.score < (row.score or Decimal(0))
        row.score, row.passed = found.score, found.passed
        moved.append(row)
    ScoreChange.objects.bulk_create(changes, batch_size=500)
    Sitting.objects.bulk_update(moved, ["score", "passed"], batch_size=500)
    record_many([score_line(one, _verb(one), by, at) for one in changes])
    for one in changes:
        if one.state == ScoreState.APPLIED:
            tell_change(one, at)
    return done


def _verb(change: ScoreChange) -> str:
    return "regrade_held" if change.state == ScoreState.HELD else "sitting_regraded"


def graded(sitting: Sitting, items: dict[int, Item]) -> Grade:
    """The sitting's answers under the keys as they are now."""
    ids = [question["item"] for question in sitting.questions]
    marked = mark(sitting.questions, sitting.answers, {pk: items[pk].answer for pk in ids})
    kinds = [items[pk].kind for pk in ids]
    return grade(marked, kinds, sitting.weights, sitting.pass_mark)


@transaction.atomic
def settle_held(
    change: ScoreChange, *, apply: bool, reason: str, by: User, at: datetime
) -> ScoreChange:
    """A person decides about a pass that a corrected key would lower: keep it, or change it."""
    change.refresh_from_db(from_queryset=ScoreChange.objects.select_for_update())
    sitting = change.sitting
    _hold(sitting)
    if change.state != ScoreState.HELD:
        raise NotAllowed("另一位同事刚刚处理了这条成绩。", "请刷新页面查看最新状态。")
    if sitting.person.user_id == by.pk:
        raise Refused("不能决定自己的成绩。", "请由另一位老师办理。")
    if sitting.status != SittingStatus.SUBMITTED or sitting.score != change.score_before:
        raise NotAllowed("这场考试的成绩后来又变过。", "请先保留原成绩，再按最新情况办理。")
    change.state = ScoreState.APPLIED if apply else ScoreState.KEPT
    change.reason = reason.strip()[:300] or change.reason
    change.decided_by, change.decided_at = by, at
    change.save()
    if apply:
        after = {"score": change.score_after, "passed": change.passed_after}
        Sitting.objects.filter(pk=sitting.pk).update(**after)
        tell_change(change, at)
    verb = "sitting_regraded" if apply else "result_kept"
    record_many([score_line(change, verb, by, at)])
    return change


def tell_change(change: ScoreChange, at: datetime) -> None:
    """The person affected hears of it, with both scores and why."""
    user = change.sitting.person.user
    if user is None:
        return
    passed = "合格" if change.passed_after else "未合格"
    tell(
        [user],
        "考试成绩有更正",
        body=f"{change.sitting.title}：{_plain(change.score_before)} 分更正为 "
        f"{_plain(change.score_after)} 分，{passed}。原因：{change.reason}",
        url=f"/exams/{change.sitting.uid}/",
        at=at,
        dedupe=f"score/{change.uid}",
    )


def _plain(score: Decimal | None) -> str:
    return "—" if score is None else f"{score.normalize():f}"


def _change(
    sitting: Sitting, cause: ScoreCause, by: User, at: datetime, reason: str
) -> ScoreChange:
    return ScoreChange(
        sitting=sitting,
        cause=cause,
        score_before=sitting.score,
        passed_before=sitting.passed,
        reason=reason[:300],
        by=by,
        at=at,
    )


def _hold(sitting: Sitting) -> None:
    sitting.refresh_from_db(from_queryset=Sitting.objects.select_for_update())

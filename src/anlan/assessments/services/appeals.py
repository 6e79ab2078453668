"""A learner objects to a result or to a question; somebody who had no part in it answers."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db import transaction

from anlan.assessments.lines import digest, sitting_line
from anlan.assessments.models import (
    Appeal,
    AppealStatus,
    Item,
    ItemKind,
    KeyCorrection,
    Sitting,
    SittingStatus,
)
from anlan.assessments.queries.reviews import (
    appeal_door,
    deciders_before,
    letters_of,
    rules_of,
    sittings_with,
)
from anlan.assessments.services.banks import touch_bank
from anlan.assessments.services.results import Regrading, regrade, restore_result, void_result
from anlan.assessments.services.reviews import DAY_ENDS
from anlan.assessments.states import APPEAL_STEPS
from anlan.foundation.accounts.models import User
from anlan.foundation.ledger.services import record, record_many
from anlan.foundation.notices.services import tell
from anlan.lib.dates import at_shanghai, local_date
from anlan.lib.refusals import BadInput, NotAllowed, Refused
from anlan.lib.states import advance

BATCH = 500


@transaction.atomic
def make_appeal(sitting: Sitting, no: int, *, words: str, by: User, at: datetime) -> Appeal:
    """Object to the result (`no` 0) or to question `no`, in own words, within the rule's days."""
    sitting.refresh_from_db(from_queryset=Sitting.objects.select_for_update())
    if not 0 <= no <= len(sitting.questions):
        raise BadInput(f"这份试卷没有第 {no} 题。", "请回到成绩页重新选择。")
    if not words.strip():
        raise BadInput("请写下申诉的理由。", "写一两句话就可以，例如：这道题的答案与法规不一致。")
    door = appeal_door(sitting, no, at=at)
    if not door.open:
        raise NotAllowed(door.why_not, "如有疑问，请联系班主任。")
    days = rules_of(sitting).whole("exam.appeal_answer_days")
    made = Appeal.objects.create(
        sitting=sitting,
        no=no,
        item_id=sitting.questions[no - 1]["item"] if no else None,
        words=words.strip()[:500],
        made_at=at,
        due_at=at_shanghai(local_date(at) + timedelta(days=days), DAY_ENDS),
    )
    said = digest(made.words)
    record_many([sitting_line(sitting, "appeal_made", by, at, about=made.about, words=said)])
    return made


@transaction.atomic
def uphold(appeal: Appeal, *, answer: str, by: User, at: datetime) -> Appeal:
    """The result or the key stands; the reason goes to the learner."""
    return _answered(appeal, AppealStatus.UPHELD, answer, by, at)


@transaction.atomic
def correct_result(appeal: Appeal, *, answer: str, by: User, at: datetime) -> Appeal:
    """The objection to a result is right: what was voided stands again, what stood is void.

    In the second case a make-up is offered by whoever runs the exam.
    """
    if appeal.no:
        raise NotAllowed("这是对试题的申诉。", "请填写正确答案后更正。")
    _answered(appeal, AppealStatus.CORRECTED, answer, by, at)
    if appeal.sitting.status == SittingStatus.VOID:
        restore_result(appeal.sitting, by=by, at=at, reason=appeal.answer)
    else:
        void_result(appeal.sitting, by=by, at=at, reason=appeal.answer)
    return appeal


@transaction.atomic
def correct_by_appeal(
    appeal: Appeal, key: Sequence[int], *, answer: str, by: User, at: datetime
) -> Regrading:
    """The key was wrong: it is corrected, and everybody who had the question is graded again."""
    if appeal.item is None:
        raise NotAllowed("这是对成绩的申诉，没有题目可以更正。", "请选择维持或更正成绩。")
    _answered(appeal, AppealStatus.CORRECTED, answer, by, at)
    return correct_key(appeal.item, key, reason=appeal.answer, by=by, at=at, appeal=appeal)


@transaction.atomic
def correct_key(
    item: Item,
    key: Sequence[int],
    *,
    reason: str,
    by: User,
    at: datetime,
    appeal: Appeal | None = None,
) -> Regrading:
    """Put another key to an item and grade every sitting that had it again.

    Papers under way are graded by the new key when they are handed in.
    """
    item.refresh_from_db(from_queryset=Item.objects.select_for_update())
    wanted = _clean_key(item, key)
    if not reason.strip():
        raise BadInput("请写明更正的依据。", "例如：《安全生产法》第二十八条的原文。")
    correction = KeyCorrection.objects.create(
        item=item,
        before=item.answer,
        after=wanted,
        reason=reason.strip()[:300],
        appeal=appeal,
        by=by,
        at=at,
    )
    Item.objects.filter(pk=item.pk).update(answer=wanted)
    item.answer = wanted
    touch_bank(item.bank)
    done = _regrade_all(correction, by, at)
    record(
        item.bank.subject,
        "item_key_corrected",
        by=by,
        at=at,
        item=item.key,
        before=letters_of(correction.before),
        after=letters_of(wanted),
        reason=correction.reason,
        looked_at=done.looked_at,
        raised=done.raised,
        lowered=done.lowered,
        held=done.held,
    )
    return done


def _regrade_all(correction: KeyCorrection, by: User, at: datetime) -> Regrading:
    """In batches, so that a question of ten thousand papers fits into memory."""
    total, item = Regrading(), correction.item
    ids = list(sittings_with(item).order_by("pk").values_list("pk", flat=True))
    for start in range(0, len(ids), BATCH):
        rows = Sitting.objects.filter(pk__in=ids[start : start + BATCH])
        found = [
            one
            for one in rows.select_related("person__user").order_by("pk")
            if any(question["item"] == item.pk for question in one.questions)
        ]
        done = regrade(correction, found, by=by, at=at)
        total.looked_at += done.looked_at
        total.raised += done.raised
        total.lowered += done.lowered
        total.held += done.held
    return total


def _clean_key(item: Item, key: Sequence[int]) -> list[int]:
    wanted = sorted(set(key))
    if not wanted or any(not 0 <= at < len(item.options) for at in wanted):
        raise BadInput("请选择正确答案。", "从这道题的选项中选择。")
    if item.kind != ItemKind.MULTIPLE and len(wanted) > 1:
        raise BadInput(f"{item.get_kind_display()}只能有一个正确答案。", "请只选一项。")
    if wanted == sorted(item.answer):
        raise BadInput("新答案与原答案相同。", "答案无误时请选择维持。")
    return wanted


def _answered(appeal: Appeal, outcome: AppealStatus, answer: str, by: User, at: datetime) -> Appeal:
    appeal.refresh_from_db(from_queryset=Appeal.objects.select_for_update())
    appeal.sitting = Sitting.objects.select_related("person__user").get(pk=appeal.sitting_id)
    if appeal.sitting.person.user_id == by.pk:
        raise Refused("不能答复自己的申诉。", "请由另一位老师办理。")
    if by.pk in deciders_before(appeal.sitting, appeal.no):
        raise Refused(
            "您此前对这一项作过决定，按规定由另一人答复申诉。", "请转给没有参与过的同事办理。"
        )
    if not answer.strip():
        raise BadInput("请写明答复。", "答复会给学员看，也记入存证。")
    advance(
        appeal,
        outcome,
        APPEAL_STEPS,
        answer=answer.strip()[:500],
        decided_by=by,
        decided_at=at,
    )
    line = sitting_line(
        appeal.sitting,
        "appeal_answered",
        by,
        at,
        about=appeal.about,
        outcome=outcome.label,
        answer=digest(appeal.answer),
    )
    record_many([line])
    _tell(appeal, at)
    return appeal


def _tell(appeal: Appeal, at: datetime) -> None:
    user = appeal.sitting.person.user
    if user is not None:
        tell(
            [user],
            f"申诉已答复：{appeal.get_status_display()}",
            body=f"{appeal.sitting.title}，{appeal.about}：{appeal.answer}",
            url=f"/exams/{appeal.sitting.uid}/appeals",
            at=at,
            dedupe=f"appeal/{appeal.uid}",
        )

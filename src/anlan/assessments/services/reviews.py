"""Looking at a sitting by people: what the server noted, the list, the learner's word, the verdict.

Nothing here fails anybody by itself. A result is voided by a person, after the learner was heard.
"""

from datetime import datetime, time, timedelta

from django.db import transaction

from anlan.assessments.lines import digest, sitting_line
from anlan.assessments.models import (
    EventTally,
    ReviewStatus,
    Sitting,
    SittingReview,
    SittingStatus,
)
from anlan.assessments.queries.reviews import events_of, rules_of, weigh
from anlan.assessments.services.results import void_result
from anlan.assessments.states import REVIEW_STEPS
from anlan.foundation.accounts.models import User
from anlan.foundation.ledger.services import record_many
from anlan.foundation.notices.services import tell
from anlan.foundation.rules.queries import rulebook
from anlan.lib.dates import at_shanghai, local_date, moment_text
from anlan.lib.refusals import BadInput, NotAllowed, Refused
from anlan.lib.states import advance

MOST_A_RUN = 200
DAY_ENDS = time(23, 59)  # the last minute of a clock's last day


def weigh_events(at: datetime) -> int:
    """Job: put handed-in sittings on the review list whose events reach a dated threshold."""
    unweighed = EventTally.objects.filter(
        weighed_at__isnull=True, sitting__status=SittingStatus.SUBMITTED
    )
    found = list(unweighed.select_related("sitting__person").order_by("id")[:MOST_A_RUN])
    return sum(_weigh_one(tally, at) for tally in found)


@transaction.atomic
def _weigh_one(tally: EventTally, at: datetime) -> int:
    EventTally.objects.select_for_update().get(pk=tally.pk)
    sitting = tally.sitting
    events = events_of(sitting)
    weight = weigh(sitting, events)
    reasons = weight.over(rules_of(sitting))
    EventTally.objects.filter(pk=tally.pk).update(weighed_at=at)
    if not reasons or SittingReview.objects.filter(sitting=sitting).exists():
        return 0
    named = [[one.kind, one.at.isoformat(), one.device, one.detail] for one in events]
    flag(sitting, reasons, None, at, events=digest(named))
    return 1


@transaction.atomic
def open_review(sitting: Sitting, *, reason: str, by: User, at: datetime) -> SittingReview:
    """A person puts a sitting on the list: something was seen in the room."""
    _require_stranger(sitting, by)
    if not reason.strip():
        raise BadInput("请写明为什么要复核这份答卷。", "写下您看到的情况，学员会看到这段话。")
    if sitting.status != SittingStatus.SUBMITTED:
        raise NotAllowed("只有已交卷的考试可以复核。", "请等学员交卷后再登记。")
    if SittingReview.objects.filter(sitting=sitting).exists():
        raise NotAllowed("这份答卷已经在复核名单上。", "请打开它继续办理。")
    return flag(sitting, [reason.strip()[:200]], by, at)


def flag(
    sitting: Sitting, reasons: list[str], by: User | None, at: datetime, **data: str
) -> SittingReview:
    """Put a sitting on the list, inside the caller's transaction; `by=None` is the platform."""
    made = SittingReview.objects.create(
        sitting=sitting, reasons=reasons, opened_by=by, opened_at=at
    )
    said = "；".join(reasons)
    record_many([sitting_line(sitting, "sitting_flagged", by, at, reasons=said, **data)])
    return made


@transaction.atomic
def ask_learner(review: SittingReview, *, question: str, by: User, at: datetime) -> SittingReview:
    """Ask the learner for an explanation; until the rule's days are over nothing is taken."""
    _hold(review)
    _require_stranger(review.sitting, by)
    if not question.strip():
        raise BadInput("请写明要学员说明什么。", "例如：考试中切出页面 6 次，请说明原因。")
    days = rulebook(local_date(at), scope=review.sitting.industry).whole("exam.review_answer_days")
    due = at_shanghai(local_date(at) + timedelta(days=days), DAY_ENDS)
    advance(
        review,
        ReviewStatus.ASKED,
        REVIEW_STEPS,
        question=question.strip()[:300],
        asked_by=by,
        asked_at=at,
        answer_due=due,
    )
    record_many([sitting_line(review.sitting, "sitting_question_put", by, at)])
    _tell(
        review.sitting,
        "请对考试情况作出说明",
        f"{review.question} 请在 {moment_text(due)} 前回复。",
        f"/exams/{review.sitting.uid}/explain",
        at,
        f"review/{review.uid}/asked",
    )
    return review


@transaction.atomic
def explain(review: SittingReview, *, words: str, by: User, at: datetime) -> SittingReview:
    """The learner answers in own words; late words count until the decision is made."""
    _hold(review)
    if not words.strip():
        raise BadInput("请写下您的说明。", "写一两句话就可以，例如：当时手机来电话。")
    advance(review, ReviewStatus.HEARD, REVIEW_STEPS, words=words.strip()[:500], heard_at=at)
    said = digest(review.words)
    record_many([sitting_line(review.sitting, "sitting_explained", by, at, words=said)])
    return review


@transaction.atomic
def decide_review(
    review: SittingReview, *, normal: bool, reason: str, by: User, at: datetime
) -> SittingReview:
    """正常, or 建议重考: then the result is void, and whoever runs the exam may offer a make-up."""
    _hold(review)
    _require_stranger(review.sitting, by)
    if not reason.strip():
        raise BadInput("请写明理由。", "理由会给学员看，也记入存证。")
    verdict = ReviewStatus.NORMAL if normal else ReviewStatus.RETAKE
    if not normal:
        _require_heard(review, at)
    advance(
        review,
        verdict,
        REVIEW_STEPS,
        reason=reason.strip()[:300],
        decided_by=by,
        decided_at=at,
    )
    line = sitting_line(
        review.sitting, "sitting_reviewed", by, at, verdict=verdict.label, reason=review.reason
    )
    record_many([line])
    if normal:
        if review.question:
            _tell_verdict(review, "复核结果：正常，成绩有效", at)
        return review
    void_result(review.sitting, by=by, at=at, reason=review.reason)
    _tell_verdict(review, "复核结果：成绩作废，建议重考", at)
    return review


def _require_heard(review: SittingReview, at: datetime) -> None:
    if review.status == ReviewStatus.WAITING:
        raise Refused("还没有听学员说明，不能决定重考。", "请先填写问题，请学员说明。")
    due = review.answer_due
    if review.status == ReviewStatus.ASKED and due is not None and at < due:
        raise Refused(
            f"学员还没有回复，期限是 {moment_text(due)}。", "请等学员回复，或等期限过后再决定。"
        )


def _hold(review: SittingReview) -> None:
    review.refresh_from_db(from_queryset=SittingReview.objects.select_for_update())
    review.sitting = Sitting.objects.select_related("person").get(pk=review.sitting_id)


def _require_stranger(sitting: Sitting, by: User) -> None:
    if sitting.person.user_id == by.pk:
        raise Refused("不能复核自己的答卷。", "请由另一位老师办理。")


def _tell_verdict(review: SittingReview, title: str, at: datetime) -> None:
    body = f"理由：{review.reason}"
    url = f"/exams/{review.sitting.uid}/"
    _tell(review.sitting, title, body, url, at, f"review/{review.uid}/decided")


def _tell(sitting: Sitting, title: str, body: str, url: str, at: datetime, dedupe: str) -> None:
    user = sitting.person.user
    if user is not None:
        body = f"{sitting.title}：{body}"
        tell([user], title, body=body, url=url, at=at, dedupe=dedupe)

"""A person looks at a sitting, hears the learner, decides; the result is void only then."""

import pytest

from anlan.assessments.models import ScoreChange, Sitting, SittingReview
from anlan.assessments.queries.reviews import questions_to
from anlan.assessments.services import (
    ask_learner,
    decide_review,
    explain,
    open_review,
    void_sitting,
)
from anlan.assessments.tests.builders import FULL_MARK, the_user
from anlan.assessments.tests.review_scenes import DAY, MINUTE, a_sat_sitting, entries, verbs_of
from anlan.foundation.notices.models import Notice
from anlan.lib.refusals import BadInput, NotAllowed, Refused
from anlan.testing.cast import NOW, Cast

LATER = NOW + 60 * MINUTE


@pytest.fixture
def sitting(cast: Cast) -> Sitting:
    return a_sat_sitting(cast)


@pytest.fixture
def review(cast: Cast, sitting: Sitting) -> SittingReview:
    return open_review(sitting, reason="监考看到有人递纸条", by=cast.examiner, at=LATER)


def asked(review: SittingReview, cast: Cast) -> SittingReview:
    return ask_learner(review, question="请说明 9 点 10 分的情况。", by=cast.examiner, at=LATER)


def test_the_learner_is_heard_and_the_result_stands(
    cast: Cast, sitting: Sitting, review: SittingReview
) -> None:
    learner = the_user(sitting.person)
    asked(review, cast)
    assert [one.pk for one in questions_to(learner)] == [review.pk]
    assert "9 点 10 分" in Notice.objects.get(user=learner).body
    explain(review, words="同桌借我橡皮。", by=learner, at=LATER + MINUTE)
    assert not questions_to(learner)
    decide_review(review, normal=True, reason="情况属实", by=cast.class_manager, at=LATER + DAY)
    sitting.refresh_from_db()
    assert (sitting.status, sitting.score, sitting.passed) == ("submitted", FULL_MARK, True)
    assert verbs_of(sitting)[-4:] == [
        "sitting_flagged",
        "sitting_question_put",
        "sitting_explained",
        "sitting_reviewed",
    ]
    assert "橡皮" not in "".join(one.leaf for one in entries(sitting))


def test_a_voided_result_keeps_its_old_score_in_the_ledger(
    cast: Cast, sitting: Sitting, review: SittingReview
) -> None:
    asked(review, cast)
    explain(review, words="没什么可说的。", by=the_user(sitting.person), at=LATER)
    decide_review(review, normal=False, reason="有录像为证", by=cast.class_manager, at=LATER)
    sitting.refresh_from_db()
    assert (sitting.status, sitting.score, sitting.passed) == ("void", None, None)
    change = ScoreChange.objects.get()
    assert (change.score_before, change.passed_before) == (FULL_MARK, True)
    assert '"before":"100 分合格"' in entries(sitting)[-1].leaf
    assert Notice.objects.filter(title="复核结果：成绩作废，建议重考").exists()


def test_nothing_is_taken_before_the_learner_was_asked(
    cast: Cast, sitting: Sitting, review: SittingReview
) -> None:
    with pytest.raises(Refused, match="还没有听学员说明"):
        decide_review(review, normal=False, reason="肯定作弊", by=cast.examiner, at=LATER)
    asked(review, cast)
    with pytest.raises(Refused, match="学员还没有回复，期限是 2026年11月26日"):
        decide_review(review, normal=False, reason="肯定作弊", by=cast.examiner, at=LATER)
    sitting.refresh_from_db()
    assert sitting.score == FULL_MARK
    assert not ScoreChange.objects.exists()


def test_who_does_not_answer_in_time_does_not_hold_it_up(
    cast: Cast, sitting: Sitting, review: SittingReview
) -> None:
    asked(review, cast)
    decide_review(review, normal=False, reason="逾期未说明", by=cast.examiner, at=LATER + 4 * DAY)
    sitting.refresh_from_db()
    assert sitting.status == "void"


def test_a_decision_is_made_once(cast: Cast, review: SittingReview) -> None:
    decide_review(review, normal=True, reason="看错了", by=cast.examiner, at=LATER)
    for again in (True, False):
        with pytest.raises(Refused):
            decide_review(review, normal=again, reason="再想想", by=cast.examiner, at=LATER)
    with pytest.raises(NotAllowed):
        asked(review, cast)
    review.refresh_from_db()
    assert (review.status, review.reason) == ("normal", "看错了")


def test_nobody_reviews_the_own_sitting(sitting: Sitting, review: SittingReview) -> None:
    learner = the_user(sitting.person)
    with pytest.raises(Refused, match="不能复核自己的答卷"):
        decide_review(review, normal=True, reason="我没问题", by=learner, at=LATER)
    review.refresh_from_db()
    assert review.status == "waiting"


def test_a_reason_and_a_question_must_be_given(cast: Cast, review: SittingReview) -> None:
    with pytest.raises(BadInput):
        decide_review(review, normal=True, reason="  ", by=cast.examiner, at=LATER)
    with pytest.raises(BadInput):
        ask_learner(review, question=" ", by=cast.examiner, at=LATER)
    with pytest.raises(BadInput):
        explain(review, words="", by=cast.examiner, at=LATER)
    review.refresh_from_db()
    assert review.status == "waiting"


def test_a_sitting_is_on_the_list_once(cast: Cast, sitting: Sitting, review: SittingReview) -> None:
    with pytest.raises(NotAllowed, match="已经在复核名单上"):
        open_review(sitting, reason="又看到了", by=cast.class_manager, at=LATER)
    assert SittingReview.objects.count() == 1


def test_the_schedule_cannot_void_a_result(cast: Cast, sitting: Sitting) -> None:
    with pytest.raises(NotAllowed):
        void_sitting(sitting, by=cast.class_manager, at=LATER, reason="班期调整")
    sitting.refresh_from_db()
    assert sitting.status == "submitted"

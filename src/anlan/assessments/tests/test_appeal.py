"""A learner objects; another person answers; a wrong key is mended for everybody who had it."""

from datetime import timedelta
from decimal import Decimal

import pytest

from anlan.assessments.models import (
    Appeal,
    Item,
    KeyCorrection,
    ScoreChange,
    Sitting,
)
from anlan.assessments.queries.shelf import paper_json
from anlan.assessments.services import (
    ask_learner,
    correct_by_appeal,
    correct_key,
    correct_result,
    decide_review,
    explain,
    make_appeal,
    open_review,
    settle_held,
    start_sitting,
    submit_sitting,
    uphold,
)
from anlan.assessments.tests.builders import (
    FULL_MARK,
    a_learner,
    a_sitting,
    right_answers,
    the_user,
)
from anlan.assessments.tests.review_scenes import (
    DAY,
    MINUTE,
    a_sat_sitting,
    entries,
    set_rule,
    verbs_of,
)
from anlan.foundation.ledger.models import Entry
from anlan.foundation.notices.models import Notice
from anlan.lib.refusals import BadInput, NotAllowed, Refused
from anlan.testing.cast import NOW, Cast

LATER = NOW + 60 * MINUTE


@pytest.fixture
def sitting(cast: Cast) -> Sitting:
    return a_sat_sitting(cast, passed=False)


def objection(sitting: Sitting, no: int, at: object = LATER) -> Appeal:
    user = the_user(sitting.person)
    return make_appeal(sitting, no, words="答案与法规不一致", by=user, at=at)  # type: ignore[arg-type]


def single_no(sitting: Sitting) -> tuple[int, Item]:
    """A single-choice question of the paper."""
    for no, question in enumerate(sitting.questions, start=1):
        item = Item.objects.get(pk=question["item"])
        if item.kind == "single":
            return no, item
    raise AssertionError("no single-choice question")


def chosen_key(sitting: Sitting, no: int) -> list[int]:
    """What the learner ticked, as positions of the item."""
    order = sitting.questions[no - 1]["order"]
    return [order[at] for at in sitting.answers[str(no)]]


def test_a_result_is_upheld_with_an_answer(cast: Cast, sitting: Sitting) -> None:
    appeal = objection(sitting, 0)
    assert appeal.due_at == NOW.replace(hour=15, minute=59) + 5 * DAY
    uphold(appeal, answer="逐题核对无误。", by=cast.examiner, at=LATER + DAY)
    appeal.refresh_from_db()
    assert (appeal.status, appeal.decided_by) == ("upheld", cast.examiner)
    assert verbs_of(sitting)[-2:] == ["appeal_made", "appeal_answered"]
    assert "逐题核对无误" in Notice.objects.get(user=the_user(sitting.person)).body
    assert "法规" not in "".join(one.leaf for one in entries(sitting))


def test_a_wrong_key_is_mended_for_everybody_who_had_the_question(
    cast: Cast, sitting: Sitting
) -> None:
    no, item = single_no(sitting)
    others = [a_sat_sitting(cast, serial=serial) for serial in range(2, 6)]
    had_it = [o for o in others if any(q["item"] == item.pk for q in o.questions)]
    key = chosen_key(sitting, no)
    done = correct_by_appeal(
        objection(sitting, no), key, answer="法规已修订", by=cast.city_official, at=LATER
    )
    sitting.refresh_from_db()
    item.refresh_from_db()
    assert item.answer == key
    assert sitting.score == Decimal("10.0")
    assert (done.looked_at, done.raised, done.held) == (1 + len(had_it), 1, len(had_it))
    change = ScoreChange.objects.get(sitting=sitting)
    assert (change.score_before, change.score_after) == (Decimal("0.0"), Decimal("10.0"))
    assert '"before":"0 分不合格"' in entries(sitting)[-1].leaf
    assert Notice.objects.filter(user=the_user(sitting.person), title="考试成绩有更正").exists()
    assert Entry.objects.filter(subject=item.bank.subject, verb="item_key_corrected").count() == 1


def test_a_pass_is_never_lowered_without_a_persons_decision(cast: Cast) -> None:
    sitting = a_sat_sitting(cast)
    item = single_no(sitting)[1]
    wrong = [(item.answer[0] + 1) % 4]
    done = correct_key(item, wrong, reason="核对条文", by=cast.city_official, at=LATER)
    sitting.refresh_from_db()
    assert (done.held, sitting.score, sitting.passed) == (1, FULL_MARK, True)
    change = ScoreChange.objects.get()
    assert (change.state, change.score_after) == ("held", Decimal("90.0"))
    settle_held(change, apply=False, reason="证书已发", by=cast.city_official, at=LATER)
    sitting.refresh_from_db()
    assert sitting.score == FULL_MARK
    assert verbs_of(sitting)[-2:] == ["regrade_held", "result_kept"]
    with pytest.raises(NotAllowed):
        settle_held(change, apply=True, reason="改主意", by=cast.city_official, at=LATER)


def test_a_person_may_apply_what_was_held(cast: Cast) -> None:
    sitting = a_sat_sitting(cast)
    item = single_no(sitting)[1]
    wrong = [(item.answer[0] + 1) % 4]
    correct_key(item, wrong, reason="核对条文", by=cast.city_official, at=LATER)
    change = ScoreChange.objects.get()
    settle_held(change, apply=True, reason="", by=cast.class_manager, at=LATER)
    sitting.refresh_from_db()
    assert (sitting.score, sitting.passed) == (Decimal("90.0"), True)


def test_a_paper_under_way_is_graded_by_the_new_key(cast: Cast, sitting: Sitting) -> None:
    running = a_sitting(a_learner(2), cast.class_manager)
    start_sitting(running, by=None, at=NOW)
    paper_json(running.questions)  # this process has the keys at hand, as of a moment ago
    item = single_no(running)[1]
    new = [(item.answer[0] + 1) % 4]
    correct_key(item, new, reason="核对条文", by=cast.city_official, at=NOW + MINUTE)
    submit_sitting(running, by=None, at=NOW + 2 * MINUTE, answers=right_answers(running))
    assert running.score == FULL_MARK


def test_a_key_must_be_another_and_possible(cast: Cast, sitting: Sitting) -> None:
    item = single_no(sitting)[1]
    for key in ([], [9], [0, 1], item.answer):
        with pytest.raises(BadInput):
            correct_key(item, key, reason="核对条文", by=cast.city_official, at=LATER)
    assert not KeyCorrection.objects.exists()
    sitting.refresh_from_db()
    assert sitting.score == Decimal("0.0")


def test_who_decided_before_does_not_answer_the_appeal(cast: Cast) -> None:
    sitting = a_sat_sitting(cast)
    review = open_review(sitting, reason="监考看到异常", by=cast.examiner, at=LATER)
    ask_learner(review, question="请说明。", by=cast.examiner, at=LATER)
    explain(review, words="没有的事。", by=the_user(sitting.person), at=LATER)
    decide_review(review, normal=False, reason="有录像", by=cast.examiner, at=LATER)
    sitting.refresh_from_db()
    appeal = objection(sitting, 0, LATER + DAY)
    with pytest.raises(Refused, match="由另一人答复"):
        uphold(appeal, answer="维持", by=cast.examiner, at=LATER + DAY)
    appeal.refresh_from_db()
    assert appeal.status == "open"
    correct_result(appeal, answer="录像里不是他", by=cast.class_manager, at=LATER + DAY)
    sitting.refresh_from_db()
    assert (sitting.status, sitting.score, sitting.passed) == ("submitted", FULL_MARK, True)
    assert verbs_of(sitting)[-2:] == ["appeal_answered", "result_restored"]


def test_a_second_objection_goes_to_somebody_else_and_a_third_is_refused(
    cast: Cast, sitting: Sitting
) -> None:
    uphold(objection(sitting, 0), answer="无误", by=cast.examiner, at=LATER)
    again = objection(sitting, 0, LATER + DAY)
    with pytest.raises(Refused, match="由另一人答复"):
        uphold(again, answer="无误", by=cast.examiner, at=LATER + DAY)
    uphold(again, answer="再次核对无误", by=cast.class_manager, at=LATER + DAY)
    with pytest.raises(NotAllowed, match="不能再申诉"):
        objection(sitting, 0, LATER + 2 * DAY)
    assert Appeal.objects.count() == 2


def test_an_objection_that_is_right_makes_room_for_a_new_try(cast: Cast, sitting: Sitting) -> None:
    correct_result(objection(sitting, 0), answer="当时停电", by=cast.examiner, at=LATER)
    sitting.refresh_from_db()
    assert (sitting.status, sitting.score) == ("void", None)


def test_objections_have_their_time(cast: Cast, sitting: Sitting) -> None:
    objection(sitting, 1)
    with pytest.raises(NotAllowed, match="请等待答复"):
        objection(sitting, 1)
    with pytest.raises(NotAllowed, match="申诉期已过"):
        objection(sitting, 2, NOW + 20 * DAY)
    with pytest.raises(BadInput, match="没有第 11 题"):
        objection(sitting, 11)
    set_rule("exam.release", "after_close")
    with pytest.raises(NotAllowed, match="还没有公布"):
        objection(sitting, 2)
    assert Appeal.objects.count() == 1


def test_nobody_answers_the_own_appeal(cast: Cast, sitting: Sitting) -> None:
    appeal = objection(sitting, 0)
    with pytest.raises(Refused, match="不能答复自己的申诉"):
        uphold(appeal, answer="我说了算", by=the_user(sitting.person), at=LATER)
    with pytest.raises(BadInput):
        uphold(appeal, answer=" ", by=cast.examiner, at=LATER)
    appeal.refresh_from_db()
    assert appeal.status == "open"


def test_held_scores_are_not_applied_over_a_later_change(cast: Cast) -> None:
    sitting = a_sat_sitting(cast)
    item = single_no(sitting)[1]
    correct_key(item, [(item.answer[0] + 1) % 4], reason="核对", by=cast.city_official, at=LATER)
    Sitting.objects.update(score=Decimal("70.0"))
    change = ScoreChange.objects.get()
    with pytest.raises(NotAllowed, match="后来又变过"):
        settle_held(
            change, apply=True, reason="", by=cast.city_official, at=LATER + timedelta(days=1)
        )
    sitting.refresh_from_db()
    assert sitting.score == Decimal("70.0")

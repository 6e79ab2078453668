"""A sitting on paper: keyed in by two people, never graded from one hand."""

from collections.abc import Callable
from contextlib import suppress

import pytest
from django.db import transaction
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    rule,
    run_state_machine_as_test,
)

from anlan.assessments.models import PaperKeying, PaperSheet, Sitting, SittingReview
from anlan.assessments.queries.assisted import PaperStep, differences, paper_step
from anlan.assessments.services import (
    decide_differences,
    file_scan,
    key_in,
    lapse_missed,
    print_papers,
    start_sitting,
    submit_overdue,
    withdraw_paper,
)
from anlan.assessments.tests.builders import (
    FULL_MARK,
    HOUR,
    a_file,
    right_answers,
    the_user,
    wrong_answers,
)
from anlan.assessments.tests.review_scenes import (
    DAY,
    MINUTE,
    a_printed_sheet,
    a_scanned_sheet,
    entries,
    verbs_of,
)
from anlan.foundation.accounts.models import User
from anlan.foundation.ledger.models import TimeSource
from anlan.lib.refusals import BadInput, NotAllowed, Refused
from anlan.testing.cast import NOW, Cast

EVENING = NOW + 10 * HOUR
WHO = st.integers(0, 3)
WHAT = st.integers(0, 3)


@pytest.fixture
def sheet(cast: Cast) -> PaperSheet:
    return a_scanned_sheet(cast)


def now_of(sheet: PaperSheet) -> Sitting:
    return Sitting.objects.get(pk=sheet.sitting_id)


def test_two_people_who_read_alike_are_graded_like_any_paper(cast: Cast, sheet: PaperSheet) -> None:
    right = right_answers(sheet.sitting)
    key_in(sheet, right, by=cast.class_manager, at=EVENING)
    assert now_of(sheet).status == "on_paper"
    key_in(sheet, right, by=cast.examiner, at=EVENING)
    sitting = now_of(sheet)
    assert (sitting.status, sitting.score, sitting.passed) == ("submitted", FULL_MARK, True)
    assert (sitting.started_at, sitting.submitted_at) == (sheet.began_at, sheet.handed_at)
    by_verb = {one.verb: one for one in entries(sitting)}
    paper = ("paper_handed_in", "sitting_started", "sitting_submitted")
    assert {by_verb[verb].time_source for verb in paper} == {TimeSource.PAPER}
    assert by_verb["sitting_submitted"].at == sheet.handed_at
    assert sheet.scan is not None
    assert sheet.scan.sha256 in by_verb["paper_settled"].leaf
    for person in (cast.class_manager, cast.examiner):
        assert str(person.uid) in by_verb["paper_settled"].leaf


def test_what_differs_is_decided_against_the_scan(cast: Cast, sheet: PaperSheet) -> None:
    right, wrong = right_answers(sheet.sitting), wrong_answers(sheet.sitting)
    key_in(sheet, right, by=cast.class_manager, at=EVENING)
    key_in(sheet, right | {"3": wrong["3"], "5": []}, by=cast.examiner, at=EVENING)
    assert paper_step(sheet) == PaperStep.DIFFERENT
    assert [one.no for one in differences(sheet)] == [3, 5]
    assert now_of(sheet).score is None
    with pytest.raises(BadInput, match="第 5 题还没有裁定"):
        decide_differences(sheet, {"3": right["3"]}, by=cast.trainer_user, at=EVENING)
    chosen = {"3": right["3"], "5": [], "7": wrong["7"]}  # 7 was read alike: not for sale
    decide_differences(sheet, chosen, by=cast.examiner, at=EVENING)
    sitting = now_of(sheet)
    assert sitting.answers == right | {"5": []}
    assert sitting.status == "submitted"
    assert PaperSheet.objects.get().settled_by == cast.examiner


def test_nobody_keys_in_twice(cast: Cast, sheet: PaperSheet) -> None:
    right = right_answers(sheet.sitting)
    key_in(sheet, right, by=cast.examiner, at=EVENING)
    with pytest.raises(Refused, match="已经录入过"):
        key_in(sheet, right, by=cast.examiner, at=EVENING)
    with pytest.raises(Refused, match="不能录入自己的答卷"):
        key_in(sheet, right, by=the_user(sheet.sitting.person), at=EVENING)
    assert PaperKeying.objects.count() == 1
    assert now_of(sheet).score is None


def test_without_a_scan_nothing_is_keyed_in(cast: Cast) -> None:
    sheet = a_printed_sheet(cast)
    with pytest.raises(NotAllowed, match="还没有归档扫描件"):
        key_in(sheet, {}, by=cast.examiner, at=EVENING)
    assert not PaperKeying.objects.exists()


def test_a_box_that_the_paper_does_not_have_is_refused(cast: Cast, sheet: PaperSheet) -> None:
    single = next(
        no
        for no, q in enumerate(sheet.sitting.questions, start=1)
        if len(q["order"]) == 4 and len(right_answers(sheet.sitting)[str(no)]) == 1
    )
    for wrong in ([9], [0, 1]):
        with pytest.raises(BadInput, match=f"第 {single} 题"):
            key_in(sheet, {str(single): wrong}, by=cast.examiner, at=EVENING)
    assert not PaperKeying.objects.exists()


def test_a_printed_paper_waits_and_cannot_be_sat_on_a_phone(cast: Cast) -> None:
    sheet = a_printed_sheet(cast)
    sitting = now_of(sheet)
    assert sitting.status == "on_paper"
    assert lapse_missed(EVENING) == submit_overdue(EVENING) == 0
    with pytest.raises(NotAllowed, match="改用纸质试卷"):
        start_sitting(sitting, by=the_user(sitting.person), at=NOW)
    assert print_papers([sitting], by=cast.examiner, at=NOW) == [sheet]
    assert verbs_of(sitting).count("paper_printed") == 1


def test_a_withdrawn_paper_gives_the_sitting_back_with_other_questions(cast: Cast) -> None:
    sheet = a_printed_sheet(cast)
    printed = {q["item"] for q in sheet.sitting.questions}
    withdraw_paper(sheet, reason="学员带了手机", by=cast.class_manager, at=NOW)
    sitting = start_sitting(now_of(sheet), by=the_user(sheet.sitting.person), at=NOW)
    assert not printed & {q["item"] for q in sitting.questions}
    assert paper_step(PaperSheet.objects.get()) == PaperStep.WITHDRAWN


def test_a_scanned_paper_is_not_withdrawn(cast: Cast, sheet: PaperSheet) -> None:
    with pytest.raises(NotAllowed, match="不能收回"):
        withdraw_paper(sheet, reason="学员没考好", by=cast.class_manager, at=EVENING)
    assert now_of(sheet).status == "on_paper"


def test_papers_are_not_printed_days_ahead(cast: Cast) -> None:
    sheet = a_printed_sheet(cast)
    withdraw_paper(sheet, reason="改期", by=cast.class_manager, at=NOW)
    sitting = now_of(sheet)
    with pytest.raises(NotAllowed, match="最早提前 24 小时"):
        print_papers([sitting], by=cast.class_manager, at=NOW - 2 * DAY)
    with pytest.raises(NotAllowed, match="已经截止"):
        print_papers([sitting], by=cast.class_manager, at=NOW + DAY)
    assert PaperSheet.objects.count() == 1


@pytest.mark.parametrize(
    ("began", "handed", "word"),
    [
        (10, 10, "应晚于"),
        (10, 5, "应晚于"),
        (-30, 20, "不在考试开放的时间"),
        (10, 60 * 24, "还没有到"),
    ],
)
def test_the_times_on_the_paper_must_be_possible(
    cast: Cast, began: int, handed: int, word: str
) -> None:
    sheet = a_printed_sheet(cast)
    scan = a_file(b"%PDF-1.7 scan", cast.class_manager, "答卷.pdf")
    times = {"began_at": NOW + began * MINUTE, "handed_at": NOW + handed * MINUTE}
    with pytest.raises(BadInput, match=word):
        file_scan(sheet, scan, **times, by=cast.class_manager, at=EVENING)
    assert PaperSheet.objects.get().scan is None


def test_too_long_on_paper_is_counted_and_looked_at_by_a_person(cast: Cast) -> None:
    sheet = a_scanned_sheet(cast, minutes=75)
    for person in (cast.class_manager, cast.examiner):
        key_in(sheet, right_answers(sheet.sitting), by=person, at=EVENING)
    assert now_of(sheet).score == FULL_MARK
    assert SittingReview.objects.get().reasons == ["纸质试卷用时 75 分钟，规定 60 分钟"]


class DoubleKeying(RuleBasedStateMachine):
    """Four people, one of them the learner, key in and decide in any order, rightly and wrongly."""

    def __init__(self, sheet: PaperSheet, people: list[User]) -> None:
        super().__init__()
        self.sheet, self.people = sheet, people
        PaperKeying.objects.all().delete()
        PaperSheet.objects.update(settled=None, settled_by=None, settled_at=None)
        Sitting.objects.update(status="on_paper", score=None, passed=None, answers={})
        right, wrong = right_answers(sheet.sitting), wrong_answers(sheet.sitting)
        self.readings = [right, right | {"2": wrong["2"]}, {}, right | {"1": [99]}]
        self.graded = verbs_of(sheet.sitting).count("sitting_submitted")

    @rule(who=WHO, what=WHAT)
    def key(self, who: int, what: int) -> None:
        self._try(lambda: key_in(self.sheet, self.readings[what], by=self.people[who], at=EVENING))

    @rule(who=WHO, what=WHAT)
    def decide(self, who: int, what: int) -> None:
        chosen, by = self.readings[what], self.people[who]
        self._try(lambda: decide_differences(self.sheet, chosen, by=by, at=EVENING))

    @rule(who=WHO)
    def withdraw(self, who: int) -> None:
        with pytest.raises(Refused):
            withdraw_paper(self.sheet, reason="收回", by=self.people[who], at=EVENING)

    def _try(self, act: Callable[[], object]) -> None:
        with suppress(Refused), transaction.atomic():
            act()

    @invariant()
    def one_hand_never_grades(self) -> None:
        sitting, keyings = now_of(self.sheet), list(PaperKeying.objects.order_by("no"))
        hands = {one.by_id for one in keyings}
        assert len(keyings) == len(hands) <= 2
        assert self.people[-1].pk not in hands
        graded = verbs_of(sitting).count("sitting_submitted") - self.graded
        if sitting.status != "submitted":
            assert (sitting.status, sitting.score, graded) == ("on_paper", None, 0)
            return
        assert (len(keyings), graded) == (2, 1)
        one, other = (keying.answers for keying in keyings)
        assert all(sitting.answers[no] == one[no] for no in one if one[no] == other[no])


def test_one_hand_never_grades_whatever_the_order(cast: Cast, sheet: PaperSheet) -> None:
    people = [cast.class_manager, cast.examiner, cast.trainer_user, the_user(sheet.sitting.person)]
    run_state_machine_as_test(
        lambda: DoubleKeying(sheet, people),  # type: ignore[arg-type]
        settings=settings(max_examples=15, stateful_step_count=10, deadline=None),
    )

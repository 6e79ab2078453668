"""A learner sits a paper: start, save, submit, and all that can go wrong with the clock."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.db.models import Count

from anlan.assessments.models import Item, ItemKind, Sitting, SittingStatus
from anlan.assessments.queries import questions_shown, review_of
from anlan.assessments.services import (
    lapse_missed,
    prepare_sitting,
    save_answer,
    schedule_sittings,
    start_sitting,
    submit_overdue,
    submit_sitting,
    void_sitting,
)
from anlan.assessments.tests.builders import (
    FULL_MARK,
    HOUR,
    a_bank,
    a_full_bank,
    a_learner,
    a_sitting,
    an_item,
    right_answers,
    the_rules,
    the_user,
    wrong_answers,
)
from anlan.foundation.ledger.models import Entry
from anlan.foundation.ledger.queries import entries_of, timeline
from anlan.lib.refusals import BadInput, NotAllowed, Refused
from anlan.testing.cast import NOW, Cast

MINUTE = timedelta(minutes=1)


@pytest.fixture
def sitting(cast: Cast) -> Sitting:
    a_full_bank()
    return a_sitting(a_learner(), cast.class_manager)


def test_a_perfect_paper_scores_a_hundred_and_passes(sitting: Sitting) -> None:
    user = the_user(sitting.person)
    start_sitting(sitting, by=user, at=NOW, device="phone-1")
    for no, chosen in right_answers(sitting).items():
        save_answer(sitting, int(no), chosen, by=user, at=NOW + MINUTE)
    submit_sitting(sitting, by=user, at=NOW + 5 * MINUTE)
    sitting.refresh_from_db()
    assert (sitting.status, sitting.score, sitting.passed) == ("submitted", FULL_MARK, True)
    assert all(review.correct for review in review_of(sitting))


def test_each_step_writes_its_line_and_saving_writes_none(sitting: Sitting) -> None:
    user = the_user(sitting.person)
    start_sitting(sitting, by=user, at=NOW)
    save_answer(sitting, 1, [0], by=user, at=NOW)
    submit_sitting(sitting, by=user, at=NOW, answers=right_answers(sitting))
    said = [line.sentence for line in timeline([sitting.subject])]
    assert said == ["安排理论考试", "一名学员开始理论考试", "一名学员交卷：100 分，合格"]
    leaves = "".join(entry.leaf for entry in entries_of([sitting.subject]))
    assert sitting.person.name not in leaves
    assert sitting.person.id_number not in leaves
    assert leaves.count("commitments") == 3


def test_half_of_each_kind_comes_from_the_industry(sitting: Sitting) -> None:
    start_sitting(sitting, by=None, at=NOW)
    found = {(kind, bool(industry)): n for kind, industry, n in _drawn(sitting)}
    assert found == {
        ("single", True): 2,
        ("single", False): 2,
        ("multiple", True): 1,
        ("multiple", False): 1,
        ("judge", True): 2,
        ("judge", False): 2,
    }


def _drawn(sitting: Sitting) -> list[tuple[str, str, int]]:
    ids = [question["item"] for question in sitting.questions]
    assert len(set(ids)) == len(ids)
    rows = Item.objects.filter(pk__in=ids).values_list("kind", "industry").annotate(n=Count("id"))
    return list(rows)


def test_starting_again_goes_on_with_the_same_paper(sitting: Sitting) -> None:
    user = the_user(sitting.person)
    start_sitting(sitting, by=user, at=NOW)
    paper, deadline = sitting.questions, sitting.deadline
    save_answer(sitting, 2, [1], by=user, at=NOW + MINUTE)
    again = Sitting.objects.get(pk=sitting.pk)
    start_sitting(again, by=user, at=NOW + 30 * MINUTE)
    assert (again.questions, again.deadline) == (paper, deadline)
    assert again.answers == {"2": [1]}
    assert Entry.objects.filter(subject=sitting.subject, verb="sitting_started").count() == 1


def test_a_make_up_draws_other_questions(cast: Cast) -> None:
    a_full_bank()
    person = a_learner()
    first = a_sitting(person, cast.class_manager)
    start_sitting(first, by=None, at=NOW)
    second = a_sitting(person, cast.class_manager, earlier=first)
    start_sitting(second, by=None, at=NOW)
    assert not {q["item"] for q in first.questions} & {q["item"] for q in second.questions}


def test_a_make_up_falls_back_on_old_questions_when_the_bank_is_small(cast: Cast) -> None:
    bank = a_bank()
    for serial in range(3):
        an_item(bank, serial)
    person, small = a_learner(), {"single": 2}
    first = a_sitting(person, cast.class_manager, composition=small)
    start_sitting(first, by=None, at=NOW)
    second = a_sitting(person, cast.class_manager, earlier=first, composition=small)
    start_sitting(second, by=None, at=NOW)
    fresh = {q["item"] for q in second.questions} - {q["item"] for q in first.questions}
    assert len(second.questions) == 2
    assert len(fresh) == 1


def test_banks_that_cannot_fill_the_paper_are_refused_by_name(cast: Cast) -> None:
    an_item(a_bank(), 1)
    with pytest.raises(Refused, match="判断题需 4 题，只有 0 题；单选题需 4 题，只有 1 题"):
        a_sitting(a_learner(), cast.class_manager)
    assert not Sitting.objects.exists()
    assert not Entry.objects.filter(verb="sitting_scheduled").exists()


def test_another_providers_bank_is_never_drawn_from(cast: Cast) -> None:
    a_full_bank(owner=cast.rival_provider)
    with pytest.raises(Refused, match="题库题量不足"):
        a_sitting(a_learner(), cast.class_manager)


def test_an_exam_that_ends_before_it_begins_is_refused(cast: Cast) -> None:
    a_full_bank()
    with pytest.raises(BadInput, match="不能早于"):
        schedule_sittings(
            [a_learner()],
            title="考试",
            industry="",
            rules=the_rules(),
            opens_at=NOW,
            closes_at=NOW,
            by=cast.class_manager,
            at=NOW,
        )


@pytest.mark.parametrize(("at", "words"), [(NOW - MINUTE, "还没有开始"), (NOW + 3 * HOUR, "截止")])
def test_nobody_starts_before_the_opening_or_after_the_close(
    sitting: Sitting, at: object, words: str
) -> None:
    with pytest.raises(NotAllowed, match=words):
        start_sitting(sitting, by=None, at=at)  # type: ignore[arg-type]
    sitting.refresh_from_db()
    assert (sitting.status, sitting.questions) == (SittingStatus.READY, [])


def test_the_deadline_never_lies_behind_the_close(sitting: Sitting) -> None:
    start_sitting(sitting, by=None, at=NOW + 3 * HOUR - 10 * MINUTE)
    assert sitting.deadline == sitting.closes_at


def test_an_answer_after_the_deadline_is_refused_and_nothing_changes(sitting: Sitting) -> None:
    start_sitting(sitting, by=None, at=NOW)
    save_answer(sitting, 1, [0], by=None, at=NOW + 60 * MINUTE + timedelta(seconds=5))
    with pytest.raises(NotAllowed, match="考试时间已到"):
        save_answer(sitting, 2, [0], by=None, at=NOW + 60 * MINUTE + timedelta(seconds=6))
    sitting.refresh_from_db()
    assert sitting.answers == {"1": [0]}


def test_a_paper_handed_in_too_late_is_graded_by_what_was_saved_in_time(sitting: Sitting) -> None:
    start_sitting(sitting, by=None, at=NOW)
    right = right_answers(sitting)
    save_answer(sitting, 1, right["1"], by=None, at=NOW + MINUTE)
    submit_sitting(sitting, by=None, at=NOW + 61 * MINUTE, answers=right)
    sitting.refresh_from_db()
    assert sitting.answers == {"1": right["1"]}
    assert sitting.score == Decimal("7.5")
    assert sitting.passed is False


def test_handing_in_twice_is_refused_and_the_score_stands(sitting: Sitting) -> None:
    start_sitting(sitting, by=None, at=NOW)
    submit_sitting(sitting, by=None, at=NOW + MINUTE, answers=right_answers(sitting))
    late = Sitting.objects.get(pk=sitting.pk)
    with pytest.raises(NotAllowed, match="09:01 交卷，不能再改"):
        submit_sitting(late, by=None, at=NOW + 2 * MINUTE, answers=wrong_answers(sitting))
    with pytest.raises(NotAllowed, match="不能再改"):
        save_answer(late, 1, [0], by=None, at=NOW + 2 * MINUTE)
    with pytest.raises(NotAllowed, match="不能再改"):
        start_sitting(late, by=None, at=NOW + 2 * MINUTE)
    sitting.refresh_from_db()
    assert (sitting.score, sitting.submitted_at) == (FULL_MARK, NOW + MINUTE)
    assert Entry.objects.filter(verb="sitting_submitted").count() == 1


def test_a_stale_page_cannot_submit_over_a_newer_state(sitting: Sitting) -> None:
    """The caller's object is old; the service reads the row again under its lock."""
    start_sitting(sitting, by=None, at=NOW)
    stale = Sitting.objects.get(pk=sitting.pk)
    submit_sitting(sitting, by=None, at=NOW + MINUTE, answers=right_answers(sitting))
    with pytest.raises(NotAllowed):
        submit_sitting(stale, by=None, at=NOW + MINUTE, answers=wrong_answers(sitting))
    assert Sitting.objects.get(pk=sitting.pk).score == FULL_MARK


@pytest.mark.parametrize(
    ("no", "chosen"), [(0, [0]), (11, [0]), (1, [2]), (1, [-1]), (5, [0, 1]), (9, [9])]
)
def test_an_option_that_the_paper_does_not_show_is_refused(
    sitting: Sitting, no: int, chosen: list[int]
) -> None:
    start_sitting(sitting, by=None, at=NOW)
    with pytest.raises(BadInput):
        save_answer(sitting, no, chosen, by=None, at=NOW)
    sitting.refresh_from_db()
    assert sitting.answers == {}


def test_an_empty_answer_clears_the_question(sitting: Sitting) -> None:
    start_sitting(sitting, by=None, at=NOW)
    save_answer(sitting, 10, [0, 1], by=None, at=NOW)
    save_answer(sitting, 10, [], by=None, at=NOW)
    assert not questions_shown(sitting)[9].answered


def test_half_of_a_multiple_choice_earns_nothing(sitting: Sitting) -> None:
    start_sitting(sitting, by=None, at=NOW)
    answers = right_answers(sitting)
    many = [str(q.no) for q in questions_shown(sitting) if q.kind == ItemKind.MULTIPLE]
    answers[many[0]] = answers[many[0]][:1]
    submit_sitting(sitting, by=None, at=NOW, answers=answers)
    assert sitting.score == Decimal("85.0")


def test_the_job_submits_what_was_saved_and_only_after_the_grace(sitting: Sitting) -> None:
    start_sitting(sitting, by=None, at=NOW)
    right = right_answers(sitting)
    save_answer(sitting, 1, right["1"], by=None, at=NOW)
    over = NOW + 60 * MINUTE
    assert submit_overdue(over + timedelta(seconds=4)) == 0
    assert submit_overdue(over + timedelta(seconds=6)) == 1
    assert submit_overdue(over + timedelta(seconds=7)) == 0
    sitting.refresh_from_db()
    assert (sitting.status, sitting.score) == ("submitted", Decimal("7.5"))
    assert Entry.objects.get(verb="sitting_submitted").actor == "system"


def test_who_never_came_is_marked_as_absent(sitting: Sitting) -> None:
    assert lapse_missed(NOW + 2 * HOUR) == 0
    assert lapse_missed(NOW + 3 * HOUR) == 1
    sitting.refresh_from_db()
    assert (sitting.status, sitting.score) == ("lapsed", None)
    with pytest.raises(NotAllowed, match="未参加"):
        start_sitting(sitting, by=None, at=NOW + 2 * HOUR)


def test_a_voided_sitting_can_no_longer_be_taken(cast: Cast, sitting: Sitting) -> None:
    void_sitting(sitting, by=cast.class_manager, at=NOW, reason="换期")
    with pytest.raises(NotAllowed, match="已作废"):
        start_sitting(sitting, by=None, at=NOW)
    with pytest.raises(NotAllowed):
        void_sitting(sitting, by=cast.class_manager, at=NOW, reason="再来一次")


def test_answers_are_not_reviewed_before_submission(sitting: Sitting) -> None:
    start_sitting(sitting, by=None, at=NOW)
    with pytest.raises(NotAllowed, match="还没有交卷"):
        review_of(sitting)


def test_a_prepared_paper_is_drawn_once_and_stays_closed(sitting: Sitting) -> None:
    prepare_sitting(sitting)
    drawn = sitting.questions
    prepare_sitting(sitting)
    start_sitting(sitting, by=the_user(sitting.person), at=NOW)
    assert drawn
    assert sitting.questions == drawn
    with pytest.raises(NotAllowed):
        prepare_sitting(sitting)

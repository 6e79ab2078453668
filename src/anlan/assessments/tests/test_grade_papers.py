"""Grading and drawing hold for every paper, and a sitting's life has no back door."""

from collections.abc import Callable, Mapping
from datetime import timedelta
from decimal import Decimal
from random import Random
from typing import NamedTuple

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from anlan.assessments.models import ItemKind, Sitting, SittingStatus
from anlan.assessments.papers import Candidate, Grade, Question, draw, grade, mark
from anlan.assessments.services import (
    lapse_missed,
    save_answer,
    start_sitting,
    submit_overdue,
    submit_sitting,
    void_sitting,
)
from anlan.assessments.states import SITTING_STEPS
from anlan.assessments.tests.builders import (
    HOUR,
    a_full_bank,
    a_learner,
    a_sitting,
    right_answers,
)
from anlan.lib.refusals import Refused
from anlan.testing.cast import NOW, Cast

PASS_MARK = Decimal(80)


class Paper(NamedTuple):
    """Questions, keys by item, kinds, weights."""

    questions: list[Question]
    keys: dict[int, list[int]]
    kinds: list[str]
    weights: dict[str, float]

    def right(self) -> dict[str, list[int]]:
        return {
            str(no): [q["order"].index(at) for at in self.keys[q["item"]]]
            for no, q in enumerate(self.questions, start=1)
        }

    def grade(self, answers: Mapping[str, list[int]]) -> Grade:
        marked = mark(self.questions, answers, self.keys)
        return grade(marked, self.kinds, self.weights, PASS_MARK)


@st.composite
def papers(pick: st.DrawFn) -> Paper:
    kinds = pick(st.lists(st.sampled_from(list(ItemKind.values)), min_size=1, max_size=12))
    questions, keys = [], {}
    for pk, kind in enumerate(kinds, start=100):
        width = 2 if kind == ItemKind.JUDGE else pick(st.integers(2, 6))
        most = width if kind == ItemKind.MULTIPLE else 1
        places = st.lists(st.integers(0, width - 1), min_size=1, max_size=most, unique=True)
        keys[pk] = pick(places)
        questions.append({"item": pk, "order": pick(st.permutations(range(width)))})
    weight = st.floats(0.5, 20).map(lambda value: round(value, 1))
    return Paper(questions, keys, kinds, {kind: pick(weight) for kind in ItemKind.values})


@given(papers())
def test_all_right_is_a_hundred_and_nothing_is_zero(paper: Paper) -> None:
    assert paper.grade(paper.right()) == Grade(Decimal(100), passed=True)
    assert paper.grade({}) == Grade(Decimal(0), passed=False)


@given(papers(), st.data())
def test_any_answers_score_within_bounds_and_pass_only_at_the_mark(
    paper: Paper, data: st.DataObject
) -> None:
    answers = {
        str(no): data.draw(st.lists(st.integers(0, len(q["order"]) - 1), unique=True))
        for no, q in enumerate(paper.questions, start=1)
    }
    found = paper.grade(answers)
    assert 0 <= found.score <= 100
    assert found.passed == (found.score >= PASS_MARK)


@given(papers(), st.randoms(use_true_random=False))
def test_shuffling_the_options_changes_no_score(paper: Paper, chance: Random) -> None:
    known = {no for no in paper.right() if chance.random() < 0.5}
    before = paper.grade({no: chosen for no, chosen in paper.right().items() if no in known})
    moved = paper._replace(
        questions=[
            {**q, "order": chance.sample(q["order"], len(q["order"]))} for q in paper.questions
        ]
    )
    after = moved.grade({no: chosen for no, chosen in moved.right().items() if no in known})
    assert after == before


@given(st.integers(0, 6), st.integers(0, 12), st.integers(0, 12), st.integers(0, 99))
def test_a_draw_is_full_and_without_repeats(want: int, own: int, common: int, seed: int) -> None:
    pool = [Candidate(n, "single", "mining" if n < own else "", 4) for n in range(own + common)]
    avoid = {n for n in range(own + common) if n % 3 == 0}
    paper = draw(pool, {"single": want}, avoid=avoid, chance=Random(seed))
    ids = [question["item"] for question in paper]
    assert len(ids) == len(set(ids)) == min(want, own + common)
    assert all(sorted(question["order"]) == [0, 1, 2, 3] for question in paper)
    fresh = [n for n in range(own + common) if n not in avoid]
    assert len(set(ids) & avoid) == max(0, min(want, own + common) - len(fresh))


def test_options_are_shuffled_and_true_stays_before_false() -> None:
    pool = [Candidate(n, "single", "", 4) for n in range(30)] + [Candidate(99, "judge", "", 2)]
    paper = draw(pool, {"single": 30, "judge": 1}, avoid=(), chance=Random(7))
    assert len({tuple(q["order"]) for q in paper if q["item"] != 99}) > 5
    assert next(q["order"] for q in paper if q["item"] == 99) == [0, 1]


Act = Callable[[Sitting, int], object]
ACTS: dict[str, Act] = {
    "start": lambda s, m: start_sitting(s, by=None, at=NOW + timedelta(minutes=m)),
    "save": lambda s, m: save_answer(s, 1, [0], by=None, at=NOW + timedelta(minutes=m)),
    "submit": lambda s, m: submit_sitting(
        s, by=None, at=NOW + timedelta(minutes=m), answers=right_answers(s)
    ),
    "job": lambda s, m: submit_overdue(NOW + timedelta(minutes=m)),
    "lapse": lambda s, m: lapse_missed(NOW + timedelta(minutes=m)),
}


@pytest.fixture
def exam(cast: Cast) -> Callable[[], Sitting]:
    a_full_bank()
    person = a_learner()
    return lambda: a_sitting(person, cast.class_manager)


@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    steps=st.lists(st.tuples(st.sampled_from(sorted(ACTS)), st.integers(-5, 60)), max_size=8),
    void_at=st.integers(0, 20),
)
def test_a_sitting_only_ever_moves_along_its_steps(
    exam: Callable[[], Sitting], cast: Cast, steps: list[tuple[str, int]], void_at: int
) -> None:
    """Whatever is tried in whatever order: steps of the table only, and a score never changes."""
    sitting, minute, score = exam(), 0, None
    for turn, (act, passes) in enumerate(steps):
        minute += max(passes, 0)
        before = Sitting.objects.get(pk=sitting.pk).status
        try:
            if turn == void_at:
                void_sitting(sitting, by=cast.class_manager, at=NOW, reason="停考")
            else:
                ACTS[act](sitting, minute)
        except Refused:
            pass
        sitting = Sitting.objects.get(pk=sitting.pk)
        assert sitting.status == before or sitting.status in SITTING_STEPS[before]
        assert (sitting.score is None) == (sitting.status != SittingStatus.SUBMITTED)
        assert score is None or sitting.score == score
        score = sitting.score
        assert sitting.deadline is None or sitting.deadline <= NOW + 3 * HOUR

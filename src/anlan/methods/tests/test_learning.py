"""A coder learns, knows what it does not know, and refuses what teaches nothing."""

from dataclasses import replace
from datetime import timedelta

import numpy as np
import pytest

from anlan.lib.refusals import BadInput
from anlan.methods.coding import Cases, baseline_accuracy, evaluate, train
from anlan.methods.coding.training import FEWEST_CASES
from anlan.methods.tests.corpus import FIRST, NONSENSE, QUICK, narratives, only


@pytest.mark.parametrize("chinese", [True, False])
def test_it_learns_from_either_language(chinese: bool) -> None:
    cases = only(narratives(many=720), chinese)
    found = evaluate(cases, QUICK)
    figures = found.figures()
    assert figures["accuracy"] > 0.95
    assert figures["coverage"] > 0.5
    assert figures["accuracy_answered"] >= 0.95
    assert baseline_accuracy(found.earlier, found.later) > 0.5


def test_three_labels_are_offered_likeliest_first() -> None:
    coder = train(narratives(), QUICK)
    (guess,) = coder.answer(["工人从脚手架坠落摔伤头部"]).guesses()
    assert guess.labels[0] == "高处坠落"
    assert guess.sure
    assert sorted(guess.labels) == sorted({"高处坠落", "机械伤害", "灼烫"})
    assert list(guess.probabilities) == sorted(guess.probabilities, reverse=True)
    assert sum(guess.probabilities) == pytest.approx(1.0)


def test_two_labels_are_enough() -> None:
    cases = narratives(kinds=2)
    found = evaluate(cases, QUICK)
    assert found.figures()["accuracy"] > 0.95
    assert found.answers.best.shape == (len(found.later), 2)


def test_nonsense_goes_to_a_person() -> None:
    coder = train(narratives(), QUICK)
    assert coder.card.threshold is not None
    assert not coder.answer(NONSENSE).sure.any()


def test_nothing_is_answered_where_nothing_could_be_shown() -> None:
    cases = narratives()
    labels = np.random.default_rng(3).permutation(cases.labels).tolist()
    coder = train(Cases.of(cases.texts, labels, cases.days), QUICK)
    assert coder.card.threshold is None
    assert not coder.answer(cases.texts).sure.any()


def test_no_texts_get_no_answers() -> None:
    answers = train(narratives(), QUICK).answer([])
    assert answers.guesses() == []
    assert answers.probabilities.shape == (0, 3)


def test_batches_do_not_show(monkeypatch: pytest.MonkeyPatch) -> None:
    cases = narratives()
    coder = train(cases, QUICK)
    whole = coder.answer(cases.texts)
    monkeypatch.setattr("anlan.methods.coding.coder.BATCH", 7)
    pieces = coder.answer(cases.texts)
    assert pieces.guesses() == whole.guesses()


def test_one_label_is_refused() -> None:
    with pytest.raises(BadInput, match="同一个编码") as refused:
        train(narratives(kinds=1), QUICK)
    assert refused.value.next_step


def test_too_few_cases_are_refused() -> None:
    with pytest.raises(BadInput, match=f"至少要 {FEWEST_CASES} 条"):
        train(narratives(many=12), QUICK)


def test_one_day_is_refused() -> None:
    cases = narratives()
    with pytest.raises(BadInput, match="日期太集中"):
        train(Cases.of(cases.texts, cases.labels, [FIRST] * len(cases)), QUICK)


def test_an_earlier_part_of_one_label_is_refused() -> None:
    cases = narratives(many=90, kinds=1)
    last = FIRST + timedelta(days=400)
    mixed = cases + Cases.of(["操作工被皮带机夹伤"] * 9, ["机械伤害"] * 9, [last] * 9)
    with pytest.raises(BadInput, match="较早一段"):
        train(mixed, QUICK)


def test_a_label_that_only_the_later_cases_have_can_be_learnt() -> None:
    cases = narratives()
    last = FIRST + timedelta(days=400)
    coder = train(cases + Cases.of(["触电 电击 配电箱"] * 12, ["触电"] * 12, [last] * 12), QUICK)
    assert "触电" in coder.scorer.labels
    assert coder.answer(["配电箱触电"]).first.tolist() == ["触电"]


def test_the_card_says_what_it_was_made_from() -> None:
    cases = narratives()
    card = train(cases, replace(QUICK, seed=5), target="类型").card
    assert (card.target, card.version, card.rows) == ("类型", 1, len(cases))
    assert card.first_day == FIRST.isoformat()
    assert sum(card.labels.values()) == len(cases)
    assert card.recipe.seed == 5
    assert card.strength in card.recipe.strengths
    assert card.measured.first_day > card.first_day
    assert card.measured.last_day == card.last_day
    shares = card.measured.figures()
    low, high = shares["accuracy_ci"]
    assert low <= shares["accuracy"] <= high

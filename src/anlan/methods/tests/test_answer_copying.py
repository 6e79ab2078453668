"""Two who copied are found; classes that worked apart raise next to nothing."""

import math
import random

import pytest

from anlan.methods.answer_copying import Sheet, pull, tail, unlikely_pairs

ALPHA = 0.001
LEAST = 5
ITEMS = 25


def a_class(seed: int, *, people: int = 40, skill: float = 0.6, pull: float = 0.6) -> list[Sheet]:
    """Everybody works alone on the same paper; each item has one wrong answer that attracts."""
    chance = random.Random(seed)
    sheets = []
    for who in range(people):
        wrong = {
            item: 0 if chance.random() < pull else chance.choice((1, 2))
            for item in range(ITEMS)
            if chance.random() > skill
        }
        sheets.append(Sheet(who, wrong))
    return sheets


def test_the_tail_agrees_with_the_binomial() -> None:
    exact = sum(math.comb(8, k) * 0.4**k * 0.6 ** (8 - k) for k in range(5, 9))
    assert tail([0.4] * 8, 5) == pytest.approx(exact)
    assert tail([], 0) == tail([0.3, 0.9], 0) == 1.0
    assert tail([0.3, 0.9], 2) == pytest.approx(0.27)


def test_an_answer_pulls_as_was_seen_and_strongly_where_little_was() -> None:
    assert pull(0, 0) == pytest.approx(0.6)
    assert pull(0, 2) > 0.4
    assert pull(500, 1000) == pytest.approx(0.5, abs=0.01)


def test_two_who_copied_are_found() -> None:
    """One sheet is the other's, rare wrong answers and all."""
    sheets = a_class(1)
    rare = dict.fromkeys(range(0, 16, 2), 2)
    copied = {**sheets[7].wrong, **rare}
    sheets[7], sheets[20] = Sheet(7, copied), Sheet(20, copied)
    found = unlikely_pairs(sheets, elsewhere=a_class(99, people=200), alpha=ALPHA, least=LEAST)
    assert [{one.first, one.second} for one in found] == [{7, 20}]
    assert found[0].same == found[0].shared >= LEAST
    assert found[0].corrected < ALPHA


def test_classes_that_worked_apart_raise_next_to_nothing() -> None:
    """30 classes at a bound of 0.001 each: one alarm would be bad luck, two a fault."""
    alarms = 0
    for seed in range(30):
        elsewhere = a_class(10_000 + seed, people=60)
        alarms += bool(unlikely_pairs(a_class(seed), elsewhere=elsewhere, alpha=ALPHA, least=LEAST))
    assert alarms <= 1


def test_a_class_that_was_taught_something_wrong_is_not_accused() -> None:
    taught = dict.fromkeys(range(10), 2)
    sheets = [Sheet(one.who, {**one.wrong, **taught}) for one in a_class(3)]
    assert unlikely_pairs(sheets, elsewhere=(), alpha=ALPHA, least=LEAST) == []


def test_questions_with_one_wrong_answer_say_nothing() -> None:
    sheets = [Sheet(who, dict.fromkeys(range(12), "wrong")) for who in range(20)]
    assert unlikely_pairs(sheets, elsewhere=(), alpha=ALPHA, least=LEAST) == []


def test_few_common_errors_are_never_reported() -> None:
    pair = [Sheet(who, dict.fromkeys(range(4), 2)) for who in range(2)]
    assert unlikely_pairs(pair, elsewhere=a_class(5), alpha=0.9, least=LEAST) == []

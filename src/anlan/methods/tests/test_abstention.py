"""Coverage and accuracy, counted by hand; the threshold promises no more than was shown."""

import numpy as np
import pytest

from anlan.methods.coding.abstention import best_coverage, choose_threshold, coverage_at
from anlan.methods.coding.intervals import wilson

SURE = np.array([0.9, 0.8, 0.8, 0.6, 0.5, 0.4])
RIGHT = np.array([True, True, False, True, False, False])


def test_coverage_by_hand() -> None:
    found = coverage_at(SURE, RIGHT, 0.6)
    assert (found.cases, found.answered, found.right) == (6, 4, 3)
    assert found.coverage == pytest.approx(4 / 6)
    assert found.accuracy == pytest.approx(3 / 4)
    assert coverage_at(SURE, RIGHT, None).answered == 0


def test_equally_sure_cases_are_answered_together() -> None:
    # One alone is 1/1; the two at .8 come together: 2/3; four of them 3/4.
    assert best_coverage(SURE, RIGHT, 1.0) == pytest.approx(1 / 6)
    assert best_coverage(SURE, RIGHT, 0.75) == pytest.approx(4 / 6)
    assert best_coverage(SURE, RIGHT, 0.5) == pytest.approx(1.0)
    assert best_coverage(SURE[-1:], RIGHT[-1:], 0.5) == 0.0


def test_a_threshold_needs_enough_cases() -> None:
    few = np.full(20, 0.99)
    assert choose_threshold(few, np.ones(20, bool), wanted=0.95) is None
    many = np.full(200, 0.99)
    assert choose_threshold(many, np.ones(200, bool), wanted=0.95) == 0.05


def test_the_walk_ends_at_the_first_step_that_fails() -> None:
    confidence = np.r_[np.full(100, 0.995), np.full(100, 0.70), np.full(400, 0.30)]
    right = np.r_[np.ones(100, bool), np.zeros(100, bool), np.ones(400, bool)]
    assert choose_threshold(confidence, right, wanted=0.8) == 0.71


def test_the_promise_is_kept_as_often_as_it_says() -> None:
    """Truly 94 % right where 95 % is wanted: chosen in at most about a tenth of the trials."""
    chance = np.random.default_rng(11)
    trials = [
        choose_threshold(np.full(400, 0.99), chance.random(400) < 0.95, wanted=0.95)
        for _ in range(400)
    ]
    assert sum(found is not None for found in trials) <= 0.14 * len(trials)


def test_wilson_as_published() -> None:
    # Newcombe 1998, table I: 81 of 263.
    low, high = wilson(81, 263)
    assert (round(low, 4), round(high, 4)) == (0.2553, 0.3662)
    assert wilson(0, 0) == (0.0, 1.0)

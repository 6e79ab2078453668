"""Probabilities rise with the scores, sum to one, and are right about as often as they say."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from anlan.methods.coding.calibration import fit_calibration, softmax
from anlan.methods.coding.evaluation import calibration_error


def _drawn(many: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Scores three times too sure of themselves, and answers drawn by their true shares."""
    chance = np.random.default_rng(seed)
    scores = chance.normal(size=(many, 3)) * 1.5
    shares = softmax(scores)
    answers = np.array([chance.choice(3, p=row) for row in shares])
    return scores * 3, answers


@settings(max_examples=10)
@given(st.integers(0, 1000))
def test_each_curve_rises(seed: int) -> None:
    calibration = fit_calibration(*_drawn(200, seed))
    steps = np.linspace(0, 1, 101)
    for curve in calibration.curves:
        assert (np.diff(curve(steps)) >= 0).all()


def test_boasting_is_put_right() -> None:
    calibration = fit_calibration(*_drawn(2000, 1))
    scores, answers = _drawn(2000, 2)
    said, meant = softmax(scores), calibration.probabilities(scores)
    assert meant.sum(axis=1) == pytest.approx(np.ones(len(meant)))
    before, after = (
        calibration_error(p.max(axis=1), p.argmax(axis=1) == answers) for p in (said, meant)
    )
    assert before > 0.15
    assert after < 0.04


def test_a_new_label_takes_the_common_curve() -> None:
    calibration = fit_calibration(*_drawn(300, 4))
    moved = calibration.moved(("a", "b", "c"), ("b", "new", "a", "c"))
    assert moved.curves[0] is calibration.curves[1]
    assert moved.curves[1] is calibration.together
    old, new = calibration.scaling, moved.scaling
    assert new.mixing[0, 2] == old.mixing[1, 0]
    assert new.mixing[1].tolist() == [0.0, old.common, 0.0, 0.0]
    assert new.offsets.tolist() == [old.offsets[1], 0.0, old.offsets[0], old.offsets[2]]


def test_a_label_that_is_called_too_often_is_held_back() -> None:
    scores, answers = _drawn(2000, 5)
    scores[:, 0] += 2.0
    calibration = fit_calibration(scores, answers)
    assert calibration.scaling.offsets[0] < min(calibration.scaling.offsets[1:])
    said = calibration.probabilities(scores).argmax(axis=1)
    assert abs((said == 0).mean() - (answers == 0).mean()) < 0.05


def test_no_cases_teach_nothing() -> None:
    with pytest.raises(ValueError, match="no cases"):
        fit_calibration(np.zeros((0, 3)), np.zeros(0, np.int64))

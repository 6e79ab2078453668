"""Scores to probabilities that mean what they say.

Each label's score gets a slope and an offset, fitted on later cases (vector scaling; Guo et al.,
ICML 2017), held near one common slope and no offset so that a rare label does not run away. The
softmax of that is each label's share. The share is then read off an isotonic curve, one against the
rest, and the row is scaled to 1 (Zadrozny & Elkan, KDD 2002). A label with fewer than ``OWN_CURVE``
later cases uses one curve fitted over all labels together. Two made-up cases, one right at a share
of 0 and one wrong at a share of 1, keep every curve from promising certainty.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize, minimize_scalar

Probabilities = NDArray[np.float64]

OWN_CURVE = 200
# Ridge penalties that hold log slopes near the common one and offsets near 0.
HOLD_SLOPES = 10.0
HOLD_OFFSETS = 1.0
# An isotonic curve has steps; a little of the share itself keeps the order within a step.
RAW_PART = 0.1
_SMALLEST = 1e-6


@dataclass(frozen=True, slots=True)
class Scaling:
    """Each label's slope and offset; ``common`` is the slope of a label that had no later case."""

    common: float
    slopes: Probabilities
    offsets: Probabilities

    def shares(self, scores: NDArray[Any]) -> Probabilities:
        """Each row sums to 1."""
        return softmax(scores * self.slopes + self.offsets)


@dataclass(frozen=True, slots=True)
class Curve:
    """A rising curve through points, straight between them."""

    share: Probabilities
    probability: Probabilities

    def __call__(self, shares: Probabilities) -> Probabilities:
        risen = np.interp(shares, self.share, self.probability)
        return np.asarray((1 - RAW_PART) * risen + RAW_PART * shares, np.float64)


@dataclass(frozen=True, slots=True)
class Calibration:
    """A scaling, a curve for each label, and the one for labels too rare or too new."""

    scaling: Scaling
    curves: tuple[Curve, ...]
    together: Curve

    def probabilities(self, scores: NDArray[Any]) -> Probabilities:
        """Each row sums to 1."""
        shares = self.scaling.shares(scores)
        risen = np.column_stack([c(shares[:, at]) for at, c in enumerate(self.curves)])
        risen = np.maximum(risen, _SMALLEST)
        return np.asarray(risen / risen.sum(axis=1, keepdims=True), np.float64)

    def moved(self, labels: Sequence[str], to: Sequence[str]) -> "Calibration":
        """The same for a scorer with more labels, or in another order."""
        column = {label: at for at, label in enumerate(labels)}
        places = [column.get(label) for label in to]
        old = self.scaling
        scaling = Scaling(
            old.common,
            np.array([old.common if at is None else old.slopes[at] for at in places]),
            np.array([0.0 if at is None else old.offsets[at] for at in places]),
        )
        curves = tuple(self.together if at is None else self.curves[at] for at in places)
        return Calibration(scaling, curves, self.together)


def softmax(scores: NDArray[Any]) -> Probabilities:
    """Shares that sum to 1 in each row."""
    raised = np.exp(scores.astype(np.float64) - scores.max(axis=1, keepdims=True))
    return np.asarray(raised / raised.sum(axis=1, keepdims=True), np.float64)


def fit_calibration(scores: NDArray[Any], answers: NDArray[np.int64]) -> Calibration:
    """From scores of cases the scorer has not seen; ``answers`` are columns, -1 if none is right.

    ValueError without a single case.
    """
    if not len(answers):
        raise ValueError("no cases to calibrate with")
    scaling = fit_scaling(scores, answers)
    shares = scaling.shares(scores)
    right = answers[:, None] == np.arange(scores.shape[1])[None, :]
    together = _isotonic(shares.ravel(), right.ravel())
    own = right.sum(axis=0) >= OWN_CURVE
    curves = tuple(
        _isotonic(shares[:, at], right[:, at]) if own[at] else together
        for at in range(scores.shape[1])
    )
    return Calibration(scaling, curves, together)


def fit_scaling(scores: NDArray[Any], answers: NDArray[np.int64]) -> Scaling:
    """The common slope first, then each label's own; the identity if no answer is a column."""
    known = answers >= 0
    labels = scores.shape[1]
    if not known.any():
        return Scaling(1.0, np.ones(labels), np.zeros(labels))
    kept, wanted = scores[known].astype(np.float64), answers[known]
    common = _common_slope(kept, wanted)
    rows, truth = np.arange(len(wanted)), np.eye(labels)[wanted]

    def loss(guess: Probabilities) -> tuple[float, Probabilities]:
        log_slopes, offsets = guess[:labels], guess[labels:]
        bent = kept * (common * np.exp(log_slopes))
        shares = softmax(bent + offsets)
        missed = shares - truth
        value = -np.log(np.maximum(shares[rows, wanted], _SMALLEST)).sum()
        value += HOLD_SLOPES * (log_slopes**2).sum() / 2 + HOLD_OFFSETS * (offsets**2).sum() / 2
        steepness = (missed * bent).sum(axis=0) + HOLD_SLOPES * log_slopes
        return float(value), np.r_[steepness, missed.sum(axis=0) + HOLD_OFFSETS * offsets]

    found = minimize(loss, np.zeros(2 * labels), jac=True, method="L-BFGS-B").x
    return Scaling(common, common * np.exp(found[:labels]), np.asarray(found[labels:]))


def _common_slope(scores: Probabilities, wanted: NDArray[np.int64]) -> float:
    rows = np.arange(len(wanted))

    def loss(log_slope: float) -> float:
        shares = softmax(scores * np.exp(log_slope))[rows, wanted]
        return float(-np.log(np.maximum(shares, _SMALLEST)).mean())

    return float(np.exp(minimize_scalar(loss, bounds=(-3.0, 3.0), method="bounded").x))


def _isotonic(shares: Probabilities, right: NDArray[np.bool_]) -> Curve:
    from sklearn.isotonic import IsotonicRegression

    shares, right = np.r_[0.0, shares, 1.0], np.r_[True, right, False]
    fitted = IsotonicRegression(y_min=0.0, y_max=1.0, out_of_bounds="clip").fit(shares, right)
    return Curve(
        np.asarray(fitted.X_thresholds_, np.float64), np.asarray(fitted.y_thresholds_, np.float64)
    )

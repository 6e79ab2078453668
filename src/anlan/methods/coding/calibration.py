"""Scores to probabilities that mean what they say.

Scores are mixed by a matrix and an offset for each label, fitted on later cases: a high score for
finger and a middling one for hand may together mean hand (matrix scaling; Guo et al., ICML 2017).
The matrix is held near one common slope and the offsets near nothing (Kull et al., NeurIPS 2019).
The softmax of that is each label's share. The share is then read off an isotonic curve, one against
the rest, and the row is scaled to 1 (Zadrozny & Elkan, KDD 2002). A label with fewer than
``OWN_CURVE`` later cases uses one curve fitted over all labels together. Two made-up cases, one
right at a share of 0 and one wrong at a share of 1, keep every curve from promising certainty.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Probabilities = NDArray[np.float64]

OWN_CURVE = 200
# Ridge penalties that hold the matrix near its common slope and the offsets near 0.
HOLD_MIXING = 10.0
HOLD_OFFSETS = 1.0
ROUNDS = 100
# An isotonic curve has steps; a little of the share itself keeps the order within a step.
RAW_PART = 0.1
_SMALLEST = 1e-6


@dataclass(frozen=True, slots=True)
class Scaling:
    """Scores times ``mixing`` (a column a label) and offsets; ``common`` it was held near."""

    common: float
    mixing: Probabilities
    offsets: Probabilities

    def shares(self, scores: NDArray[Any]) -> Probabilities:
        """Each row sums to 1."""
        return softmax(scores @ self.mixing + self.offsets)

    def moved(self, places: Sequence[int | None]) -> "Scaling":
        """For labels at these old places; a new one (None) is scaled by the common slope alone."""
        mixing = np.eye(len(places)) * self.common
        offsets = np.zeros(len(places))
        new = [at for at, old in enumerate(places) if old is not None]
        kept = [old for old in places if old is not None]
        mixing[np.ix_(new, new)] = self.mixing[np.ix_(kept, kept)]
        offsets[new] = self.offsets[kept]
        return Scaling(self.common, mixing, offsets)


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
        curves = tuple(self.together if at is None else self.curves[at] for at in places)
        return Calibration(self.scaling.moved(places), curves, self.together)


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
    """The common slope first, then the matrix; the identity if no answer is a column."""
    from scipy.optimize import minimize

    known = answers >= 0
    labels = scores.shape[1]
    if not known.any():
        return Scaling(1.0, np.eye(labels), np.zeros(labels))
    kept, wanted = scores[known].astype(np.float64), answers[known]
    common = _common_slope(kept, wanted)
    rows, truth, cells = np.arange(len(wanted)), np.eye(labels)[wanted], labels * labels

    def loss(guess: Probabilities) -> tuple[float, Probabilities]:
        bend, offsets = guess[:cells].reshape(labels, labels), guess[cells:]
        shares = softmax(common * kept + kept @ bend + offsets)
        value = -np.log(np.maximum(shares[rows, wanted], _SMALLEST)).sum()
        value += HOLD_MIXING * (bend**2).sum() / 2 + HOLD_OFFSETS * (offsets**2).sum() / 2
        missed = shares - truth
        steepness = kept.T @ missed + HOLD_MIXING * bend
        return float(value), np.r_[steepness.ravel(), missed.sum(axis=0) + HOLD_OFFSETS * offsets]

    options = {"maxiter": ROUNDS}
    start = np.zeros(cells + labels)
    found = minimize(loss, start, jac=True, method="L-BFGS-B", options=options).x
    bend = found[:cells].reshape(labels, labels)
    return Scaling(common, np.eye(labels) * common + bend, np.asarray(found[cells:]))


def _common_slope(scores: Probabilities, wanted: NDArray[np.int64]) -> float:
    from scipy.optimize import minimize_scalar

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

"""Scores to probabilities that mean what they say.

Scores become shares by a softmax at a temperature that fits the later cases best (Guo et al., ICML
2017). Then each label's share is read off an isotonic curve fitted on those cases, one against the
rest, and the row is scaled to 1 (Zadrozny & Elkan, KDD 2002). A label with fewer than ``OWN_CURVE``
later cases uses one curve fitted over all labels together. Two made-up cases, one right at a share
of 0 and one wrong at a share of 1, keep every curve from promising certainty.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize_scalar

Probabilities = NDArray[np.float64]

OWN_CURVE = 60
# An isotonic curve has steps; a little of the share itself keeps the order within a step.
RAW_PART = 0.1
_SMALLEST = 1e-6


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
    """Temperature, a curve for each label, and the one for labels too rare or too new."""

    temperature: float
    curves: tuple[Curve, ...]
    together: Curve

    def moved(self, labels: Sequence[str], to: Sequence[str]) -> "Calibration":
        """The same for a scorer with more labels, or in another order."""
        own = dict(zip(labels, self.curves, strict=True))
        curves = tuple(own.get(label, self.together) for label in to)
        return Calibration(self.temperature, curves, self.together)

    def probabilities(self, scores: NDArray[Any]) -> Probabilities:
        """Each row sums to 1."""
        shares = softmax(scores / self.temperature)
        risen = np.column_stack([c(shares[:, at]) for at, c in enumerate(self.curves)])
        risen = np.maximum(risen, _SMALLEST)
        return np.asarray(risen / risen.sum(axis=1, keepdims=True), np.float64)


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
    temperature = _best_temperature(scores, answers)
    shares = softmax(scores / temperature)
    right = answers[:, None] == np.arange(scores.shape[1])[None, :]
    together = _isotonic(shares.ravel(), right.ravel())
    own = right.sum(axis=0) >= OWN_CURVE
    curves = tuple(
        _isotonic(shares[:, at], right[:, at]) if own[at] else together
        for at in range(scores.shape[1])
    )
    return Calibration(temperature, curves, together)


def _best_temperature(scores: NDArray[Any], answers: NDArray[np.int64]) -> float:
    known = answers >= 0
    if not known.any():
        return 1.0
    kept, wanted = scores[known], answers[known]

    def loss(log_temperature: float) -> float:
        shares = softmax(kept / np.exp(log_temperature))
        return float(-np.log(np.maximum(shares[np.arange(len(wanted)), wanted], _SMALLEST)).mean())

    return float(np.exp(minimize_scalar(loss, bounds=(-3.0, 3.0), method="bounded").x))


def _isotonic(shares: Probabilities, right: NDArray[np.bool_]) -> Curve:
    from sklearn.isotonic import IsotonicRegression

    shares, right = np.r_[0.0, shares, 1.0], np.r_[True, right, False]
    fitted = IsotonicRegression(y_min=0.0, y_max=1.0, out_of_bounds="clip").fit(shares, right)
    return Curve(
        np.asarray(fitted.X_thresholds_, np.float64), np.asarray(fitted.y_thresholds_, np.float64)
    )

"""The linear scorer: one weight a feature and label, the mean of two ways to find it.

A multinomial logistic regression and one-against-rest linear support vectors (squared hinge) learn
from the same matrix; their weights are added, so the pair costs no more than one model to apply.
scikit-learn is loaded when something is fitted: who only predicts does not wait for it.
"""

import warnings
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from anlan.methods.coding.features import Matrix

Floats = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Strength:
    """Inverse penalties of the two models, and how much a support-vector margin counts."""

    logistic: float = 20.0
    margin: float = 0.3
    share: float = 2.0
    rounds: int = 60

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


@dataclass(frozen=True, slots=True)
class Scorer:
    """Scores of each label; the highest is the answer."""

    labels: tuple[str, ...]
    weights: Floats
    offsets: Floats

    def scores(self, matrix: Matrix) -> Floats:
        """One row a text, one column a label."""
        found: Floats = np.asarray(matrix @ self.weights) + self.offsets
        return found


def fit_scorer(
    matrix: Matrix,
    labels: Sequence[str],
    *,
    strength: Strength,
    seed: int,
    weights: NDArray[np.float64] | None = None,
) -> Scorer:
    """Learn from a feature matrix; ``weights`` count a row more or less than once.

    The same rows, strength and seed give the same weights. ValueError if there is one label only.
    """
    from sklearn.exceptions import ConvergenceWarning
    from sklearn.linear_model import LogisticRegression
    from sklearn.svm import LinearSVC

    names = np.unique(np.asarray(labels, dtype=object).astype(str))
    if len(names) < 2:
        raise ValueError("one label only: nothing to tell apart")
    answers = np.searchsorted(names, np.asarray(labels, dtype=object).astype(str))
    logistic = LogisticRegression(C=strength.logistic, max_iter=strength.rounds, tol=1e-3)
    margin = LinearSVC(C=strength.margin, random_state=seed)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)  # stopped early on purpose
        logistic.fit(matrix, answers, sample_weight=weights)
        margin.fit(matrix, answers, sample_weight=weights)
    slopes, starts = _both_sides(logistic.coef_, logistic.intercept_)
    margin_slopes, margin_starts = _both_sides(margin.coef_, margin.intercept_)
    return Scorer(
        tuple(names.tolist()),
        np.ascontiguousarray((slopes + strength.share * margin_slopes).T, np.float32),
        np.asarray(starts + strength.share * margin_starts, np.float32),
    )


def _both_sides(slopes: NDArray[Any], starts: NDArray[Any]) -> tuple[NDArray[Any], NDArray[Any]]:
    """Of two labels scikit-learn keeps one side; the other is its mirror."""
    if len(slopes) > 1:
        return slopes, starts
    return np.vstack([-slopes / 2, slopes / 2]), np.r_[-starts / 2, starts / 2]

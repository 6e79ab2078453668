"""The linear scorer: one weight a feature and label, the sum of two ways to find it.

Both are one-against-rest linear support vectors (squared hinge). One learns from the features as
they are; the other from features scaled by how differently they occur inside and outside the label
(the absolute log ratio of naive Bayes; Wang & Manning, ACL 2012), so that what is typical of a
label is cheap to rely on. Scaled weights scale back to weights of the plain features, so the pair
costs no more than one model to apply. scikit-learn is loaded when something is fitted: who only
predicts does not wait for it.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from anlan.methods.coding.features import Matrix

Floats = NDArray[np.float32]
Weights = NDArray[np.float64]

TOLERANCE = 1e-2


@dataclass(frozen=True, slots=True)
class Strength:
    """Inverse penalties ``scaled`` and ``plain``, and how much the plain one counts beside.

    ``smoothing`` is added to the mean of a feature before the ratio is taken: the larger, the less
    rare features are trusted.
    """

    scaled: float = 0.4
    smoothing: float = 5e-5
    plain: float = 0.3
    plain_share: float = 0.5


# Trusts rare features more, each of them less: better where labels are many.
BOLDER = Strength(scaled=0.3, smoothing=2e-5, plain=0.2)


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
    labels: NDArray[np.str_],
    *,
    weights: Weights,
    strength: Strength,
    seed: int,
) -> Scorer:
    """Learn from a feature matrix; a row counts as often as its weight says.

    The same rows, strength and seed give the same scorer. ValueError if there is one label only.
    """
    names = np.unique(labels)
    if len(names) < 2:
        raise ValueError("one label only: nothing to tell apart")
    slopes = np.zeros((matrix.shape[1], len(names)), np.float32)
    offsets = np.zeros(len(names), np.float32)
    together = matrix.T @ weights
    plain, plain_offsets = _margins(matrix, labels, weights, strength.plain, seed)
    for at, name in enumerate(names):
        inside = labels == name
        scale = _contrast(matrix, inside, weights, together, strength.smoothing)
        scaled = matrix.copy()
        scaled.data *= scale[scaled.indices]
        both, both_offsets = _margins(scaled, inside, weights, strength.scaled, seed)
        slopes[:, at] = both[1] * scale + strength.plain_share * plain[at]
        offsets[at] = both_offsets[1] + strength.plain_share * plain_offsets[at]
    return Scorer(tuple(names.tolist()), slopes, offsets)


def _contrast(
    matrix: Matrix, inside: NDArray[np.bool_], weights: Weights, together: Weights, smoothing: float
) -> Floats:
    """Of each feature: |log| of its mean inside over that outside, scaled to a mean square of 1.

    ``together`` is the weighted sum over all rows.
    """
    within = matrix.T @ np.where(inside, weights, 0.0)
    share = within / weights[inside].sum() + smoothing
    rest = np.maximum(together - within, 0.0) / weights[~inside].sum() + smoothing
    contrast = np.abs(np.log(share / rest))
    return np.asarray(contrast / (np.sqrt(np.mean(contrast**2)) or 1.0), np.float32)


def _margins(
    matrix: Matrix, answers: NDArray[Any], weights: Weights, strength: float, seed: int
) -> tuple[Weights, Weights]:
    """Slopes (a row each) and offsets of every answer against the rest, answers in sorted order."""
    from sklearn.svm import LinearSVC

    fitted = LinearSVC(C=strength, tol=TOLERANCE, random_state=seed)
    fitted.fit(matrix, answers, sample_weight=weights)
    slopes, offsets = fitted.coef_, fitted.intercept_
    if len(slopes) == 1:  # of two answers scikit-learn keeps the second; the first is its mirror
        return np.vstack([-slopes, slopes]), np.r_[-offsets, offsets]
    return slopes, offsets

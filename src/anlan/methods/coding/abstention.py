"""When to answer and when to ask a person.

The threshold is the lowest of a fixed ladder of probabilities for which later cases show, step by
step from the highest, that accuracy above it is not below what is wanted. Each step is an exact
binomial test; the first that fails ends the walk, so the chance that the chosen step breaks the
promise stays at ``RISK`` however many steps are tried (fixed-sequence testing; Angelopoulos et al.,
Learn then Test, arXiv:2110.01052). It holds for cases like those it was chosen on; words and work
change, so what people correct is counted afterwards too (``reviews``).
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

RISK = 0.1
LADDER = tuple(round(1 - step / 100, 2) for step in range(1, 96))
# The first step tried must have some cases above it: with fewer not even perfection is proof.
FIRST_SHARE = 0.1


@dataclass(frozen=True, slots=True)
class Coverage:
    """What a threshold gives: how many are answered, and how many of those rightly."""

    cases: int
    answered: int
    right: int

    @property
    def coverage(self) -> float:
        return self.answered / self.cases if self.cases else 0.0

    @property
    def accuracy(self) -> float:
        return self.right / self.answered if self.answered else 0.0


def choose_threshold(
    confidence: NDArray[np.float64], right: NDArray[np.bool_], *, wanted: float, risk: float = RISK
) -> float | None:
    """The lowest probability that may be answered without a person; None if none can be shown."""
    from scipy.stats import binom

    chosen = None
    for threshold in LADDER:
        above = confidence >= threshold
        answered, hits = int(above.sum()), int(right[above].sum())
        if answered < max(FIRST_SHARE * len(right), _fewest(wanted, risk)):
            continue
        if float(binom.sf(hits - 1, answered, wanted)) > risk:
            break
        chosen = threshold
    return chosen


def coverage_at(
    confidence: NDArray[np.float64], right: NDArray[np.bool_], threshold: float | None
) -> Coverage:
    """What this threshold gives on these cases."""
    above = np.zeros(len(right), bool) if threshold is None else confidence >= threshold
    return Coverage(len(right), int(above.sum()), int(right[above].sum()))


def best_coverage(
    confidence: NDArray[np.float64], right: NDArray[np.bool_], wanted: float
) -> float:
    """The largest share, most confident first, of which ``wanted`` are right.

    Read off the cases themselves, so it is what a perfect choice of threshold would give: a figure
    to compare coders by, not a promise. Cases of equal confidence are answered together.
    """
    if not len(right):
        return 0.0
    order = np.argsort(-confidence, kind="stable")
    hits = np.cumsum(right[order])
    many = np.arange(1, len(right) + 1)
    last_of_equals: NDArray[Any] = np.r_[np.diff(confidence[order]) != 0, True]
    fits = np.flatnonzero((hits / many >= wanted) & last_of_equals)
    return float(many[fits[-1]] / len(right)) if len(fits) else 0.0


def _fewest(wanted: float, risk: float) -> float:
    """Cases that must all be right before chance is ruled out."""
    return float(np.log(risk) / np.log(wanted)) if 0 < wanted < 1 else 1.0

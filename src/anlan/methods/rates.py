"""Rates of rare events and shares, each with an interval that needs no large numbers.

Exact limits of a Poisson count: F. Garwood, "Fiducial limits for the Poisson distribution",
Biometrika 28, 1936; they are quantiles of the gamma distribution. Limits of a share: E. B. Wilson,
JASA 22, 1927. Both are two-sided; the exact ones cover at least what they promise, so they are
rather wide for a handful of events.
"""

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import gammaincinv, ndtri

Floats = NDArray[np.float64]
Limits = tuple[Floats, Floats]


def poisson_limits(events: ArrayLike, *, level: float = 0.95) -> Limits:
    """Lower and upper limit of the mean of so many events; 0 below when there was none."""
    counts = np.asarray(events, dtype=np.float64)
    if np.any(counts < 0):
        raise ValueError("a count of events can't be negative")
    tail = (1 - level) / 2
    lower = np.where(counts > 0, gammaincinv(np.maximum(counts, 1), tail), 0.0)
    return lower, np.asarray(gammaincinv(counts + 1, 1 - tail), dtype=np.float64)


def rate_limits(
    events: ArrayLike, exposure: ArrayLike, *, per: float = 1.0, level: float = 0.95
) -> tuple[Floats, Floats, Floats]:
    """Rate, lower and upper limit per `per` units of exposure; NaN where there is no exposure."""
    time = np.asarray(exposure, dtype=np.float64)
    if np.any(time < 0):
        raise ValueError("exposure can't be negative")
    scale = np.where(time > 0, per / np.where(time > 0, time, 1.0), np.nan)
    counts = np.asarray(events, dtype=np.float64)
    lower, upper = poisson_limits(counts, level=level)
    return counts * scale, lower * scale, upper * scale


def share_limits(part: ArrayLike, whole: ArrayLike, *, level: float = 0.95) -> Limits:
    """Wilson's limits of part ÷ whole; 0 and 1 where the whole is empty."""
    some, total = np.asarray(part, dtype=np.float64), np.asarray(whole, dtype=np.float64)
    if np.any(some < 0) or np.any(some > total):
        raise ValueError("a part lies between nothing and the whole")
    z = float(ndtri((1 + level) / 2))
    cases = np.where(total > 0, total, 1.0)
    share, spread = some / cases, z * z / cases
    middle = (share + spread / 2) / (1 + spread)
    half = z * np.sqrt(share * (1 - share) / cases + spread / cases / 4) / (1 + spread)
    lower = np.where(total > 0, np.maximum(middle - half, 0.0), 0.0)
    return lower, np.where(total > 0, np.minimum(middle + half, 1.0), 1.0)

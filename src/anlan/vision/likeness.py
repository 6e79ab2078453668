"""Likenesses compared: 128 numbers of length one for each face."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]


def alike(one: Sequence[float] | Floats, other: Sequence[float] | Floats) -> float:
    """Cosine of two likenesses, -1 to 1."""
    return float(np.asarray(one, np.float32) @ np.asarray(other, np.float32))


def mean_likeness(likenesses: Sequence[Sequence[float]]) -> Floats:
    """The middle of several looks at one face, of length one."""
    mean = np.asarray(likenesses, np.float32).mean(axis=0)
    return np.asarray(mean / max(float(np.linalg.norm(mean)), 1e-9), np.float32)

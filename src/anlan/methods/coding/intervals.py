"""How sure a share is that was counted."""

from math import sqrt
from statistics import NormalDist


def wilson(right: int, cases: int, *, level: float = 0.95) -> tuple[float, float]:
    """Interval of a share (Wilson, JASA 1927); (0, 1) without cases."""
    if not cases:
        return 0.0, 1.0
    z = NormalDist().inv_cdf((1 + level) / 2)
    share, spread = right / cases, z * z / cases
    middle = (share + spread / 2) / (1 + spread)
    half = z * sqrt(share * (1 - share) / cases + spread / cases / 4) / (1 + spread)
    return max(middle - half, 0.0), min(middle + half, 1.0)

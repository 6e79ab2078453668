"""Drawing lots that anybody can repeat with a pencil: integers and SHA-256, no floating point."""

import hashlib
from collections.abc import Mapping

SPAN = 2**256


def draw(seed: bytes, weights: Mapping[str, int], count: int) -> list[str]:
    """Up to `count` names without putting back, each with a chance in proportion to its weight.

    Names stand sorted. For the k-th draw (from 0) N is the SHA-256 of `seed`, a line feed, k, a
    line feed and the attempt (from 0), read as a big-endian number; N modulo the sum of the weights
    that are left falls on one name. An N beyond the last whole multiple of the sum is thrown away
    and the attempt counted up, so that no name is favoured. Weights are positive whole numbers.
    """
    if any(weight <= 0 for weight in weights.values()):
        raise ValueError("weights are positive whole numbers")
    left = dict(sorted(weights.items()))
    drawn: list[str] = []
    for k in range(min(count, len(left))):
        lot = _below(sum(left.values()), seed, k)
        drawn.append(_whose(lot, left))
        del left[drawn[-1]]
    return drawn


def _whose(lot: int, weights: Mapping[str, int]) -> str:
    """The name on whose stretch of the line 0 … sum the lot falls."""
    for name, weight in weights.items():
        if lot < weight:
            return name
        lot -= weight
    raise ValueError("the lot lies beyond the line")


def _below(total: int, seed: bytes, k: int) -> int:
    attempt = 0
    while True:
        said = b"%s\n%d\n%d" % (seed, k, attempt)
        number = int.from_bytes(hashlib.sha256(said).digest(), "big")
        if number < SPAN - SPAN % total:
            return number % total
        attempt += 1

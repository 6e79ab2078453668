"""Texts that read nearly alike, found exactly: shingles of three characters, Jaccard similarity.

Every pair at or above the share is found, none below. Only a text's rarest shingles are looked up:
two sets of sizes m and n whose Jaccard similarity is at least t share one of the first
m + 1 - ⌈t·m⌉ in any common order (prefix filter of S. Chaudhuri, V. Ganti and R. Kaushik, "A
Primitive Operator for Similarity Joins in Data Cleaning", ICDE 2006; C. Xiao et al., "Efficient
Similarity Joins for Near Duplicate Detection", WWW 2008). Rarest first keeps the candidates few.
"""

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import ceil

WIDTH = 3
Shingles = frozenset[str]


@dataclass(frozen=True, slots=True)
class Near:
    """Positions of two texts, the later first, and the share of shingles they have in common."""

    at: int
    like: int
    share: float


def shingles(text: str) -> Shingles:
    """All runs of three characters; a shorter text is one shingle."""
    return frozenset(text[at : at + WIDTH] for at in range(max(1, len(text) - WIDTH + 1)))


def near_pairs(texts: Sequence[str], *, share: float, known: int = 0) -> Iterator[Near]:
    """Pairs with at least that share, without those among the first `known` texts.

    `share` is between 0 and 1, exclusive and inclusive. Empty texts are like nothing.
    """
    if not 0 < share <= 1:
        raise ValueError(f"a share lies in (0, 1], not at {share}")
    least = Fraction(str(share))
    sets = [shingles(text) if text else frozenset() for text in texts]
    seldom = Counter(one for found in sets for one in found)
    prefixes = [_prefix(found, seldom, least) for found in sets]
    index: dict[str, list[int]] = defaultdict(list)
    for at, prefix in enumerate(prefixes):
        if at >= known:
            yield from _likes(at, sets, prefix, index, least)
        for one in prefix:
            index[one].append(at)


def _prefix(found: Shingles, seldom: Counter[str], least: Fraction) -> list[str]:
    ordered = sorted(found, key=lambda one: (seldom[one], one))
    return ordered[: len(found) - ceil(least * len(found)) + 1]


def _likes(
    at: int,
    sets: Sequence[Shingles],
    prefix: Sequence[str],
    index: dict[str, list[int]],
    least: Fraction,
) -> Iterator[Near]:
    mine = sets[at]
    candidates = {other for one in prefix for other in index.get(one, ())}
    for other in sorted(candidates):
        theirs = sets[other]
        if min(len(mine), len(theirs)) < least * max(len(mine), len(theirs)):
            continue
        both = len(mine & theirs)
        if both >= least * (len(mine) + len(theirs) - both):
            yield Near(at, other, both / (len(mine) + len(theirs) - both))

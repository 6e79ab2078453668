"""How alike two names of firms are: shared pairs of characters, the rarer weighing more.

A weighted Dice coefficient (L. R. Dice, "Measures of the Amount of Ecologic Association Between
Species", Ecology 26, 1945) over bigrams, with weights log(1 + N/n) of the N names at hand of which
n hold the pair: 有限 and 公司, which nearly all share, say next to nothing. Order beyond pairs,
sound and meaning are not looked at: it ranks for a person to choose, and decides nothing.
"""

import unicodedata
from collections import Counter
from collections.abc import Sequence
from math import log

Pairs = frozenset[str]


def pairs(name: str) -> Pairs:
    """The bigrams of a name without blanks and signs; a name of one character is its own."""
    plain = "".join(sign for sign in unicodedata.normalize("NFKC", name).lower() if sign.isalnum())
    if len(plain) < 2:
        return frozenset({plain} - {""})
    return frozenset(plain[at : at + 2] for at in range(len(plain) - 1))


def ranked(name: str, others: Sequence[str]) -> list[tuple[int, float]]:
    """(position, likeness from 0 to 1) of the others, the most alike first; none of the unlike."""
    mine, theirs = pairs(name), [pairs(other) for other in others]
    held = Counter(pair for found in [mine, *theirs] for pair in found)
    total = len(others) + 1
    weight = {pair: log(1 + total / count) for pair, count in held.items()}
    own = sum(weight[pair] for pair in mine)
    scored = []
    for at, found in enumerate(theirs):
        shared = sum(weight[pair] for pair in mine & found)
        if shared:
            scored.append((at, 2 * shared / (own + sum(weight[pair] for pair in found))))
    return sorted(scored, key=lambda one: (-one[1], one[0]))

"""Whether two answer sheets share more wrong answers than two people who work apart would.

The statistic counts, over the items that both answered wrong, how often both chose the same wrong
answer. Take the one's answers as given: the other, who errs on item k too, meets them with the
chance p_k with which people who err there choose that answer; over independent items the count is a
generalized binomial, whose tail is summed exactly. This is the null distribution of W. J. van der
Linden and L. Sotaridona, "Detecting Answer Copying When the Regular Response Process Follows a
Known Response Model", Journal of Educational and Behavioral Statistics 31 (2006), 283–304,
conditioned on both being wrong as the K-index (P. W. Holland, 1996) is: being wrong needs no model
then, and an item's difficulty falls out. Nobody knows who would have copied from whom, so the
larger of the two chances counts.

p_k is estimated from everybody else who erred on the item, here and elsewhere, and drawn towards a
high value where few did: popular wrong answers, and a class that was taught something wrong, raise
it and so lower the suspicion. Over all pairs of a class the error is held by Bonferroni's bound.

It assumes that people err independently given the item. It can't see copied right answers; two
sheets with few common wrong items are never reported. Items that can be wrong in one way only (true
or false) say nothing and are left out by the caller.
"""

from collections import Counter
from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

# How often a wrong answer attracts, believed before anybody's are seen, and how many it counts for.
PRIOR_PULL = 0.6
PRIOR_PEOPLE = 5


@dataclass(frozen=True)
class Sheet:
    """The wrong answers of one person: item → what was chosen, in the item's own order."""

    who: Hashable
    wrong: Mapping[int, Hashable]


@dataclass(frozen=True)
class Pair:
    """Two sheets: `same` of `shared` common wrong items were answered alike.

    `chance` is that of so many or more matches between two who work apart; `corrected` is it times
    the number of pairs looked at, at most 1.
    """

    first: Hashable
    second: Hashable
    shared: int
    same: int
    chance: float
    corrected: float


def unlikely_pairs(
    sheets: Sequence[Sheet], *, elsewhere: Iterable[Sheet], alpha: float, least: int
) -> list[Pair]:
    """Pairs of `sheets` whose corrected chance lies below `alpha`, the least likely first.

    `elsewhere` are sheets of others that only teach how people err; a pair is looked at when it has
    `least` or more common wrong items.
    """
    erred = _errors([*sheets, *elsewhere])
    looked = [
        (one, other, common)
        for one, other in combinations(sheets, 2)
        if len(common := sorted(one.wrong.keys() & other.wrong.keys())) >= least
    ]
    pairs = [_pair(one, other, common, erred, len(looked)) for one, other, common in looked]
    return sorted((p for p in pairs if p.corrected < alpha), key=lambda p: p.chance)


def tail(chances: Sequence[float], least: int) -> float:
    """P(at least `least` successes) of independent trials with these chances, summed exactly."""
    spread = [1.0]
    for chance in chances:
        stay = [held * (1 - chance) for held in spread] + [0.0]
        rise = [0.0] + [held * chance for held in spread]
        spread = [a + b for a, b in zip(stay, rise, strict=True)]
    return min(1.0, sum(spread[least:]))


def pull(chose: int, erred: int) -> float:
    """The chance of an answer that `chose` of `erred` other people chose, drawn to the prior."""
    return (chose + PRIOR_PEOPLE * PRIOR_PULL) / (erred + PRIOR_PEOPLE)


def _pair(
    one: Sheet,
    other: Sheet,
    common: Sequence[int],
    erred: Mapping[int, Counter[Hashable]],
    looked: int,
) -> Pair:
    given_one, given_other, same = [], [], 0
    for item in common:
        mine, theirs = one.wrong[item], other.wrong[item]
        alike = mine == theirs
        same += alike
        seen, others = erred[item], erred[item].total() - 2
        given_one.append(pull(seen[mine] - 1 - alike, others))
        given_other.append(pull(seen[theirs] - 1 - alike, others))
    chance = max(tail(given_one, same), tail(given_other, same))
    return Pair(one.who, other.who, len(common), same, chance, min(1.0, chance * looked))


def _errors(sheets: Iterable[Sheet]) -> dict[int, Counter[Hashable]]:
    erred: dict[int, Counter[Hashable]] = {}
    for sheet in sheets:
        for item, chosen in sheet.wrong.items():
            erred.setdefault(item, Counter())[chosen] += 1
    return erred

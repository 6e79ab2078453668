"""How items do in use: difficulty, discrimination, distractors, and which key may be wrong.

Classical test theory. Every learner sits a paper of their own, so totals aren't comparable as they
are: what a learner did on the other items is measured against how hard those items are, the mean of
(right less difficulty) over the rest of the paper. The corrected item–total correlation is the
point-biserial of an item with that rest (S. Henrysson, "Correction of item–total correlations in
item analysis", Psychometrika 28, 1963: the item itself is left out).

A key is suspected where the able fail and the others pass: the correlation lies below 0 by more
than chance (Fisher's z, one-sided), or one wrong option is chosen by the able more than by chance
and oftener than the key. Few answers, or a paper of few items, say little: `least` answers are
asked.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from math import atanh, sqrt

# One-sided 99.9 % of the normal distribution: a bank has hundreds of items, and every false alarm
# costs somebody's time.
SURE = 3.09
STRONG_SHARE = 0.27  # of the learners, at either end (T. Kelley, 1939)


@dataclass(frozen=True, slots=True)
class Response:
    """What one learner chose on one item (options' positions in the item), and if it was right."""

    item: int
    chosen: frozenset[int]
    right: bool


Sheet = Sequence[Response]


@dataclass(frozen=True, slots=True)
class OptionFigures:
    """How often an option was ticked: of all, of the strong, of the weak; and by whom (r)."""

    chosen: float
    strong: float
    weak: float
    correlation: float | None


@dataclass(frozen=True)
class Figures:
    """An item's figures; `difficulty` is the share that got it right."""

    answers: int
    difficulty: float
    discrimination: float | None
    options: Sequence[OptionFigures]
    miskey: bool
    flags: Sequence[str] = ()


@dataclass
class _Seen:
    right: list[float] = field(default_factory=list)
    rest: list[float] = field(default_factory=list)
    chosen: list[frozenset[int]] = field(default_factory=list)


def analyse(
    sheets: Iterable[Sheet],
    keys: Mapping[int, tuple[frozenset[int], int]],
    *,
    least: int,
    easy: float,
    hard: float,
) -> dict[int, Figures]:
    """Figures of every item with at least so many answers; `keys` is item → (right, options)."""
    sheets = list(sheets)
    share = _difficulties(sheets)
    seen: dict[int, _Seen] = defaultdict(_Seen)
    for sheet in sheets:
        above = [answer.right - share[answer.item] for answer in sheet]
        whole = sum(above)
        for answer, own in zip(sheet, above, strict=True):
            if len(sheet) < 2:
                continue
            found = seen[answer.item]
            found.right.append(float(answer.right))
            found.rest.append((whole - own) / (len(sheet) - 1))
            found.chosen.append(answer.chosen)
    return {
        item: _figures(found, *keys[item], easy=easy, hard=hard)
        for item, found in seen.items()
        if len(found.right) >= least and item in keys
    }


def _difficulties(sheets: Iterable[Sheet]) -> dict[int, float]:
    right: dict[int, int] = defaultdict(int)
    asked: dict[int, int] = defaultdict(int)
    for sheet in sheets:
        for answer in sheet:
            right[answer.item] += answer.right
            asked[answer.item] += 1
    return {item: right[item] / asked[item] for item in asked}


def _figures(seen: _Seen, key: frozenset[int], width: int, *, easy: float, hard: float) -> Figures:
    count = len(seen.right)
    difficulty = sum(seen.right) / count
    own = correlation(seen.right, seen.rest)
    options = [_option(seen, at) for at in range(width)]
    miskey = _is_doubtful(own, options, key, count)
    flags = [
        name
        for name, holds in (
            ("easy", difficulty >= easy),
            ("hard", difficulty <= hard),
            ("weak", own is not None and own < 0.1 and not miskey),
        )
        if holds
    ]
    return Figures(count, difficulty, own, options, miskey, flags)


def _option(seen: _Seen, at: int) -> OptionFigures:
    ticked = [float(at in chosen) for chosen in seen.chosen]
    order = sorted(range(len(ticked)), key=lambda place: seen.rest[place])
    ends = max(1, round(len(ticked) * STRONG_SHARE))
    return OptionFigures(
        sum(ticked) / len(ticked),
        sum(ticked[place] for place in order[-ends:]) / ends,
        sum(ticked[place] for place in order[:ends]) / ends,
        correlation(ticked, seen.rest),
    )


def _is_doubtful(
    own: float | None, options: Sequence[OptionFigures], key: frozenset[int], count: int
) -> bool:
    """The able fail it, or agree on an option that the key calls wrong."""
    if own is None:
        return False
    if surely(-own, count):
        return True
    if len(key) != 1:
        return False
    right = options[next(iter(key))].strong if next(iter(key)) < len(options) else 0.0
    return any(
        option.strong > right and surely(option.correlation or 0.0, count)
        for at, option in enumerate(options)
        if at not in key
    )


def surely(r: float, count: int) -> bool:
    """Is a correlation above 0 by more than chance (Fisher's z)?"""
    bounded = min(max(r, -0.999999), 0.999999)
    return count > 3 and atanh(bounded) * sqrt(count - 3) > SURE


def correlation(ones: Sequence[float], others: Sequence[float]) -> float | None:
    """Pearson's; None where one of the two doesn't vary."""
    count = len(ones)
    mean_one, mean_other = sum(ones) / count, sum(others) / count
    apart = [a - mean_one for a in ones]
    away = [b - mean_other for b in others]
    spread = sqrt(sum(a * a for a in apart) * sum(b * b for b in away))
    if spread < 1e-12:
        return None
    return sum(a * b for a, b in zip(apart, away, strict=True)) / spread

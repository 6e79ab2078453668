"""How often the machine is wrong, on pictures that somebody brings; without them nobody knows.

A folder holds one folder for each person, with two pictures or more, taken with consent and on
different days; `_attacks`, if there, holds one folder for each kind of attack (prints, screens).
Pairs of one person are genuine, of two persons impostors. Pairs that share a person are not
independent, so the interval that counts comes from drawing persons anew; Wilson's, beside it, is
for each rate as if every pair stood alone.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import combinations
from math import sqrt
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from anlan.lib.refusals import BadInput
from anlan.vision.advice import UnusablePicture
from anlan.vision.findings import Look
from anlan.vision.likeness import alike
from anlan.vision.looks import FRAME_SIDE, look_at
from anlan.vision.pictures import open_picture
from anlan.vision.thresholds import Thresholds

ATTACKS = "_attacks"
PICTURES = {".jpg", ".jpeg", ".png", ".webp"}
LEAST_PERSONS = 3
DRAWS, SEED = 1000, 20260701
Z95 = 1.959964
Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Rate:
    """A share with its two intervals of 95 %; `by_person` is None where it can't be had."""

    share: float
    errors: int
    n: int
    wilson: tuple[float, float]
    by_person: tuple[float, float] | None = None


@dataclass(slots=True)
class Gathered:
    """Looks by person and by attack, and what could not be used."""

    people: dict[str, list[Look]] = field(default_factory=dict)
    attacks: dict[str, list[Look]] = field(default_factory=dict)
    unused: dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Pairs:
    """Scores of pairs, and which persons stand behind each."""

    scores: Floats
    first: NDArray[np.int64]
    second: NDArray[np.int64]

    @property
    def genuine(self) -> NDArray[np.bool_]:
        return np.asarray(self.first == self.second)


@dataclass(frozen=True, slots=True)
class Calibration:
    """What `anlan vision calibrate` prints."""

    persons: int
    pictures: int
    genuine: int
    impostor: int
    eer: Rate
    eer_threshold: float
    fnmr: dict[str, Rate]
    fmr: dict[str, Rate]
    living_refused: Rate | None
    attacks_passed: dict[str, Rate]
    unused: dict[str, int]


def gather(folder: Path, *, limits: Thresholds) -> Gathered:
    """Look at every picture once. Raises `BadInput` where the folder is not laid out as told."""
    if not folder.is_dir():
        raise BadInput(f"没有这个文件夹：{folder}", "请写放照片的文件夹，每人一个子文件夹。")
    found = Gathered()
    for person in _folders(folder):
        looks = _looks(person, found, limits)
        if looks:
            found.people[person.name] = looks
    for kind in _folders(folder / ATTACKS):
        found.attacks[kind.name] = _looks(kind, found, limits)
    pairs = sum(len(looks) > 1 for looks in found.people.values())
    if len(found.people) < LEAST_PERSONS or pairs < LEAST_PERSONS:
        raise BadInput(
            f"可用的照片只有 {len(found.people)} 人，其中 {pairs} 人有两张以上。",
            f"至少需要 {LEAST_PERSONS} 人、每人两张不同时间的清晰照片，并取得本人同意。",
        )
    return found


def calibrate(found: Gathered, *, limits: Thresholds, draws: int = DRAWS) -> Calibration:
    """Rates at the thresholds in force, and where both errors are equal."""
    pairs = _pairs(found.people)
    at = {"match_min": limits.match_min, "review_min": limits.review_min}
    weights = _drawn(len(found.people), draws)
    share, threshold = equal_error(pairs, np.ones(len(pairs.scores)))
    drawn = [equal_error(pairs, _weighted(pairs, one))[0] for one in weights]
    pictures = sum(map(len, found.people.values()))
    n = int(min(pairs.genuine.sum(), (~pairs.genuine).sum()))
    eer = Rate(share, round(share * n), n, wilson(round(share * n), n), _middle(drawn))
    return Calibration(
        persons=len(found.people),
        pictures=pictures,
        genuine=int(pairs.genuine.sum()),
        impostor=int((~pairs.genuine).sum()),
        eer=eer,
        eer_threshold=threshold,
        fnmr={key: _rate(pairs, pairs.genuine, pairs.scores < least, weights)
              for key, least in at.items()},
        fmr={key: _rate(pairs, ~pairs.genuine, pairs.scores >= least, weights)
             for key, least in at.items()},
        living_refused=_living(found.people, limits),
        attacks_passed={kind: _passed(looks, limits) for kind, looks in found.attacks.items()
                        if looks},
        unused=found.unused,
    )  # fmt: skip


def equal_error(pairs: Pairs, weights: Floats) -> tuple[float, float]:
    """Where misses and false matches are nearest to each other: their mean, and the threshold."""
    order = np.argsort(pairs.scores)
    scores, genuine, weight = pairs.scores[order], pairs.genuine[order], weights[order]
    ours, theirs = weight * genuine, weight * ~genuine
    if ours.sum() == 0 or theirs.sum() == 0:
        return float("nan"), float("nan")
    missed = (np.cumsum(ours) - ours) / ours.sum()  # below each score
    matched = 1 - (np.cumsum(theirs) - theirs) / theirs.sum()  # at it or above
    place = int(np.argmin(np.abs(missed - matched)))
    return float((missed[place] + matched[place]) / 2), float(scores[place])


def wilson(errors: int, n: int) -> tuple[float, float]:
    """Wilson's score interval, 95 % (Wilson 1927)."""
    if n == 0:
        return 0.0, 1.0
    share, square = errors / n, Z95**2
    middle = (share + square / (2 * n)) / (1 + square / n)
    half = Z95 * sqrt(share * (1 - share) / n + square / (4 * n * n)) / (1 + square / n)
    return max(middle - half, 0.0), min(middle + half, 1.0)


def _folders(folder: Path) -> list[Path]:
    if not folder.is_dir():
        return []
    return sorted(one for one in folder.iterdir() if one.is_dir() and one.name != ATTACKS)


def _looks(folder: Path, found: Gathered, limits: Thresholds) -> list[Look]:
    looks = []
    for path in sorted(folder.iterdir()):
        if path.suffix.lower() not in PICTURES:
            continue
        try:
            picture = open_picture(path.read_bytes(), longest=FRAME_SIDE).pixels
            look = look_at(picture, limits=limits)
        except UnusablePicture as refused:
            look = Look((refused.code,))
        if look.frontal:
            looks.append(look)
        else:
            found.unused[look.problems[0]] = found.unused.get(look.problems[0], 0) + 1
    return looks


def _pairs(people: dict[str, list[Look]]) -> Pairs:
    every = [(at, look) for at, looks in enumerate(people.values()) for look in looks]
    both = list(combinations(every, 2))
    scores = np.array([alike(a.likeness, b.likeness) for (_, a), (_, b) in both])
    first, second = (np.array([pair[side][0] for pair in both]) for side in (0, 1))
    return Pairs(scores, first, second)


def _drawn(persons: int, draws: int) -> list[Floats]:
    """How often each person is drawn, with replacement."""
    chance = np.random.default_rng(SEED)
    return [
        np.bincount(chance.integers(0, persons, persons), minlength=persons).astype(np.float64)
        for _ in range(draws)
    ]


def _weighted(pairs: Pairs, times: Floats) -> Floats:
    """A person drawn twice brings their pairs twice; two persons bring the product."""
    weight = np.where(pairs.genuine, times[pairs.first], times[pairs.first] * times[pairs.second])
    return np.asarray(weight, np.float64)


def _rate(
    pairs: Pairs,
    which: NDArray[np.bool_],
    wrong: NDArray[np.bool_],
    drawn: Sequence[Floats],
) -> Rate:
    failed = wrong & which
    errors, n = int(failed.sum()), int(which.sum())
    shares = []
    for times in drawn:
        weight = _weighted(pairs, times)
        if weight[which].sum():
            shares.append(float(weight[failed].sum() / weight[which].sum()))
    return Rate(errors / n, errors, n, wilson(errors, n), _middle(shares))


def _middle(shares: Sequence[float]) -> tuple[float, float] | None:
    """The middle 95 % of what the draws gave."""
    told = np.array([share for share in shares if share == share])
    if not len(told):
        return None
    low, high = np.percentile(told, (2.5, 97.5))
    return float(low), float(high)


def _living(people: dict[str, list[Look]], limits: Thresholds) -> Rate | None:
    """Living people who would be sent to a person, or worse (BPCER)."""
    live = [look.live for looks in people.values() for look in looks if look.live is not None]
    if not live:
        return None
    errors = sum(one < limits.live_min for one in live)
    return Rate(errors / len(live), errors, len(live), wilson(errors, len(live)))


def _passed(looks: Sequence[Look], limits: Thresholds) -> Rate:
    """Attacks that pass for living (APCER)."""
    errors = sum((look.live or 0.0) >= limits.live_min for look in looks)
    return Rate(errors / len(looks), errors, len(looks), wilson(errors, len(looks)))

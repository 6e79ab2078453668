"""Cases to a coder: an earlier part teaches, a later part calibrates, then all of it teaches."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from anlan.lib.refusals import BadInput
from anlan.methods.coding.abstention import choose_threshold, coverage_at
from anlan.methods.coding.calibration import Calibration, fit_calibration
from anlan.methods.coding.cards import Card, Measured, Recipe
from anlan.methods.coding.cases import CannotSplit, Cases
from anlan.methods.coding.coder import TOP, Coder
from anlan.methods.coding.features import Matrix, learn_features
from anlan.methods.coding.linear import Scorer, Strength, fit_scorer

FEWEST_CASES = 30
# A narrative is strange if less of it is known than of all but this share of the later cases; one
# that is known by half is never called so.
STRANGEST = 0.005
FAMILIAR = 0.5


@dataclass(frozen=True, slots=True)
class _Later:
    """What a first model says of later cases it has not seen."""

    strength: Strength
    calibration: Calibration
    labels: tuple[str, ...]
    threshold: float | None
    least_known: float
    measured: Measured


@dataclass(frozen=True, slots=True)
class _Tried:
    """One strength on the later cases: scores, the right columns, probabilities by halves."""

    strength: Strength
    labels: tuple[str, ...]
    scores: NDArray[np.float32]
    answers: NDArray[np.int64]
    shares: NDArray[np.float64]

    @property
    def right(self) -> NDArray[np.bool_]:
        return np.asarray(self.shares.argmax(axis=1) == self.answers, np.bool_)


def train(
    cases: Cases,
    recipe: Recipe,
    *,
    target: str = "",
    version: int = 1,
    previous: str = "",
    corrected: int = 0,
) -> Coder:
    """Learn from all cases; calibration, threshold and the card's figures come from the later part.

    ``target`` names what is coded, ``previous`` is the digest of the version before, ``corrected``
    how many of the cases were reviewed by people; they are only written on the card. Raises
    :class:`BadInput` where there is nothing to learn.
    """
    cases = cases.in_order()
    _refuse_what_teaches_nothing(cases)
    later = _from_the_later(cases, recipe)
    features, matrix = learn_features(cases.texts, recipe.cut)
    scorer = _scorer(matrix, cases, later.strength, recipe.seed)
    card = Card(
        target=target,
        version=version,
        previous=previous,
        rows=len(cases),
        corrected=corrected,
        first_day=cases.days[0].isoformat(),
        last_day=cases.days[-1].isoformat(),
        labels=cases.count_of_labels(),
        features=features.width,
        recipe=recipe,
        strength=later.strength,
        threshold=later.threshold,
        least_known=later.least_known,
        measured=later.measured,
    )
    return Coder(features, scorer, later.calibration.moved(later.labels, scorer.labels), card)


def _scorer(matrix: Matrix, cases: Cases, strength: Strength, seed: int) -> Scorer:
    return fit_scorer(
        matrix,
        cases.label_array(),
        weights=cases.weight_array(),
        strength=strength,
        seed=seed,
    )


def _refuse_what_teaches_nothing(cases: Cases) -> None:
    if len(cases) < FEWEST_CASES:
        raise BadInput(
            f"可用的记录只有 {len(cases)} 条，至少要 {FEWEST_CASES} 条。", "请补充已编码的记录。"
        )
    kinds = cases.count_of_labels()
    if len(kinds) < 2:
        raise BadInput(
            f"所有记录都是同一个编码「{next(iter(kinds))}」，没有可学的区别。",
            "请核对编码列，或换一列。",
        )


def in_two(cases: Cases, share: float) -> tuple[Cases, Cases]:
    """Split by time; refused in plain words where dates or labels make that impossible."""
    try:
        earlier, later = cases.split(share)
    except CannotSplit:
        raise BadInput(
            "日期太集中，分不出先后两段。", "请核对日期列，记录至少要跨两天，且不集中在最早一天。"
        ) from None
    if len(earlier.count_of_labels()) < 2:
        raise BadInput(
            "较早一段记录都是同一个编码，无法用它预测后面的记录。", "请补充较早时期的其他编码。"
        )
    return earlier, later


def _from_the_later(cases: Cases, recipe: Recipe) -> _Later:
    earlier, later = in_two(cases, 1 - recipe.later_share)
    features, matrix = learn_features(earlier.texts, recipe.cut)
    unseen, known = features.matrix(later.texts)
    tried = [
        _tried(_scorer(matrix, earlier, strength, recipe.seed), strength, unseen, later)
        for strength in recipe.strengths
    ]
    best = max(tried, key=lambda one: int(one.right.sum()))
    least_known = min(float(np.quantile(known, STRANGEST)), FAMILIAR)
    confidence = np.where(known >= least_known, best.shares.max(axis=1), 0.0)
    threshold = choose_threshold(confidence, best.right, wanted=recipe.wanted)
    chosen = coverage_at(confidence, best.right, threshold)
    offered = np.argsort(-best.shares, axis=1, kind="stable")[:, :TOP]
    measured = Measured(
        cases=len(later),
        right=int(best.right.sum()),
        answered=chosen.answered,
        answered_right=chosen.right,
        among_three=int((offered == best.answers[:, None]).any(axis=1).sum()),
        first_day=later.days[0].isoformat(),
        last_day=later.days[-1].isoformat(),
    )
    calibration = fit_calibration(best.scores, best.answers)
    return _Later(best.strength, calibration, best.labels, threshold, least_known, measured)


def _tried(scorer: Scorer, strength: Strength, unseen: Matrix, later: Cases) -> _Tried:
    scores = scorer.scores(unseen)
    answers = columns_of(later.label_array(), scorer)
    return _Tried(strength, scorer.labels, scores, answers, _crossed(scores, answers))


def columns_of(labels: NDArray[np.str_], scorer: Scorer) -> NDArray[np.int64]:
    """The scorer's column of each label, -1 for a label it never saw."""
    column = {label: at for at, label in enumerate(scorer.labels)}
    return np.array([column.get(label, -1) for label in labels.tolist()], np.int64)


def _crossed(scores: NDArray[np.float32], answers: NDArray[np.int64]) -> NDArray[np.float64]:
    """Probabilities of each half of the later cases by the other half's calibration.

    So the threshold is chosen on probabilities that have not seen their own answers.
    """
    even = np.arange(len(answers)) % 2 == 0
    shares = np.zeros(scores.shape)
    for part in (even, ~even):
        taught = ~part if (~part).any() else part
        shares[part] = fit_calibration(scores[taught], answers[taught]).probabilities(scores[part])
    return shares

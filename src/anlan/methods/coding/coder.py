"""A coder: narratives in; three labels with probabilities out, and whether a person decides."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from anlan.methods.coding.calibration import Calibration, Probabilities
from anlan.methods.coding.cards import Card
from anlan.methods.coding.features import Cut, Features, Pieces, cut_up
from anlan.methods.coding.linear import Scorer

Judged = tuple[NDArray[np.int64], Probabilities, NDArray[np.float64]]

TOP = 3
BATCH = 1024


@dataclass(frozen=True, slots=True)
class Guess:
    """What the coder says of one narrative: likeliest first, and whether it is sure."""

    labels: tuple[str, ...]
    probabilities: tuple[float, ...]
    sure: bool


@dataclass(frozen=True, slots=True)
class Answers:
    """What the coder says of many; ``best`` holds columns of ``labels``, likeliest first.

    ``known`` is the share of a text's n-grams that stood in the training texts.
    """

    labels: NDArray[np.str_]
    best: NDArray[np.int64]
    probabilities: Probabilities
    known: NDArray[np.float64]
    sure: NDArray[np.bool_]

    @property
    def first(self) -> NDArray[np.str_]:
        return self.labels[self.best[:, 0]]

    @property
    def confidence(self) -> Probabilities:
        return self.probabilities[:, 0]

    def among_best(self, answers: NDArray[np.str_]) -> NDArray[np.bool_]:
        """Whether the right label is one of those offered."""
        return np.asarray((self.labels[self.best] == answers[:, None]).any(axis=1), bool)

    def guesses(self) -> list[Guess]:
        names = self.labels[self.best].tolist()
        shares = self.probabilities.tolist()
        return [
            Guess(tuple(labels), tuple(probabilities), sure)
            for labels, probabilities, sure in zip(names, shares, self.sure.tolist(), strict=True)
        ]


@dataclass(frozen=True, slots=True)
class Coder:
    """One version of a model; never changed, only followed by the next."""

    features: Features
    scorer: Scorer
    calibration: Calibration
    card: Card

    def answer(self, texts: Sequence[str]) -> Answers:
        """The three likeliest labels of each text, in batches of ``BATCH`` to spare memory.

        Unsure are: a probability below the card's threshold, no threshold at all, and texts of
        which less is known than of nearly all cases the threshold was chosen on.
        """
        return answer_all([self], texts)[0]

    def _answers(self, parts: Sequence[Judged]) -> Answers:
        best, shares, known = (np.concatenate(column) for column in zip(*parts, strict=True))
        threshold = self.card.threshold
        sure = np.zeros(len(best), bool)
        if threshold is not None:
            sure = (shares[:, 0] >= threshold) & (known >= self.card.least_known)
        return Answers(np.array(self.scorer.labels), best, shares, known, sure)

    def _judged(self, pieces: Pieces) -> Judged:
        matrix, known = self.features.matrix_of(pieces)
        every = self.calibration.probabilities(self.scorer.scores(matrix))
        best = np.argsort(-every, axis=1, kind="stable")[:, :TOP]
        return best, np.take_along_axis(every, best, axis=1), known


def answer_all(coders: Sequence[Coder], texts: Sequence[str]) -> list[Answers]:
    """What each coder says of each text; texts are cut up once for all coders of one cut."""
    parts: list[list[Judged]] = [[] for _ in coders]
    for start in range(0, max(len(texts), 1), BATCH):
        pieces: dict[Cut, Pieces] = {}
        for coder, said in zip(coders, parts, strict=True):
            cut = coder.features.cut
            if cut not in pieces:
                pieces[cut] = cut_up(texts[start : start + BATCH], cut)
            said.append(coder._judged(pieces[cut]))
    return [coder._answers(said) for coder, said in zip(coders, parts, strict=True)]

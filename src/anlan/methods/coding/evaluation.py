"""How good is it: train on earlier cases, score later ones once, beside a fixed baseline."""

import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from anlan.methods.coding.abstention import best_coverage
from anlan.methods.coding.cards import Recipe, share
from anlan.methods.coding.cases import Cases
from anlan.methods.coding.coder import Answers, Coder
from anlan.methods.coding.training import in_two, train

EARLIER = 0.75
BINS = 10


@dataclass(frozen=True, slots=True)
class Evaluation:
    """The coder, what it said of the later cases, and what is right."""

    coder: Coder
    earlier: Cases
    later: Cases
    answers: Answers

    @property
    def right(self) -> NDArray[np.bool_]:
        return np.asarray(self.answers.first == self.later.label_array(), np.bool_)

    def figures(self) -> dict[str, Any]:
        """Shares with Wilson intervals.

        ``coverage`` and ``accuracy_answered`` are what the threshold gave that was chosen before;
        ``coverage_at_wanted`` is read off the later cases themselves (a perfect threshold's).
        """
        right, sure = self.right, self.answers.sure
        cases, wanted = len(self.later), self.coder.card.recipe.wanted
        among = self.answers.among_best(self.later.label_array())
        return {
            "train_rows": len(self.earlier),
            "train_days": [self.earlier.days[0].isoformat(), self.earlier.days[-1].isoformat()],
            "test_rows": cases,
            "test_days": [self.later.days[0].isoformat(), self.later.days[-1].isoformat()],
            "labels": len(self.coder.scorer.labels),
            **share("accuracy", int(right.sum()), cases),
            **share("top3_accuracy", int(among.sum()), cases),
            "wanted_accuracy": wanted,
            "threshold": self.coder.card.threshold,
            **share("coverage", int(sure.sum()), cases),
            **share("accuracy_answered", int(right[sure].sum()), int(sure.sum())),
            "coverage_at_wanted": round(best_coverage(self.answers.confidence, right, wanted), 4),
            "calibration_error": round(calibration_error(self.answers.confidence, right), 4),
        }

    def by_label(self) -> dict[str, dict[str, Any]]:
        """Of each label: cases, how many were found (recall), how many so called were it."""
        truth, said = self.later.label_array(), self.answers.first
        return {
            label: {
                "cases": many,
                "recall": round(float((said[truth == label] == label).mean()), 4),
                "precision": round(float((truth[said == label] == label).mean()), 4)
                if (said == label).any()
                else None,
            }
            for label, many in self.later.count_of_labels().items()
        }


def evaluate(
    cases: Cases, recipe: Recipe, *, earlier_share: float = EARLIER, target: str = ""
) -> Evaluation:
    """Train on the earlier share and answer the rest. :class:`BadInput` if that can't be done."""
    earlier, later = in_two(cases, earlier_share)
    coder = train(earlier, recipe, target=target)
    return Evaluation(coder, earlier, later, coder.answer(later.texts))


def baseline_accuracy(earlier: Cases, later: Cases) -> float:
    """TF-IDF of words and pairs of words, logistic regression, C = 10: fixed, never tuned."""
    from sklearn.exceptions import ConvergenceWarning
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.linear_model import LogisticRegression

    # One Chinese character is a word here too; scikit-learn's own pattern would take whole clauses.
    words = r"[^\W\u3040-\u9fff]{2,}|[\u3040-\u9fff]"
    reader = TfidfVectorizer(sublinear_tf=True, ngram_range=(1, 2), min_df=2, token_pattern=words)
    model = LogisticRegression(C=10.0, max_iter=100)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)  # a hundred rounds, whatever they reach
        model.fit(reader.fit_transform(earlier.texts), earlier.labels)
    said: Sequence[str] = model.predict(reader.transform(later.texts))
    return float(np.mean(np.asarray(said) == later.label_array()))


def calibration_error(confidence: NDArray[np.float64], right: NDArray[np.bool_]) -> float:
    """Mean gap between stated and found accuracy over ten bins of equal size (adaptive ECE)."""
    if not len(right):
        return 0.0
    bins = np.array_split(np.argsort(confidence, kind="stable"), min(BINS, len(right)))
    gaps = [abs(confidence[b].mean() - right[b].mean()) * len(b) for b in bins]
    return float(sum(gaps) / len(right))

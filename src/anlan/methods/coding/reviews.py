"""What people decided: a report on it, and the next version that has learnt from it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from anlan.methods.coding.cards import Recipe, share
from anlan.methods.coding.cases import Cases
from anlan.methods.coding.coder import Coder
from anlan.methods.coding.training import train

# A narrative the coder had wrong counts as several: it lies where the old cases taught too little.
OVERRULED_WEIGHT = 3.0
CONFIRMED_WEIGHT = 1.0


@dataclass(frozen=True, slots=True)
class Review:
    """One narrative, what the coder offered (likeliest first) and what a person decided."""

    text: str
    day: date
    offered: tuple[str, ...]
    sure: bool
    decided: str

    @property
    def agreed(self) -> bool:
        return bool(self.offered) and self.offered[0] == self.decided


@dataclass(frozen=True, slots=True)
class Learner:
    """A coder with the cases it came from, so that it can learn on."""

    cases: Cases
    coder: Coder

    @classmethod
    def begin(cls, cases: Cases, recipe: Recipe, *, target: str = "") -> "Learner":
        """The first version."""
        return cls(cases, train(cases, recipe, target=target))

    def learn(self, reviews: Sequence[Review]) -> "Learner":
        """The next version, from all earlier cases and these reviews; this one stays as it is."""
        cases = self.cases + as_cases(reviews)
        card = self.coder.card
        coder = train(
            cases,
            card.recipe,
            target=card.target,
            version=card.version + 1,
            previous=card.digest,
            corrected=card.corrected + len(reviews),
        )
        return replace(self, cases=cases, coder=coder)


def as_cases(reviews: Sequence[Review]) -> Cases:
    """Reviews as cases to learn from; overruled ones count ``OVERRULED_WEIGHT`` times."""
    return Cases.of(
        [review.text for review in reviews],
        [review.decided for review in reviews],
        [review.day for review in reviews],
        [CONFIRMED_WEIGHT if review.agreed else OVERRULED_WEIGHT for review in reviews],
    )


def report_on(reviews: Sequence[Review]) -> dict[str, Any]:
    """Accuracy and coverage on what people decided, with 95 % Wilson intervals.

    ``coverage`` is the share of these reviews that the coder would have answered itself,
    ``accuracy_answered`` how often it would have been right. The queue holds mostly what it was
    unsure of, so ``accuracy`` over a queue lies below that over all cases: to measure the answered
    ones, people must also review a sample of them.
    """
    sure = [review for review in reviews if review.sure]
    unsure = [review for review in reviews if not review.sure]
    return {
        "reviews": len(reviews),
        **share("accuracy", _agreed(reviews), len(reviews)),
        **share("top3_accuracy", sum(r.decided in r.offered for r in reviews), len(reviews)),
        **share("coverage", len(sure), len(reviews)),
        **share("accuracy_answered", _agreed(sure), len(sure)),
        **share("accuracy_queued", _agreed(unsure), len(unsure)),
        "labels": {
            label: {"reviews": len(group), "agreed": _agreed(group)}
            for label, group in sorted(_by_label(reviews).items())
        },
    }


def _agreed(reviews: Sequence[Review]) -> int:
    return sum(review.agreed for review in reviews)


def _by_label(reviews: Sequence[Review]) -> dict[str, list[Review]]:
    groups: dict[str, list[Review]] = {}
    for review in reviews:
        groups.setdefault(review.decided, []).append(review)
    return groups

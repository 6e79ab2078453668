"""The card that every version carries: from what it was made, how, and what it was worth."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from anlan.methods.coding.features import Cut
from anlan.methods.coding.intervals import wilson
from anlan.methods.coding.linear import BOLDER, Strength

FORMAT = "anlan-coder/1"


@dataclass(frozen=True, slots=True)
class Recipe:
    """Everything that is chosen before training; the same recipe and cases give the same coder.

    ``later_share`` of the cases, the latest by date, are kept from a first model to choose between
    the ``strengths``, to calibrate it, to choose the threshold for the ``wanted`` accuracy, and to
    measure it.
    """

    cut: Cut = field(default_factory=Cut)
    strengths: tuple[Strength, ...] = (Strength(), BOLDER)
    wanted: float = 0.95
    later_share: float = 0.25
    seed: int = 2021


@dataclass(frozen=True, slots=True)
class Measured:
    """Counts on cases later than those the measured model had learnt from.

    ``accuracy`` is over all, as if the first label were always taken; ``coverage`` the share
    answered without a person, ``accuracy_answered`` of those.
    """

    cases: int
    right: int
    answered: int
    answered_right: int
    among_three: int
    first_day: str
    last_day: str

    def figures(self) -> dict[str, Any]:
        """Shares with their 95 % Wilson intervals."""
        return {
            "cases": self.cases,
            **share("accuracy", self.right, self.cases),
            **share("top3_accuracy", self.among_three, self.cases),
            **share("coverage", self.answered, self.cases),
            **share("accuracy_answered", self.answered_right, self.answered),
        }


def share(name: str, right: int, cases: int) -> dict[str, Any]:
    """A share and its interval, four digits; None without cases."""
    if not cases:
        return {name: None, f"{name}_ci": None}
    return {
        name: round(right / cases, 4),
        f"{name}_ci": [round(end, 4) for end in wilson(right, cases)],
    }


@dataclass(frozen=True, slots=True)
class Card:
    """A model's papers. ``digest`` is the SHA-256 of its numbers, empty until it is saved."""

    target: str
    version: int
    previous: str
    rows: int
    corrected: int
    first_day: str
    last_day: str
    labels: Mapping[str, int]
    features: int
    recipe: Recipe
    strength: Strength
    threshold: float | None
    least_known: float
    measured: Measured
    digest: str = ""

    def as_json(self) -> dict[str, Any]:
        """Plain values, with the shares of ``measured`` written out for the reader."""
        told = asdict(self)
        told["recipe"]["cut"] = self.recipe.cut.as_json()
        told["labels"] = dict(self.labels)
        told["shares"] = self.measured.figures()
        return {"format": FORMAT, **told}

    @classmethod
    def from_json(cls, told: Mapping[str, Any]) -> "Card":
        """ValueError, KeyError or TypeError if it is no card of this format."""
        if not isinstance(told, Mapping) or told.get("format") != FORMAT:
            raise ValueError("not a coder's card")
        plain = {name: told[name] for name in cls.__dataclass_fields__}
        recipe = dict(plain["recipe"])
        recipe["cut"] = Cut.from_json(recipe["cut"])
        recipe["strengths"] = tuple(Strength(**one) for one in recipe["strengths"])
        plain["recipe"] = Recipe(**recipe)
        plain["strength"] = Strength(**plain["strength"])
        plain["measured"] = Measured(**plain["measured"])
        return cls(**plain)

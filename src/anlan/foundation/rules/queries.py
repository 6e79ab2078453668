"""Asking the rule book."""

import time
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Q

from anlan.foundation.rules.models import Rule

FRESH_SECONDS = 5.0
MOST_AT_HAND = 200


@dataclass(frozen=True)
class Ruling:
    """A rule's value and the clause that binds it."""

    value: Any
    clause: str
    label: str


class RuleMissing(Exception):
    """No rule of this key is in force: the installation's rule book is incomplete."""


@dataclass(frozen=True)
class Rulebook:
    """Every rule in force on one day for one industry, read in one query."""

    rulings: dict[str, Ruling]

    def ruling(self, key: str) -> Ruling:
        if key not in self.rulings:
            raise RuleMissing(f"no rule {key!r} in force; run `anlan doctor`")
        return self.rulings[key]

    def number(self, key: str) -> float:
        return float(self.ruling(key).value)

    def whole(self, key: str) -> int:
        return int(self.ruling(key).value)

    def flag(self, key: str) -> bool:
        return bool(self.ruling(key).value)


def rulebook(on: date, *, scope: str = "") -> Rulebook:
    """The rules in force on a day; those of the narrower scope win."""
    in_force = Rule.objects.filter(
        Q(valid_to__isnull=True) | Q(valid_to__gt=on), valid_from__lte=on, scope__in=["", scope]
    ).order_by("scope", "valid_from")
    return Rulebook({r.key: Ruling(r.value, r.clause, r.label) for r in in_force})


class _AtHand:
    """Rule books as this process last read them."""

    def __init__(self) -> None:
        self._kept: dict[tuple[date, str], tuple[Rulebook, float]] = {}

    def book(self, on: date, *, scope: str = "") -> Rulebook:
        found = self._kept.get((on, scope))
        if found is None or time.monotonic() - found[1] > FRESH_SECONDS:
            if len(self._kept) > MOST_AT_HAND:
                self._kept = {}
            found = (rulebook(on, scope=scope), time.monotonic())
            self._kept[on, scope] = found
        return found[0]

    def forget(self) -> None:
        self._kept = {}


_at_hand = _AtHand()
# For hot paths: a change of a rule is noticed within `FRESH_SECONDS`.
rulebook_at_hand = _at_hand.book
forget_rulebooks = _at_hand.forget

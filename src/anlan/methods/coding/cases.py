"""Coded narratives with their dates, and the only way they are split: by time."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
from numpy.typing import NDArray


class CannotSplit(ValueError):
    """All cases lie on one side of the boundary."""


@dataclass(frozen=True, slots=True)
class Cases:
    """Texts, the label each was given, the day it happened, and how much it counts."""

    texts: tuple[str, ...]
    labels: tuple[str, ...]
    days: tuple[date, ...]
    weights: tuple[float, ...]

    def __len__(self) -> int:
        return len(self.texts)

    def __add__(self, others: "Cases") -> "Cases":
        return Cases(
            self.texts + others.texts,
            self.labels + others.labels,
            self.days + others.days,
            self.weights + others.weights,
        )

    @classmethod
    def of(
        cls,
        texts: Sequence[str],
        labels: Sequence[str],
        days: Sequence[date],
        weights: Sequence[float] | None = None,
    ) -> "Cases":
        """Sequences of one length each (ValueError otherwise); every weight is 1 unless given."""
        given = [1.0] * len(texts) if weights is None else weights
        if not len(texts) == len(labels) == len(days) == len(given):
            raise ValueError("texts, labels, days and weights differ in number")
        return cls(tuple(texts), tuple(labels), tuple(days), tuple(given))

    def in_order(self) -> "Cases":
        """By day; cases of one day stay in the order they came."""
        return self._picked(sorted(range(len(self)), key=self.days.__getitem__))

    def split(self, share: float) -> tuple["Cases", "Cases"]:
        """Earlier and later cases; about ``share`` of them are earlier, and no day is in both.

        One accident often makes several records of the same day and nearly the same words: a day
        cut in two would let the later part be known beforehand. The day that the boundary falls
        into goes to the later part, whole. Raises :class:`CannotSplit`.
        """
        ordered = self.in_order()
        if not ordered.days:
            raise CannotSplit("no cases")
        boundary = ordered.days[min(int(len(ordered) * share), len(ordered) - 1)]
        earlier = [at for at, day in enumerate(ordered.days) if day < boundary]
        if not earlier:
            raise CannotSplit("every case is of one day, or the first day holds too many")
        later = range(len(earlier), len(ordered))
        return ordered._picked(earlier), ordered._picked(later)

    def count_of_labels(self) -> dict[str, int]:
        """Cases of each label, the most frequent first."""
        names, counts = np.unique(self.label_array(), return_counts=True)
        pairs = zip(names.tolist(), counts.tolist(), strict=True)
        return dict(sorted(pairs, key=lambda pair: (-pair[1], pair[0])))

    def label_array(self) -> NDArray[np.str_]:
        return np.array(self.labels, dtype=np.str_)

    def weight_array(self) -> NDArray[np.float64]:
        return np.array(self.weights, dtype=np.float64)

    def _picked(self, places: Sequence[int]) -> "Cases":
        return Cases(
            tuple(self.texts[at] for at in places),
            tuple(self.labels[at] for at in places),
            tuple(self.days[at] for at in places),
            tuple(self.weights[at] for at in places),
        )

"""What of a narrative a model sees: TF-IDF over blocks of n-grams.

Weights are (1 + ln count) · (ln((1 + n) / (1 + df)) + 1), scaled to one length within a block
(Salton & Buckley 1988, as scikit-learn's ``TfidfVectorizer(sublinear_tf=True)`` does it).
"""

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from anlan.methods.coding.ngrams import (
    BITS,
    Counts,
    Grams,
    Signs,
    character_grams,
    count,
    placed_words,
    read,
    word_grams,
)

Matrix = Any  # scipy.sparse.csr_matrix of float32; scipy carries no types
Pieces = Sequence[tuple[Counts, float]]
_ABSENT = -1


@dataclass(frozen=True, slots=True)
class Cut:
    """How narratives are cut: lengths of runs of words and characters, gaps of word pairs, parts.

    ``fewest`` is the number of texts an n-gram must stand in, ``place_weight`` the length of the
    block of words by part, the others' being 1.
    """

    words: tuple[int, ...] = (1, 2)
    skips: tuple[int, ...] = (2, 3, 4)
    characters: tuple[int, ...] = (2, 3, 4, 5)
    parts: int = 3
    place_weight: float = 0.6
    fewest: int = 2

    def blocks(self, signs: Signs) -> tuple[tuple[Iterator[Grams], float], ...]:
        """The n-grams of each block, and the block's weight."""
        return (
            (word_grams(signs, self.words, self.skips), 1.0),
            (character_grams(signs, self.characters), 1.0),
            (placed_words(signs, self.parts), self.place_weight),
        )

    def as_json(self) -> dict[str, Any]:
        return {name: list(v) if isinstance(v, tuple) else v for name, v in asdict(self).items()}

    @classmethod
    def from_json(cls, told: dict[str, Any]) -> "Cut":
        plain: dict[str, Any] = {n: tuple(v) if isinstance(v, list) else v for n, v in told.items()}
        return cls(**plain)


class Block:
    """One block's columns: which buckets are known, and how rare each is."""

    def __init__(self, buckets: NDArray[np.int32], rarity: NDArray[np.float32]) -> None:
        self.buckets = buckets
        self.rarity = rarity
        self._column = np.full(1 << BITS, _ABSENT, np.int32)
        self._column[buckets] = np.arange(len(buckets), dtype=np.int32)

    @classmethod
    def learn(cls, counts: Counts, fewest: int) -> "Block":
        texts_with = np.bincount(counts.bucket, minlength=1 << BITS)
        buckets = np.flatnonzero(texts_with >= fewest).astype(np.int32)
        rarity = np.log((1 + counts.texts) / (1 + texts_with[buckets])) + 1
        return cls(buckets, rarity.astype(np.float32))

    def known(self, counts: Counts) -> tuple[NDArray[Any], NDArray[Any]]:
        """Of each text: how many n-grams are known, and how many there are."""
        times = counts.times.astype(np.float64)
        seen = np.where(self._column[counts.bucket] != _ABSENT, times, 0.0)
        return (
            np.bincount(counts.text, weights=seen, minlength=counts.texts),
            np.bincount(counts.text, weights=times, minlength=counts.texts),
        )

    def matrix(self, counts: Counts, weight: float) -> Matrix:
        """Rows of length ``weight``; a text without a known n-gram is a row of zeros."""
        from scipy import sparse

        column = self._column[counts.bucket]
        known = column != _ABSENT
        row, column = counts.text[known], column[known]
        value = (1 + np.log(counts.times[known])) * self.rarity[column]
        squares = np.bincount(row, weights=value.astype(np.float64) ** 2, minlength=counts.texts)
        length = np.sqrt(np.where(squares > 0, squares, 1.0))
        value = (value * (weight / length[row])).astype(np.float32)
        ends = np.cumsum(np.bincount(row, minlength=counts.texts))
        shape = (counts.texts, len(self.buckets))
        return sparse.csr_matrix((value, column, np.r_[0, ends]), shape=shape)


@dataclass(frozen=True, slots=True)
class Features:
    """Learnt once from the training texts, then applied to any text."""

    cut: Cut
    blocks: tuple[Block, ...]

    @property
    def width(self) -> int:
        return sum(len(block.buckets) for block in self.blocks)

    def matrix(self, texts: Sequence[str]) -> tuple[Matrix, NDArray[np.float64]]:
        """One row a text, one column a known n-gram; and what share of each text is known."""
        return self.matrix_of(cut_up(texts, self.cut))

    def matrix_of(self, pieces: Pieces) -> tuple[Matrix, NDArray[np.float64]]:
        """The same from texts that were cut up already, by this cut."""
        from scipy import sparse

        parts = []
        known = np.zeros(pieces[0][0].texts)
        total = np.zeros(pieces[0][0].texts)
        for block, (counts, weight) in zip(self.blocks, pieces, strict=True):
            parts.append(block.matrix(counts, weight))
            seen, there = block.known(counts)
            known += seen
            total += there
        return sparse.hstack(parts, format="csr"), known / np.maximum(total, 1.0)


def cut_up(texts: Sequence[str], cut: Cut) -> Pieces:
    """Counts of each block with the block's weight: the same for every coder of this cut."""
    signs = read(texts)
    return [(count(grams, signs.texts), weight) for grams, weight in cut.blocks(signs)]


def learn_features(texts: Sequence[str], cut: Cut) -> tuple[Features, Matrix]:
    """The features of these texts, and their matrix."""
    from scipy import sparse

    signs = read(texts)
    blocks, parts = [], []
    for grams, weight in cut.blocks(signs):
        counts = count(grams, signs.texts)
        block = Block.learn(counts, cut.fewest)
        blocks.append(block)
        parts.append(block.matrix(counts, weight))
    return Features(cut, tuple(blocks)), sparse.hstack(parts, format="csr")

"""Narratives to hashed n-grams, a whole batch at a time.

A narrative is cut in several ways. *Words* are runs of letters and digits; a Chinese character
counts as a word of its own, so that no dictionary and no word segmentation is needed. *Characters*
are runs of characters within a word, its edges marked by a blank; neighbouring Chinese characters
form one run that ends at punctuation. Every n-gram becomes a 64-bit number by a polynomial hash, of
which ``BITS`` bits name its bucket (the hashing trick: Weinberger et al., ICML 2009). Everything is
numpy over the code points of all texts at once: some ten times as quick as a loop over strings.
"""

import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

Numbers = NDArray[np.uint64]
Places = NDArray[np.int64]
Grams = tuple[Places, Numbers]

BITS = 22
_STEP = np.uint64(0x9E3779B97F4A7C15)
_JOIN = np.uint64(0xC2B2AE3D27D4EB4F)
_HALF = np.uint64(32)
_SEPARATOR, _LETTER, _HAN = 0, 1, 2
_HAN_RANGES = ((0x3040, 0x3100), (0x3400, 0x4DC0), (0x4E00, 0xA000), (0xF900, 0xFB00))
_ASTRAL_HAN = (0x20000, 0x32000)
_PLANE = 0x10000
_END = 10
_BLANK = 32


@dataclass(frozen=True, slots=True)
class Signs:
    """All texts as one row of code points: its sign, its kind and the text it belongs to."""

    texts: int
    signs: Numbers
    kinds: NDArray[np.uint8]
    text: Places


@dataclass(frozen=True, slots=True)
class Counts:
    """How often each bucket occurs in each text; sorted by text, then bucket."""

    texts: int
    text: Places
    bucket: Places
    times: NDArray[np.float32]


def read(texts: Sequence[str]) -> Signs:
    """Lower case, half width (NFKC), one row of code points with a line feed after each text."""
    joined = "".join(f"{_plain(text)}\n" for text in texts)
    signs = np.frombuffer(joined.encode("utf-32-le", "replace"), np.uint32)
    near = _kinds_of_the_basic_plane()[np.minimum(signs, _PLANE - 1)]
    astral = (signs >= _ASTRAL_HAN[0]) & (signs < _ASTRAL_HAN[1])
    kinds = np.where(signs < _PLANE, near, np.where(astral, _HAN, _SEPARATOR)).astype(np.uint8)
    ends = signs == _END
    return Signs(len(texts), signs.astype(np.uint64), kinds, np.cumsum(ends) - ends)


def word_grams(signs: Signs, orders: Sequence[int], skips: Sequence[int]) -> Iterator[Grams]:
    """Runs of ``orders`` words, and pairs of words that stand ``skips`` apart (same at any gap)."""
    words, text = _words(signs)
    for order in orders:
        chain = words[: len(words) - order + 1]
        for at in range(1, order):
            chain = chain * _JOIN + words[at : at + len(chain)]
        same = text[: len(chain)] == text[len(words) - len(chain) :]
        yield text[: len(chain)][same], _mixed(chain[same], order)
    for skip in skips:
        pairs = words[:-skip] * _JOIN + words[skip:]
        same = text[:-skip] == text[skip:]
        yield text[:-skip][same], _mixed(pairs[same], 100)


def placed_words(signs: Signs, parts: int) -> Iterator[Grams]:
    """Words together with the part of the narrative they stand in: it ends with the injury."""
    words, text = _words(signs)
    many = np.bincount(text, minlength=signs.texts)
    place = np.arange(len(words)) - (np.cumsum(many) - many)[text]
    part = place * parts // many[text]
    yield text, _mixed(words * _STEP + part.astype(np.uint64), 200)


def character_grams(signs: Signs, orders: Sequence[int]) -> Iterator[Grams]:
    """Runs of characters that do not reach over the edge of a word; the edge itself is a blank."""
    separates = signs.kinds == _SEPARATOR
    again = separates & np.r_[False, separates[:-1]] & np.r_[False, np.diff(signs.text) == 0]
    text, separates = signs.text[~again], separates[~again]
    row = np.where(separates, np.uint64(_BLANK), signs.signs[~again])
    chain, torn = row, np.zeros(len(row), bool)
    for order in range(2, max(orders, default=1) + 1):
        kept = max(len(row) - order + 1, 0)
        chain = chain[:kept] * _STEP + row[order - 1 : order - 1 + kept]
        if order > 2:
            torn = torn[:kept] | separates[order - 2 : order - 2 + kept]
        if order in orders:
            whole = ~torn[:kept] & (text[:kept] == text[order - 1 : order - 1 + kept])
            yield text[:kept][whole], _mixed(chain[whole], 1000 + order)


def count(grams: Iterator[Grams], texts: int) -> Counts:
    """Put n-grams into buckets and count them for each text."""
    high, shift = np.uint64(BITS), np.uint64(64 - BITS)
    keys = [(text.astype(np.uint64) << high) | (number >> shift) for text, number in grams]
    key = np.concatenate(keys) if keys else np.zeros(0, np.uint64)
    key.sort()
    first = np.flatnonzero(np.r_[True, key[1:] != key[:-1]]) if len(key) else np.zeros(0, np.int64)
    times = np.diff(np.r_[first, len(key)]).astype(np.float32)
    once = key[first]
    bucket = once & np.uint64((1 << BITS) - 1)
    return Counts(texts, (once >> high).astype(np.int64), bucket.astype(np.int64), times)


def _plain(text: str) -> str:
    text = text.lower() if text.isascii() else unicodedata.normalize("NFKC", text).lower()
    return text.replace("\n", " ")


def _words(signs: Signs) -> tuple[Numbers, Places]:
    """The hash of every word and the text it stands in."""
    kinds = signs.kinds
    inside = kinds != _SEPARATOR
    before = np.r_[np.uint8(_SEPARATOR), kinds[:-1]]
    starts = inside & ((kinds == _HAN) | (before != _LETTER))
    first = np.flatnonzero(starts)
    if not len(first):
        return np.zeros(0, np.uint64), np.zeros(0, np.int64)
    place = np.flatnonzero(inside)
    depth = place - first[np.cumsum(starts)[place] - 1]
    powers = np.cumprod(np.r_[np.uint64(1), np.full(depth.max(), _STEP)], dtype=np.uint64)
    values = (signs.signs[place] + np.uint64(7)) * powers[depth]
    return np.add.reduceat(values, np.searchsorted(place, first)), signs.text[first]


def _mixed(numbers: Numbers, salt: int) -> Numbers:
    """Spread over all 64 bits (a multiply, a fold, a multiply), each kind of n-gram its own way."""
    spread = (numbers ^ np.uint64(salt * 0x1000193)) * _JOIN
    return (spread ^ (spread >> _HALF)) * _STEP


@cache
def _kinds_of_the_basic_plane() -> NDArray[np.uint8]:
    kinds = np.array([chr(code).isalnum() for code in range(_PLANE)], np.uint8)
    for low, high in _HAN_RANGES:
        kinds[low:high] *= _HAN
    return kinds

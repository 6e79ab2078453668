"""The n-grams of a whole batch are those that a plain loop over each text finds."""

import re
from collections import Counter
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from anlan.methods.coding.ngrams import character_grams, count, read, word_grams

WORD = re.compile(r"[a-z0-9]+|[\u4e00-\u9fff]")
RUN = re.compile(r"[a-z0-9\u4e00-\u9fff]+")
TEXTS = st.lists(st.text("ab9 .,\n坠落，\uff21", max_size=12), max_size=6)


@given(TEXTS)
def test_words_and_pairs_are_counted(texts: list[str]) -> None:
    counts = count(word_grams(read(texts), (1, 2), (2,)), len(texts))
    found = [sorted(counts.times[counts.text == at].tolist()) for at in range(len(texts))]
    assert found == [sorted(_words(text).values()) for text in texts]


@given(TEXTS)
def test_characters_are_counted_within_words(texts: list[str]) -> None:
    for orders in ((2,), (3,), (2, 4)):
        counts = count(character_grams(read(texts), orders), len(texts))
        found = [sorted(counts.times[counts.text == at].tolist()) for at in range(len(texts))]
        assert found == [sorted(_characters(text, orders).values()) for text in texts]


@given(TEXTS)
def test_a_text_has_the_same_ngrams_in_any_company(texts: list[str]) -> None:
    together = count(character_grams(read(["坠落 ab", *texts]), (2, 3)), len(texts) + 1)
    alone = count(character_grams(read(["坠落 ab"]), (2, 3)), 1)
    first = together.text == 0
    assert together.bucket[first].tolist() == alone.bucket.tolist()
    assert together.times[first].tolist() == alone.times.tolist()


def test_width_and_case_do_not_matter() -> None:
    one, other = (
        count(word_grams(read([text]), (1,), ()), 1).bucket.tolist()
        for text in ("\uff21\uff22　坠落", "ab 坠落")
    )
    assert one == other


def _plain(text: str) -> str:
    return text.lower().replace("\uff41", "a")


def _words(text: str) -> Counter[tuple[object, ...]]:
    words = WORD.findall(_plain(text))
    found: Counter[tuple[object, ...]] = Counter((1, word) for word in words)
    found.update((2, *pair) for pair in pairwise(words))
    found.update((3, *pair) for pair in zip(words, words[2:], strict=False))
    return found


def _characters(text: str, orders: tuple[int, ...]) -> Counter[str]:
    found: Counter[str] = Counter()
    plain = _plain(text)
    for run in RUN.finditer(plain):
        edged = ("" if run.start() == 0 else " ") + run[0] + " "
        for order in orders:
            found.update(edged[at : at + order] for at in range(len(edged) - order + 1))
    return found

"""Two characters are enough to find a text."""

from __future__ import annotations

from django.db.models import Q
from hypothesis import given
from hypothesis import strategies as st

from anlan.lib.bigrams import bigrams, matching, query_tokens

words = st.text("安全生产培训工伤预防企业职工王李abc123", min_size=1, max_size=12)


def test_text_is_cut_into_overlapping_pairs_and_whole_words() -> None:
    assert bigrams("安全") == "安全"
    assert bigrams("安全培训 A12", "王") == "安全 全培 培训 a12 王"
    assert bigrams("GB／T 4754—2017") == "gb t 4754 2017"


@given(words, words, words)
def test_any_part_of_a_text_finds_it(before: str, part: str, after: str) -> None:
    stored = bigrams(before + part + after)
    assert all(token in stored for token in query_tokens(part))


def test_a_filter_asks_for_every_token() -> None:
    assert matching("search", "安全 王") == Q(search__contains="安全") & Q(search__contains="王")


def test_blank_text_filters_nothing_and_punctuation_finds_nothing() -> None:
    assert matching("search", "  ") == Q()
    assert matching("search", "？！") == Q(pk__in=[])

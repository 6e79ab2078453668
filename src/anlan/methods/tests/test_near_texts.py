"""Near texts: every pair at the share is found, none below it, and a large bank takes seconds."""

from itertools import combinations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from anlan.methods.near_texts import near_pairs, shingles

WORDS = st.text(alphabet="甲乙丙丁", max_size=12)


def _share(one: str, other: str) -> float:
    a, b = shingles(one), shingles(other)
    return len(a & b) / len(a | b)


def test_a_word_changed_is_near_and_another_question_is_not() -> None:
    texts = [
        "进入受限空间作业前应当先通风再检测后作业",
        "进入受限空间作业之前应当先通风再检测后作业",
        "灭火器压力表指针应当在绿色区域",
    ]
    assert [(near.at, near.like) for near in near_pairs(texts, share=0.6)] == [(1, 0)]


def test_what_was_known_before_is_not_compared_with_itself() -> None:
    same = "安全带应当高挂低用"
    assert list(near_pairs([same, same], share=0.9, known=2)) == []
    assert len(list(near_pairs([same, same, same], share=0.9, known=2))) == 2


def test_a_share_of_nothing_is_refused() -> None:
    with pytest.raises(ValueError, match="share"):
        list(near_pairs(["甲"], share=0))


@settings(max_examples=150, deadline=None)
@given(st.lists(WORDS, max_size=9), st.sampled_from([0.2, 0.5, 0.7, 0.9, 1.0]))
def test_it_finds_what_comparing_all_with_all_finds(texts: list[str], share: float) -> None:
    found = {(near.like, near.at) for near in near_pairs(texts, share=share)}
    slow = {
        (a, b)
        for a, b in combinations(range(len(texts)), 2)
        if texts[a] and texts[b] and _share(texts[a], texts[b]) >= share - 1e-9
    }
    assert found == slow

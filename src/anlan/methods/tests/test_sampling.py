"""Lots: repeatable by hand, fair, and never two for one."""

import hashlib
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from anlan.methods.sampling import draw


def test_the_first_lot_can_be_drawn_by_hand() -> None:
    seed = b"root\nentry"
    number = int.from_bytes(hashlib.sha256(seed + b"\n0\n0").digest(), "big")
    expected = "abcde"[number % 5]
    assert draw(seed, dict.fromkeys("edcba", 1), 1) == [expected]


def test_a_known_answer_stays() -> None:
    weights = {"2026-00001": 1, "2026-00002": 3, "2026-00003": 1, "2026-00004": 5}
    assert draw(b"anlan", weights, 3) == ["2026-00004", "2026-00001", "2026-00002"]


@given(st.binary(), st.dictionaries(st.text(max_size=4), st.integers(1, 9)), st.integers(0, 12))
def test_nobody_is_drawn_twice(seed: bytes, weights: dict[str, int], count: int) -> None:
    drawn = draw(seed, weights, count)
    assert len(drawn) == len(set(drawn)) == min(count, len(weights))
    assert set(drawn) <= set(weights)
    assert draw(seed, weights, count) == drawn


def test_chances_follow_the_weights() -> None:
    weights = {"a": 1, "b": 2, "c": 7}
    firsts = Counter(draw(str(n).encode(), weights, 1)[0] for n in range(2000))
    for name, weight in weights.items():
        assert abs(firsts[name] - 200 * weight) < 90  # 4 standard deviations at most


def test_a_weight_of_nothing_is_refused() -> None:
    with pytest.raises(ValueError, match="positive"):
        draw(b"", {"a": 0}, 1)

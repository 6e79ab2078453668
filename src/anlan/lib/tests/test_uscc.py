"""Unified social credit codes."""

from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from anlan.lib import uscc
from anlan.lib.uscc import BadUscc

seeds = st.integers(0, 99_999_999)


@given(seeds, st.sampled_from(["91", "12", "11", "52", "N2", "92"]))
def test_a_synthetic_code_is_well_formed(seed: int, kind: str) -> None:
    code = uscc.synthetic(seed, kind=kind)
    assert uscc.parse(code) == code
    assert code[2:8] == "370199"


@given(seeds, seeds)
def test_two_seeds_never_share_a_code(one: int, other: int) -> None:
    assert (uscc.synthetic(one) == uscc.synthetic(other)) == (one == other)


@given(seeds, st.integers(0, 17), st.sampled_from("0123456789ABCDEFGHJKLMNPQRTUWXY"))
def test_any_single_wrong_character_is_found(seed: int, place: int, wrong: str) -> None:
    code = uscc.synthetic(seed)
    if code[place] == wrong:
        return
    with pytest.raises(BadUscc):
        uscc.parse(code[:place] + wrong + code[place + 1 :])


@given(st.text(max_size=24))
def test_nonsense_is_refused_and_nothing_else_is_raised(text: str) -> None:
    with suppress(BadUscc):
        assert len(uscc.parse(text)) == 18


def test_a_known_good_code_is_read_as_people_type_it() -> None:
    assert uscc.parse(" 91110000-600037341l ") == "91110000600037341L"


@pytest.mark.parametrize(
    ("typed", "reason"),
    [
        ("", "为空"),
        ("370100200012345", "15 位工商注册号"),
        ("9111000060003734", "现在是 16 位"),
        ("9.11100006000373E+17", "科学计数法"),
        ("91110000600037341I", "第 18 位是“I”"),
        ("91110000600037341M", "校验位不符"),
        ("9111000A600037341L", "行政区划代码"),
        ("D1110000600037341L", "首位不对"),
    ],
)
def test_a_refusal_says_what_is_wrong(typed: str, reason: str) -> None:
    with pytest.raises(BadUscc, match=reason):
        uscc.parse(typed)

"""A mask never shows more than it may."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from anlan.lib.masking import mask_id, mask_name, mask_phone

# A private-use letter in the input can be counted in the output: a mask never makes one.
secrets = st.text(st.characters(min_codepoint=0xE000, max_codepoint=0xE0FF), max_size=40)


def _shown(masked: str) -> int:
    return sum(sign not in "*·" for sign in masked)


@given(st.text(max_size=40))
def test_a_name_shows_its_surname_at_most(name: str) -> None:
    shown = mask_name(name).rstrip("*")
    assert len(shown) <= 3
    if len("".join(name.split())) < 2:
        assert _shown(mask_name(name)) == 0


@given(secrets)
def test_an_id_shows_eight_characters_at_most_and_never_half_of_a_short_one(number: str) -> None:
    masked = mask_id(number)
    assert len(masked) == len(number)
    assert _shown(masked) <= min(8, len(number) / 2)


@given(secrets)
def test_a_phone_shows_seven_digits_at_most(number: str) -> None:
    masked = mask_phone(number)
    assert _shown(masked) == (7 if len(number) == 11 else 2 if len(number) >= 7 else 0)


@pytest.mark.parametrize(
    ("name", "masked"),
    [
        ("王小明", "王*"),
        ("王明", "王*"),
        ("欧阳锋", "欧阳*"),
        ("欧阳", "欧*"),
        ("阿卜杜拉·买买提", "阿*·*"),
        ("古丽•买买提", "古*·*"),
        (" 王 明 ", "王*"),
        ("王", "*"),
        ("", ""),
    ],
)
def test_names_are_masked_as_the_screens_show_them(name: str, masked: str) -> None:
    assert mask_name(name) == masked


def test_numbers_are_masked_as_the_screens_show_them() -> None:
    assert mask_id("370199199003071237") == "3701**********1237"
    assert mask_id("E12345678") == "E1*****78"
    assert mask_phone("15400005678") == "154****5678"

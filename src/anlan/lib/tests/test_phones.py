"""Mobile numbers of the mainland."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from anlan.lib import phones
from anlan.lib.phones import BadPhone


@given(st.integers(0, 99_999_999))
def test_a_synthetic_number_is_well_formed_and_known_as_such(seed: int) -> None:
    number = phones.synthetic(seed)
    assert phones.parse(number) == number
    assert phones.is_synthetic(number)


@pytest.mark.parametrize(
    "typed",
    [
        "15400000001",
        "+86 154 0000 0001",
        "0086-154-0000-0001",
        "8615400000001",
        "１540000000１",
        "'15400000001",
    ],
)
def test_what_people_type_is_read(typed: str) -> None:
    assert phones.parse(typed) == "15400000001"


@pytest.mark.parametrize(
    ("typed", "reason"),
    [
        ("", "为空"),
        ("0531-88888888", "座机"),
        ("1540000000", "现在是 10 位"),
        ("12345678901", "不应以 12 开头"),
        ("1.54E+10", "科学计数法"),
        ("15400000001/15400000002", "一格只填一个号码"),
    ],
)
def test_a_refusal_says_what_is_wrong(typed: str, reason: str) -> None:
    with pytest.raises(BadPhone, match=reason):
        phones.parse(typed)

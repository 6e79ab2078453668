"""Known answers: other people's software must arrive at the same bytes."""

import hashlib
import json

import pytest
import rfc8785
from hypothesis import given
from hypothesis import strategies as st

from anlan.proofs.canonical import (
    SALT_BYTES,
    canonical,
    commitment,
    leaf_hash,
    opens,
    parse_json,
)

SALT = bytes(range(SALT_BYTES))

json_values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**53) + 1, 2**53 - 1)
    | st.floats(-1e15, 1e15)  # a whole float beyond 2**53 is written, but not read back
    | st.text(st.characters(exclude_categories=["Cs"])),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.text(st.characters(exclude_categories=["Cs"])), inner, max_size=4)
    ),
    max_leaves=12,
)


def test_the_example_of_rfc_8785_section_3_2_2() -> None:
    value = {
        "numbers": [333333333.33333329, 1e30, 4.50, 2e-3, 0.000000000000000000000000001],
        "string": "\u20ac$\u000f\u000aA'\u0042\u0022\u005c\\\"\u002f",
        "literals": [None, True, False],
    }
    assert canonical(value).decode() == (
        '{"literals":[null,true,false],'
        '"numbers":[333333333.3333333,1e+30,4.5,0.002,1e-27],'
        '"string":"€$\\u000f\\nA\'B\\"\\\\\\\\\\"/"}'
    )


def test_keys_are_sorted_by_utf16_as_rfc_8785_section_3_2_3_says() -> None:
    keys = ["\u20ac", "\r", "\ufb33", "1", "\U0001f600", "\u0080", "\u00f6"]
    in_order = list(json.loads(canonical(dict.fromkeys(keys, 0))))
    assert in_order == ["\r", "1", "\u0080", "\u00f6", "\u20ac", "\U0001f600", "\ufb33"]


@pytest.mark.parametrize("value", [float("nan"), float("inf"), 2**53, {1: 2}, "\ud800", b"x"])
def test_what_json_cannot_carry_is_refused(value: object) -> None:
    with pytest.raises(rfc8785.CanonicalizationError):
        canonical(value)


@given(json_values)
def test_canonical_bytes_read_back_and_written_again_are_the_same(value: object) -> None:
    once = canonical(value)
    assert canonical(json.loads(once)) == once


def test_the_leaf_hash_of_an_empty_entry_is_the_known_one_of_certificate_transparency() -> None:
    known = "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d"
    assert leaf_hash(b"").hex() == known


def test_the_leaf_hash_has_its_prefix_under_both_algorithms() -> None:
    assert leaf_hash(b"abc") == hashlib.sha256(b"\x00abc").digest()
    assert leaf_hash(b"abc", "sm3").hex() == (
        "a7fe0cdcc2194aa7a9c6bfad5637581bf051d935a10bb6a9ccabfce125c27d96"
    )
    with pytest.raises(ValueError, match="md5"):
        leaf_hash(b"abc", "md5")


def test_a_commitment_is_what_sha256sum_says_of_salt_and_value() -> None:
    by_hand = hashlib.sha256(SALT + '{"name":"王安"}'.encode()).hexdigest()
    assert commitment(SALT, {"name": "王安"}) == f"sha256:{by_hand}"


def test_a_commitment_opens_only_with_its_own_salt_and_value() -> None:
    sealed = commitment(SALT, "王安")
    assert opens(sealed, SALT, "王安")
    assert not opens(sealed, SALT, "王宁")
    assert not opens(sealed, SALT[::-1], "王安")
    assert not opens(sealed.upper(), SALT, "王安")
    assert not opens("", SALT, "王安")


def test_bytes_cannot_wander_from_the_value_into_the_salt() -> None:
    sealed = commitment(SALT, '"1')
    moved = SALT + canonical('"1')[:2]
    assert not opens(sealed, moved, "1")
    with pytest.raises(ValueError, match="16 bytes"):
        commitment(moved, "1")


@pytest.mark.parametrize(
    "text", ['{"a":1}'.encode("utf-16"), b'{"a":"\xff"}', b'{"a":"\xed\xa0\x80"}']
)
def test_json_that_is_not_utf_8_is_refused(text: bytes) -> None:
    with pytest.raises(ValueError, match="codec"):
        parse_json(text)


def test_a_byte_order_mark_is_passed_over() -> None:
    assert parse_json(b"\xef\xbb\xbf" + b'{"a":1}') == {"a": 1}


def test_what_is_nested_too_deeply_opens_nothing() -> None:
    deep: object = 0
    for _ in range(5000):
        deep = [deep]
    with pytest.raises(ValueError, match="deeply"):
        canonical(deep)
    assert not opens("sha256:" + "0" * 64, SALT, deep)

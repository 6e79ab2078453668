"""A value opens with its own key, in its own field, unaltered; and in no other way."""

import base64
import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from anlan.lib.keyring import KeyMissing, Keyring, load_keyring

PHONE = "identity.Person.phone"
RING = Keyring("k1", {"k1": bytes(range(32))}, b"i" * 32)
ROTATED = Keyring("k2", {"k1": bytes(range(32)), "k2": b"2" * 32}, b"i" * 32)


def flipped(sealed: str, byte: int) -> str:
    """The same value with one byte of its body turned over."""
    head, body = sealed.rsplit(".", 1)
    raw = bytearray(base64.b64decode(body))
    raw[byte] ^= 1
    return f"{head}.{base64.b64encode(bytes(raw)).decode()}"


@given(st.binary(max_size=60))
def test_what_was_sealed_opens_again(plain: bytes) -> None:
    sealed = RING.seal(plain, bound_to=PHONE)
    assert RING.open(sealed, bound_to=PHONE) == plain


def test_the_same_value_is_never_sealed_into_the_same_text() -> None:
    assert RING.seal(b"1", bound_to=PHONE) != RING.seal(b"1", bound_to=PHONE)


@pytest.mark.parametrize(
    "byte", [0, 11, 12, 20, -1], ids=["nonce", "nonce end", "text", "x", "tag"]
)
def test_an_altered_value_does_not_open(byte: int) -> None:
    sealed = RING.seal(b"13800138000", bound_to=PHONE)
    with pytest.raises(KeyMissing, match="altered"):
        RING.open(flipped(sealed, byte), bound_to=PHONE)


@pytest.mark.parametrize("body", ["", "AAAA", "not base64!", "AAAAA"])
def test_a_value_cut_short_does_not_open(body: str) -> None:
    with pytest.raises(KeyMissing, match="altered"):
        RING.open(f"a.k1.{body}", bound_to=PHONE)


@pytest.mark.parametrize("value", ["", "13800138000", "a.", "a.k1x.AAAA"])
def test_a_value_that_names_no_key_of_ours_does_not_open(value: str) -> None:
    with pytest.raises(KeyMissing, match="no key"):
        RING.open(value, bound_to=PHONE)


def test_a_value_moved_to_another_field_does_not_open() -> None:
    sealed = RING.seal(b"13800138000", bound_to=PHONE)
    with pytest.raises(KeyMissing, match="another field"):
        RING.open(sealed, bound_to="identity.Person.id_number")


def test_after_a_rotation_the_new_key_seals_and_the_old_one_still_opens() -> None:
    old = RING.seal("赵明安".encode(), bound_to=PHONE)
    new = ROTATED.seal("赵明安".encode(), bound_to=PHONE)
    assert new.startswith("a.k2.")
    assert ROTATED.open(old, bound_to=PHONE) == ROTATED.open(new, bound_to=PHONE)
    with pytest.raises(KeyMissing, match="no key k2"):
        RING.open(new, bound_to=PHONE)


def test_an_index_is_equal_for_equals_within_one_field_only() -> None:
    index = RING.blind_index("13800138000", bound_to=PHONE)
    assert index == ROTATED.blind_index("13800138000", bound_to=PHONE)  # rotation moves no index
    assert index != RING.blind_index("13800138001", bound_to=PHONE)
    assert index != RING.blind_index("13800138000", bound_to="identity.Person.id_number")
    assert (len(index), "13800138000" in index) == (64, False)


def test_a_field_s_name_can_not_run_into_its_value() -> None:
    assert RING.blind_index("bc", bound_to="a") != RING.blind_index("c", bound_to="ab")


def test_the_first_start_makes_a_ring_that_only_its_owner_reads(tmp_path: Path) -> None:
    path = tmp_path / "secrets" / "keyring.json"
    ring = load_keyring(path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert [len(key) for key in (*ring.keys.values(), ring.index_key)] == [32, 32]
    assert load_keyring(path) == ring
    assert list(path.parent.iterdir()) == [path]


def test_who_comes_second_at_the_first_start_takes_the_ring_of_the_first(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, link, first = tmp_path / "keyring.json", os.link, []

    def overtaken(draft: Path, place: Path) -> None:
        assert not path.exists()  # nobody can read a ring that is half written
        monkeypatch.setattr(os, "link", link)
        first.append(load_keyring(path))
        link(draft, place)

    monkeypatch.setattr(os, "link", overtaken)
    assert load_keyring(path) == first[0]
    assert list(tmp_path.iterdir()) == [path]


def test_two_processes_starting_together_end_with_one_ring(tmp_path: Path) -> None:
    path = tmp_path / "keyring.json"
    start = "import sys; from pathlib import Path; from anlan.lib.keyring import load_keyring"
    code = f"{start}; print(load_keyring(Path(sys.argv[1])).index_key.hex())"
    both = [
        subprocess.Popen([sys.executable, "-c", code, str(path)], stdout=subprocess.PIPE, text=True)
        for _ in range(2)
    ]
    assert {process.communicate()[0].strip() for process in both} == {
        load_keyring(path).index_key.hex()
    }

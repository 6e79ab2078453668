"""A sealed file shows nothing, opens with its own key and name, and with no other."""

import pytest

from anlan.lib.sealed_bytes import CannotOpen, fresh_key, open_bytes, seal_bytes

PLAIN = "编号,身份证号\nA1,370102199001010073\n".encode()


def test_it_opens_with_its_key_and_shows_nothing() -> None:
    key = fresh_key()
    sealed = seal_bytes(PLAIN, key, bound_to="a")
    assert b"370102" not in sealed
    assert open_bytes(sealed, key, bound_to="a") == PLAIN
    assert seal_bytes(PLAIN, key, bound_to="a") != sealed


@pytest.mark.parametrize("what", ["key", "name", "byte", "head", "short"])
def test_anything_else_is_refused(what: str) -> None:
    key = fresh_key()
    sealed = seal_bytes(PLAIN, key, bound_to="a")
    if what == "byte":
        sealed = sealed[:-1] + bytes([sealed[-1] ^ 1])
    if what == "head":
        sealed = b"x" + sealed
    if what == "short":
        sealed = sealed[:20]
    with pytest.raises(CannotOpen):
        open_bytes(
            sealed,
            fresh_key() if what == "key" else key,
            bound_to="b" if what == "name" else "a",
        )

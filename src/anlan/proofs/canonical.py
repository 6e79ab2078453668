"""One value, one sequence of bytes, one hash.

Canonical JSON is RFC 8785; the leaf hash is that of RFC 9162 §2.1.1. SM3 (GB/T 32905-2016)
stands beside SHA-256 for operators bound to the national algorithms.
"""

import hashlib
import hmac
import json
from typing import Any, cast

import rfc8785
from cryptography.hazmat.primitives import hashes

LEAF_PREFIX = b"\x00"
SALT_BYTES = 16
COMMITMENT_PREFIX = "sha256:"


def canonical(value: object) -> bytes:
    """The RFC 8785 bytes of a JSON value.

    Raises `ValueError` for what JSON cannot carry unambiguously: NaN, integers beyond 2**53 - 1,
    keys that are no text, dates and decimals (turn them into text first), and what is nested deeper
    than Python can follow.
    """
    try:
        return rfc8785.dumps(cast(Any, value))
    except RecursionError:
        raise ValueError("nested too deeply") from None


def parse_json(text: bytes) -> Any:
    """JSON read strictly: a key that stands twice could show one value and hash another.

    UTF-8 only, as RFC 8259 §8.1 asks, with or without a byte order mark. Raises `ValueError`.
    """
    try:
        written = text.decode("utf-8-sig")
        return json.loads(written, object_pairs_hook=_distinct, parse_constant=_refuse_constant)
    except RecursionError:
        raise ValueError("nested too deeply") from None


def leaf_hash(canonical_bytes: bytes, alg: str = "sha256") -> bytes:
    """The 32-byte Merkle leaf hash H(0x00 || entry); `alg` is "sha256" or "sm3"."""
    return digest(LEAF_PREFIX + canonical_bytes, alg)


def digest(data: bytes, alg: str = "sha256") -> bytes:
    """H(data): 32 bytes under either algorithm."""
    if alg == "sha256":
        return hashlib.sha256(data).digest()
    if alg == "sm3":
        sm3 = hashes.Hash(hashes.SM3())
        sm3.update(data)
        return sm3.finalize()
    raise ValueError(f"unknown hash algorithm: {alg!r}")


def commitment(salt: bytes, value: object) -> str:
    """Bind to a value without showing it: "sha256:<hex>" over salt || canonical(value).

    The salt has exactly 16 random bytes. Were its length free, one commitment could be opened
    in two ways, by moving bytes from the value's front to the salt's end.
    """
    if len(salt) != SALT_BYTES:
        raise ValueError(f"a salt has {SALT_BYTES} bytes, not {len(salt)}")
    return COMMITMENT_PREFIX + hashlib.sha256(salt + canonical(value)).hexdigest()


def opens(commitment_text: str, salt: bytes, value: object) -> bool:
    """Is this the salt and the value that the commitment was made from?"""
    try:
        expected = commitment(salt, value)
    except ValueError:
        return False
    return hmac.compare_digest(expected.encode(), commitment_text.encode("utf-8", "replace"))


def _distinct(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    fields = dict(pairs)
    if len(fields) != len(pairs):
        raise ValueError("a key stands twice")
    return fields


def _refuse_constant(name: str) -> None:
    raise ValueError(f"{name} is no JSON")

"""Whole files sealed under a key of their own, so that destroying the key destroys the file.

AES-256-GCM in one piece: for files that are read whole anyway. A file that was altered, or opened
under another key or name, is refused.
"""

import base64
import os
import secrets

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

MAGIC = b"ANLANSEALED1"
NONCE_BYTES = 12


class CannotOpen(Exception):
    """The bytes are not what was sealed under this key."""


def fresh_key() -> str:
    """A key as text, to be kept in a sealed column."""
    return base64.b64encode(secrets.token_bytes(32)).decode()


def seal_bytes(plain: bytes, key: str, *, bound_to: str) -> bytes:
    """The sealed file; opens only with the same key and `bound_to`."""
    nonce = os.urandom(NONCE_BYTES)
    return MAGIC + nonce + _cipher(key).encrypt(nonce, plain, bound_to.encode())


def open_bytes(sealed: bytes, key: str, *, bound_to: str) -> bytes:
    """What `seal_bytes` put away. Raises `CannotOpen`."""
    head = len(MAGIC)
    if not sealed.startswith(MAGIC):
        raise CannotOpen("not a sealed file")
    nonce, body = sealed[head : head + NONCE_BYTES], sealed[head + NONCE_BYTES :]
    try:
        return _cipher(key).decrypt(nonce, body, bound_to.encode())
    except (InvalidTag, ValueError) as altered:
        raise CannotOpen("the file was altered or belongs to another key") from altered


def _cipher(key: str) -> AESGCM:
    return AESGCM(base64.b64decode(key))

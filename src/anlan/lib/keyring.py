"""Field encryption keys, kept in a file outside the database.

A keyring is a JSON file: `{"current": "k1", "keys": {"k1": "<base64>"}, "index": "<base64>"}`.
New values are sealed under `current`; older keys stay until every value has been re-sealed.
Cipher: AES-256-GCM (SM4-GCM is its national peer; the one-letter suite mark leaves room for it).
"""

import base64
import hashlib
import hmac
import json
import os
import secrets
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from anlan.lib.write_once import write_once

NONCE_BYTES = 12


class KeyMissing(Exception):
    """The keyring holds no key that opens this value."""


@dataclass(frozen=True)
class Keyring:
    """Seals and opens short texts; computes blind indexes for look-up by equality."""

    current: str
    keys: dict[str, bytes]
    index_key: bytes

    def seal(self, plain: bytes, *, bound_to: str) -> str:
        """Encrypt; the result names its key and opens only for the same `bound_to`."""
        nonce = os.urandom(NONCE_BYTES)
        box = self._ciphers[self.current].encrypt(nonce, plain, bound_to.encode())
        return f"a.{self.current}.{base64.b64encode(nonce + box).decode()}"

    def open(self, sealed: str, *, bound_to: str) -> bytes:
        """Decrypt what `seal` made; `KeyMissing` if the key is gone or the value was altered."""
        _suite, _, rest = sealed.partition(".")
        key_id, _, body = rest.partition(".")
        if key_id not in self.keys:
            raise KeyMissing(f"no key {key_id} in the keyring")
        try:
            raw = base64.b64decode(body, validate=True)
            return self._ciphers[key_id].decrypt(
                raw[:NONCE_BYTES], raw[NONCE_BYTES:], bound_to.encode()
            )
        except (InvalidTag, ValueError) as tampered:  # ValueError: no base64, or cut too short
            raise KeyMissing("the value was altered or belongs to another field") from tampered

    def blind_index(self, text: str, *, bound_to: str) -> str:
        """HMAC-SHA256 (hex) of a normalised value: equal values meet, nothing can be read back."""
        return hmac.new(self.index_key, f"{bound_to}\0{text}".encode(), hashlib.sha256).hexdigest()

    @cached_property
    def _ciphers(self) -> dict[str, AESGCM]:
        return {name: AESGCM(key) for name, key in self.keys.items()}


def load_keyring(path: Path) -> Keyring:
    """Read the keyring, making a fresh one (mode 600) on the very first start."""
    if not path.exists():
        _write_new(path)
    raw = json.loads(path.read_text("utf-8"))
    keys = {name: base64.b64decode(key) for name, key in raw["keys"].items()}
    return Keyring(raw["current"], keys, base64.b64decode(raw["index"]))


def _write_new(path: Path) -> None:
    ring = {
        "current": "k1",
        "keys": {"k1": base64.b64encode(secrets.token_bytes(32)).decode()},
        "index": base64.b64encode(secrets.token_bytes(32)).decode(),
    }
    write_once(path, json.dumps(ring))

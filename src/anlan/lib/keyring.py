"""Field encryption keys, kept in a file outside the database.

A keyring is a JSON file: `{"current": "k1", "keys": {"k1": "<base64>"}, "index": "<base64>"}`.
New values are sealed under `current`; older keys stay until every value has been re-sealed.
Cipher: AES-256-GCM (suite `a`, keys of 32 bytes) or SM4-GCM (suite `s`, 16 bytes; GB/T 32907,
GB/T 36624). A sealed value reads `suite.key.base64(nonce + text + tag)`.
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
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from anlan.lib.write_once import write_once

NONCE_BYTES, TAG_BYTES = 12, 16
AES, SM4 = "a", "s"
KEY_BYTES = {AES: 32, SM4: 16}


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
        return f"{self.mark}{base64.b64encode(nonce + box).decode()}"

    @property
    def mark(self) -> str:
        """How every value begins that is sealed under the current key."""
        return f"{suite_of(self.keys[self.current])}.{self.current}."

    def open(self, sealed: str, *, bound_to: str) -> bytes:
        """Decrypt what `seal` made; `KeyMissing` if the key is gone or the value was altered."""
        suite, _, rest = sealed.partition(".")
        key_id, _, body = rest.partition(".")
        if key_id not in self.keys or suite != suite_of(self.keys[key_id]):
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
    def _ciphers(self) -> "dict[str, AESGCM | SM4GCM]":
        return {
            name: AESGCM(key) if suite_of(key) == AES else SM4GCM(key)
            for name, key in self.keys.items()
        }


class SM4GCM:
    """SM4-GCM with the hands of `cryptography`'s `AESGCM`, which has no such class for SM4."""

    def __init__(self, key: bytes) -> None:
        self._key = algorithms.SM4(key)

    def encrypt(self, nonce: bytes, plain: bytes, bound_to: bytes) -> bytes:
        """Text and tag."""
        hand = Cipher(self._key, modes.GCM(nonce)).encryptor()
        hand.authenticate_additional_data(bound_to)
        return hand.update(plain) + hand.finalize() + hand.tag

    def decrypt(self, nonce: bytes, box: bytes, bound_to: bytes) -> bytes:
        """`InvalidTag` if anything was altered; `ValueError` if the box is too short for a tag."""
        hand = Cipher(self._key, modes.GCM(nonce, box[-TAG_BYTES:])).decryptor()
        hand.authenticate_additional_data(bound_to)
        return hand.update(box[:-TAG_BYTES]) + hand.finalize()


def suite_of(key: bytes) -> str:
    """The cipher that a key of this length is for."""
    return next(suite for suite, length in KEY_BYTES.items() if length == len(key))


def load_keyring(path: Path) -> Keyring:
    """Read the keyring, making a fresh one (mode 600) on the very first start."""
    if not path.exists():
        _write_new(path)
    raw = json.loads(path.read_text("utf-8"))
    keys = {name: base64.b64decode(key) for name, key in raw["keys"].items()}
    return Keyring(raw["current"], keys, base64.b64decode(raw["index"]))


def add_key(path: Path, suite: str = AES) -> Keyring:
    """A fresh key in the file, current from now on; the older ones go on opening."""
    ring = load_keyring(path)
    name = f"k{1 + max(int(known[1:]) for known in ring.keys)}"
    key = secrets.token_bytes(KEY_BYTES[suite])
    return _replace(path, Keyring(name, ring.keys | {name: key}, ring.index_key))


def drop_key(path: Path, name: str) -> Keyring:
    """Destroy a key: what is sealed under it never opens again, in any backup of the database.

    `KeyMissing` if there is none of that name; `ValueError` for the current one.
    """
    ring = load_keyring(path)
    if name not in ring.keys:
        raise KeyMissing(f"no key {name} in the keyring")
    if name == ring.current:
        raise ValueError(f"{name} seals what is new")
    left = {known: key for known, key in ring.keys.items() if known != name}
    return _replace(path, Keyring(ring.current, left, ring.index_key))


def _write_new(path: Path) -> None:
    key = secrets.token_bytes(KEY_BYTES[AES])
    write_once(path, _text(Keyring("k1", {"k1": key}, secrets.token_bytes(32))))


def _replace(path: Path, ring: Keyring) -> Keyring:
    """Whole or not at all: whoever reads meanwhile reads the former file."""
    draft = path.with_name(f".{path.name}.next")
    draft.unlink(missing_ok=True)
    write_once(draft, _text(ring))
    draft.replace(path)
    return ring


def _text(ring: Keyring) -> str:
    keys = {name: base64.b64encode(key).decode() for name, key in ring.keys.items()}
    index = base64.b64encode(ring.index_key).decode()
    return json.dumps({"current": ring.current, "keys": keys, "index": index})

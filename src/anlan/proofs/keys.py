"""Signing keys in a file: one line, 64 hex digits, and `sm2:` before them when it is an SM2 key."""

import os
from pathlib import Path

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from anlan.proofs.checkpoint import PrivateKey
from anlan.proofs.sm2 import Sm2PrivateKey

ED25519, SM2 = "ed25519", "sm2"
SM2_MARK = f"{SM2}:"


def fresh(algorithm: str) -> PrivateKey:
    return Sm2PrivateKey.generate() if algorithm == SM2 else Ed25519PrivateKey.generate()


def algorithm_of(key: PrivateKey) -> str:
    return SM2 if isinstance(key, Sm2PrivateKey) else ED25519


def written(key: PrivateKey) -> str:
    """What stands in the key's file."""
    if isinstance(key, Sm2PrivateKey):
        return SM2_MARK + key.private_bytes_raw().hex()
    raw = key.private_bytes(
        serialization.Encoding.Raw, serialization.PrivateFormat.Raw, serialization.NoEncryption()
    )
    return raw.hex()


def read(path: Path) -> PrivateKey:
    """Raises `OSError`, or `ValueError` for what is no key."""
    text = path.read_text("ascii").strip()
    if text.startswith(SM2_MARK):
        return Sm2PrivateKey.from_private_bytes(bytes.fromhex(text.removeprefix(SM2_MARK)))
    return Ed25519PrivateKey.from_private_bytes(bytes.fromhex(text))


def write_new(path: Path, key: PrivateKey) -> None:
    """A file that only its owner reads; `FileExistsError` rather than replace one."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w", encoding="ascii") as stream:
        stream.write(written(key) + "\n")
        stream.flush()
        os.fsync(stream.fileno())

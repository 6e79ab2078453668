"""The key by which a tablet knows that a package is this platform's, and how its own are checked.

The platform signs with Ed25519, apart from the ledger's key; a tablet signs with ECDSA P-256, which
every browser can make without ever handing the private key to a script.
"""

import base64
from functools import lru_cache
from pathlib import Path

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256
from django.conf import settings

from anlan.lib.write_once import write_once
from anlan.proofs import keys

# What a signature is for stands before what is signed: none of them passes for another.
KIT, RECORD, BATCH, PHOTO, TABLET = (
    f"anlan-kit/{what}/1\n" for what in ("package", "record", "batch", "photo", "tablet")
)
POINT_BYTES, HALF = 65, 32


def sign_kit(text: str) -> str:
    """The platform's signature under a package, base64."""
    return base64.b64encode(_signing_key().sign((KIT + text).encode())).decode()


def kit_key() -> str:
    """The public half, base64: a tablet keeps it when it takes its first package."""
    return base64.b64encode(_signing_key().public_key().public_bytes_raw()).decode()


def is_signed(purpose: str, text: str, signature: str, key: str) -> bool:
    """Did the tablet with this public key sign the text for this purpose? (r and s, base64)"""
    try:
        raw = base64.b64decode(signature, validate=True)
        public = read_point(key)
    except ValueError:
        return False
    if len(raw) != 2 * HALF:
        return False
    r, s = int.from_bytes(raw[:HALF], "big"), int.from_bytes(raw[HALF:], "big")
    try:
        public.verify(encode_dss_signature(r, s), (purpose + text).encode(), ec.ECDSA(SHA256()))
    except InvalidSignature:
        return False
    return True


def read_point(key: str) -> ec.EllipticCurvePublicKey:
    """A tablet's public key, an uncompressed point on P-256; `ValueError` for anything else."""
    raw = base64.b64decode(key, validate=True)
    if len(raw) != POINT_BYTES:
        raise ValueError("not an uncompressed P-256 point")
    return ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), raw)


def _signing_key() -> Ed25519PrivateKey:
    return _key_at(str(settings.ANLAN_KITS_KEY))


@lru_cache(maxsize=4)
def _key_at(path: str) -> Ed25519PrivateKey:
    file = Path(path)
    if not file.exists():
        write_once(file, keys.written(Ed25519PrivateKey.generate()))
    key = keys.read(file)
    if not isinstance(key, Ed25519PrivateKey):
        raise TypeError(f"{path} holds another kind of key")
    return key

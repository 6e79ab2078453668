"""Compact JSON Web Signatures (RFC 7515): RS256 and ES256, and keys as JWK (RFC 7517)."""

import base64
import binascii
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.asymmetric.utils import (
    decode_dss_signature,
    encode_dss_signature,
)
from cryptography.hazmat.primitives.serialization import Encoding

from anlan.proofs.canonical import canonical, parse_json
from anlan.proofs.cms import UNREADABLE, PublicKey, Sign, verifies

P256_OCTETS = 32


class BadJws(ValueError):
    """Not a compact JWS; the message is plain Chinese."""


@dataclass(frozen=True)
class Jws:
    """What was read; `holds(key)` says whether that key signed it."""

    header: dict[str, Any]
    payload: dict[str, Any]
    signed: bytes
    signature: bytes

    def holds(self, key: object) -> bool:
        if isinstance(key, ec.EllipticCurvePublicKey):
            half = P256_OCTETS
            if self.header.get("alg") != "ES256" or len(self.signature) != 2 * half:
                return False
            pair = (
                int.from_bytes(part, "big")
                for part in (self.signature[:half], self.signature[half:])
            )
            return verifies(key, encode_dss_signature(*pair), self.signed)
        return self.header.get("alg") == "RS256" and verifies(key, self.signature, self.signed)

    def chain(self) -> list[x509.Certificate]:
        """The certificates that the header's key comes with, the signer's first."""
        try:
            sent = self.header["jwk"]["x5c"]
            found = [x509.load_der_x509_certificate(base64.b64decode(one)) for one in sent]
            found[0].public_key()  # raises for a key of no known kind
        except (KeyError, IndexError, *UNREADABLE) as bad:
            raise BadJws("没有附签名证书，或证书已损坏") from bad
        return found


def sign_compact(
    payload: Mapping[str, Any], header: Mapping[str, Any], key: PublicKey, sign: Sign
) -> str:
    """Header, payload and signature; `alg` is what the key calls for."""
    alg = "ES256" if isinstance(key, ec.EllipticCurvePublicKey) else "RS256"
    head = _text(canonical({"alg": alg, **header}))
    signed = f"{head}.{_text(canonical(payload))}".encode()
    signature = sign(signed)
    if alg == "ES256":
        r, s = decode_dss_signature(signature)
        signature = r.to_bytes(P256_OCTETS, "big") + s.to_bytes(P256_OCTETS, "big")
    return f"{signed.decode()}.{_text(signature)}"


def read_compact(text: str) -> Jws:
    """Raises `BadJws`. Nothing is verified yet."""
    parts = text.strip().split(".")
    if len(parts) != 3:
        raise BadJws("不是签名的 JWT，应有三段")
    try:
        head, payload, signature = (_octets(part) for part in parts)
        header, body = parse_json(head), parse_json(payload)
    except (ValueError, binascii.Error) as bad:
        raise BadJws("读不通，可能被截断或改动") from bad
    if not isinstance(header, dict) or not isinstance(body, dict):
        raise BadJws("内容不是对象")
    return Jws(header, body, f"{parts[0]}.{parts[1]}".encode(), signature)


def jwk(key: PublicKey, chain: Sequence[x509.Certificate] = ()) -> dict[str, Any]:
    """The public key, with the certificates that vouch for it."""
    if isinstance(key, rsa.RSAPublicKey):
        numbers = key.public_numbers()
        found: dict[str, Any] = {"kty": "RSA", "n": _number(numbers.n), "e": _number(numbers.e)}
    else:
        point = key.public_numbers()
        x, y = (_text(one.to_bytes(P256_OCTETS, "big")) for one in (point.x, point.y))
        found = {"kty": "EC", "crv": "P-256", "x": x, "y": y}
    if chain:
        sent = [one.public_bytes(Encoding.DER) for one in chain]
        found["x5c"] = [base64.b64encode(one).decode() for one in sent]
    return found


def thumbprint(key: PublicKey) -> str:
    """The key's name (RFC 7638): SHA-256 of its JWK."""
    return _text(
        sha256(json.dumps(jwk(key), sort_keys=True, separators=(",", ":")).encode()).digest()
    )


def _number(number: int) -> str:
    return _text(number.to_bytes((number.bit_length() + 7) // 8, "big"))


def _text(octets: bytes) -> str:
    return base64.urlsafe_b64encode(octets).rstrip(b"=").decode()


def _octets(text: str) -> bytes:
    """Strict: only the alphabet, and the one spelling of these octets."""
    octets = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    if _text(octets) != text:
        raise ValueError("another spelling of the same octets")
    return octets

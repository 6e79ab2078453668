"""SM2 signatures with SM3 (GB/T 32918.2-2016, curve of GB/T 32918.5-2017), for logs that a city
must sign with the national algorithms.

The keys look like `cryptography`'s Ed25519 keys, so that whoever verifies asks the same of both.
Plain integers, no constant time: whoever can measure the signing machine to the microsecond may
learn the key. The log signs once a second, on a machine of the operator's own.
"""

import hmac
import secrets
from dataclasses import dataclass
from functools import cached_property

from cryptography.exceptions import InvalidSignature

from anlan.proofs.canonical import digest

P = 0xFFFFFFFEFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF00000000FFFFFFFFFFFFFFFF
A = P - 3
B = 0x28E9FA9E9D9F5E344D5A9E4BCF6509A7F39789F515AB8F92DDBCBD414D940E93
N = 0xFFFFFFFEFFFFFFFFFFFFFFFFFFFFFFFF7203DF6B21C6052B53BBF40939D54123
G = (
    0x32C4AE2C1F1981195F9904466A39C9948FE30BBFF2660BE1715A4589334C74C7,
    0xBC3736A2F4F6779C59BDCEE36B692153D0A9877CC62A474002DF32E52139F0A0,
)
DEFAULT_ID = b"1234567812345678"  # GM/T 0009-2012 §10, where nobody has agreed on another
WIDTH = 32
UNCOMPRESSED = b"\x04"

Point = tuple[int, int]
Jacobian = tuple[int, int, int]  # x / z², y / z³; z = 0 is the point at infinity
INFINITY: Jacobian = (1, 1, 0)


@dataclass(frozen=True)
class Sm2PublicKey:
    """A point on the curve."""

    point: Point

    @classmethod
    def from_public_bytes(cls, raw: bytes) -> "Sm2PublicKey":
        """From 04 ‖ x ‖ y, 65 bytes; `ValueError` for anything that is no point of the curve."""
        if len(raw) != 1 + 2 * WIDTH or raw[:1] != UNCOMPRESSED:
            raise ValueError("not an uncompressed point")
        x, y = int.from_bytes(raw[1 : 1 + WIDTH], "big"), int.from_bytes(raw[1 + WIDTH :], "big")
        if not (x < P and y < P and (y * y - (x * x * x + A * x + B)) % P == 0):
            raise ValueError("not a point of the curve")
        return cls((x, y))

    def public_bytes_raw(self) -> bytes:
        return UNCOMPRESSED + _bytes(self.point[0]) + _bytes(self.point[1])

    def verify(self, signature: bytes, data: bytes) -> None:
        """Raises `InvalidSignature` unless r ‖ s (64 bytes) is this key's over `data` (§7)."""
        if len(signature) != 2 * WIDTH:
            raise InvalidSignature
        r = int.from_bytes(signature[:WIDTH], "big")
        s = int.from_bytes(signature[WIDTH:], "big")
        t = (r + s) % N
        if not (0 < r < N and 0 < s < N and t):
            raise InvalidSignature
        reached = _affine(_add(_times(s, G), _times(t, self.point)))
        if reached is None or (self.hashed(data) + reached[0]) % N != r:
            raise InvalidSignature

    def hashed(self, data: bytes) -> int:
        """e = SM3(Z ‖ data), with Z binding identity and key (§5.5)."""
        return int.from_bytes(digest(self._z + data, "sm3"), "big")

    @cached_property
    def _z(self) -> bytes:
        length = (8 * len(DEFAULT_ID)).to_bytes(2, "big")
        numbers = b"".join(map(_bytes, (A, B, *G, *self.point)))
        return digest(length + DEFAULT_ID + numbers, "sm3")


@dataclass(frozen=True)
class Sm2PrivateKey:
    """d, with 0 < d < n - 1."""

    d: int

    @classmethod
    def generate(cls) -> "Sm2PrivateKey":
        return cls(secrets.randbelow(N - 2) + 1)

    @classmethod
    def from_private_bytes(cls, raw: bytes) -> "Sm2PrivateKey":
        d = int.from_bytes(raw, "big")
        if len(raw) != WIDTH or not 0 < d < N - 1:
            raise ValueError("not an SM2 private key")
        return cls(d)

    def private_bytes_raw(self) -> bytes:
        return _bytes(self.d)

    def public_key(self) -> Sm2PublicKey:
        return self._public

    def sign(self, data: bytes) -> bytes:
        """r ‖ s, 64 bytes (§6)."""
        hashed = self._public.hashed(data)
        while True:
            signature = self.sign_hashed(hashed, self._nonce(hashed))
            if signature:
                return signature

    def sign_hashed(self, hashed: int, k: int) -> bytes:
        """With a nonce that the caller chose; empty when the standard asks for another nonce."""
        reached = _affine(_times(k, G))
        if reached is None:
            return b""
        r = (hashed + reached[0]) % N
        s = pow(1 + self.d, -1, N) * (k - r * self.d) % N
        return _bytes(r) + _bytes(s) if r and s and r + k != N else b""

    def _nonce(self, hashed: int) -> int:
        """Fresh chance, mixed with key and message: a weak source of chance gives nothing away."""
        while True:
            chance = secrets.token_bytes(WIDTH) + _bytes(hashed)
            k = int.from_bytes(hmac.digest(_bytes(self.d), chance, "sha256"), "big")
            if 0 < k < N:
                return k

    @cached_property
    def _public(self) -> Sm2PublicKey:
        point = _affine(_times(self.d, G))
        if point is None:
            raise ValueError("not an SM2 private key")
        return Sm2PublicKey(point)


def _bytes(number: int) -> bytes:
    return number.to_bytes(WIDTH, "big")


def _times(k: int, point: Point) -> Jacobian:
    reached, base = INFINITY, (*point, 1)
    for bit in bin(k)[2:]:
        reached = _double(reached)
        if bit == "1":
            reached = _add(reached, base)
    return reached


def _double(p: Jacobian) -> Jacobian:
    """dbl-2001-b, for a = -3."""
    x, y, z = p
    delta, gamma = z * z % P, y * y % P
    beta = x * gamma % P
    alpha = 3 * (x - delta) * (x + delta) % P
    x3 = (alpha * alpha - 8 * beta) % P
    z3 = ((y + z) * (y + z) - gamma - delta) % P
    return x3, (alpha * (4 * beta - x3) - 8 * gamma * gamma) % P, z3


def _add(p: Jacobian, q: Jacobian) -> Jacobian:
    """add-1998-cmo-2; equal and opposite points on their own ways."""
    if not p[2] or not q[2]:
        return q if not p[2] else p
    z1z1, z2z2 = p[2] * p[2] % P, q[2] * q[2] % P
    u1, u2 = p[0] * z2z2 % P, q[0] * z1z1 % P
    s1, s2 = p[1] * q[2] * z2z2 % P, q[1] * p[2] * z1z1 % P
    h, r = (u2 - u1) % P, (s2 - s1) % P
    if not h:
        return INFINITY if r else _double(p)
    hh = h * h % P
    hhh, v = h * hh % P, u1 * hh % P
    x3 = (r * r - hhh - 2 * v) % P
    return x3, (r * (v - x3) - s1 * hhh) % P, h * p[2] * q[2] % P


def _affine(p: Jacobian) -> Point | None:
    """None for the point at infinity."""
    if not p[2]:
        return None
    inverse = pow(p[2], -1, P)
    return p[0] * inverse * inverse % P, p[1] * pow(inverse, 3, P) % P

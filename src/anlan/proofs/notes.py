"""C2SP signed-note: a text, a blank line, and under it the lines of whoever signed."""

import base64
import hashlib
import re
from dataclasses import dataclass

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from anlan.proofs.sm2 import Sm2PublicKey

PublicKey = Ed25519PublicKey | Sm2PublicKey

LOG, WITNESS = 0x01, 0x04  # what a key may sign: a note itself, or a cosignature/v1 over it
# The signature type that stands before the public key in a vkey and in the hash of a key's name.
# Ed25519 has C2SP's own bytes, which are 1 and 4; SM2 has none, so 0xff and a longer name.
TYPES: dict[tuple[int, type[PublicKey]], bytes] = {
    (LOG, Ed25519PublicKey): b"\x01",
    (WITNESS, Ed25519PublicKey): b"\x04",
    (LOG, Sm2PublicKey): b"\xffanlan/sm2\x01",
    (WITNESS, Sm2PublicKey): b"\xffanlan/sm2\x04",
}
KEY_ID_BYTES = 4
MOST_SIGNATURES = 64
LONGEST_NOTE = 1 << 20
SIGNATURE_LINE = re.compile(r"— ([^\s+]+) (\S+)")
CONTROL = re.compile(r"[\x00-\x09\x0b-\x1f]")


class BadCheckpoint(ValueError):
    """The note does not hold; the message is plain Chinese."""


@dataclass(frozen=True, slots=True)
class Signature:
    """One line under a note; whether it is true is another question."""

    name: str
    key_id: bytes
    signed: bytes

    def __str__(self) -> str:
        return f"— {self.name} {base64.b64encode(self.key_id + self.signed).decode()}\n"


@dataclass(frozen=True, slots=True)
class VerifierKey:
    """A public key, its name, and what it may sign: `LOG` or `WITNESS`."""

    name: str
    kind: int
    public: PublicKey

    @property
    def key_id(self) -> bytes:
        return hashlib.sha256(self.name.encode() + b"\n" + self._material).digest()[:KEY_ID_BYTES]

    @property
    def _material(self) -> bytes:
        of = Sm2PublicKey if isinstance(self.public, Sm2PublicKey) else Ed25519PublicKey
        return TYPES[self.kind, of] + self.public.public_bytes_raw()

    def claims(self, signature: Signature) -> bool:
        """Does the line say that this key made it?"""
        return (signature.name, signature.key_id) == (self.name, self.key_id)

    def __str__(self) -> str:
        return f"{self.name}+{self.key_id.hex()}+{base64.b64encode(self._material).decode()}"


def vkey(name: str, public_key: PublicKey, kind: int = LOG) -> str:
    """The key as people hand it on, `name+hash+base64`; a witness's has the kind `WITNESS`."""
    return str(VerifierKey(name, kind, public_key))


def parse_vkey(text: str) -> VerifierKey:
    try:
        name, key_id, encoded = text.strip().split("+", 2)
        kind, public = _public_key(strict_base64(encoded))
    except ValueError:
        raise BadCheckpoint("公钥写法不对或种类不受支持，请重新复制公布的公钥") from None
    key = VerifierKey(name, kind, public)
    if not name or key.key_id.hex() != key_id:
        raise BadCheckpoint(f"公钥 {name} 的编号与内容不符，可能抄写有误，请重新复制公布的公钥")
    return key


def _public_key(material: bytes) -> tuple[int, PublicKey]:
    for (kind, of), prefix in TYPES.items():
        if material.startswith(prefix):
            return kind, of.from_public_bytes(material.removeprefix(prefix))
    raise ValueError("an unknown signature type")


def parse_note(text: str) -> tuple[str, tuple[Signature, ...]]:
    """The signed text, with its last line feed, and the signatures; nothing is verified."""
    if len(text) > LONGEST_NOTE or CONTROL.search(text):
        raise BadCheckpoint("检查点过长或含控制字符")
    try:
        text.encode()
    except UnicodeEncodeError:
        raise BadCheckpoint("检查点不是 UTF-8 文本") from None
    body, blank, lines = text.rpartition("\n\n")
    if not blank or not lines.endswith("\n"):
        raise BadCheckpoint("检查点不完整：正文与签名之间应有空行，末尾应换行")
    signatures = tuple(_signature(line) for line in lines.removesuffix("\n").split("\n"))
    if len(signatures) > MOST_SIGNATURES:
        raise BadCheckpoint(f"检查点的签名超过 {MOST_SIGNATURES} 个")
    return body + "\n", signatures


def strict_base64(text: str) -> bytes:
    """Standard base64 in its one spelling: no stray characters, no bits left over."""
    data = base64.b64decode(text, validate=True)
    if base64.b64encode(data).decode() != text:
        raise ValueError("not the canonical spelling")
    return data


def _signature(line: str) -> Signature:
    match = SIGNATURE_LINE.fullmatch(line)
    try:
        signed = strict_base64(match[2]) if match else b""
    except ValueError:
        signed = b""
    if not match or len(signed) <= KEY_ID_BYTES:
        raise BadCheckpoint("检查点的签名行写法不合规范")
    return Signature(match[1], signed[:KEY_ID_BYTES], signed[KEY_ID_BYTES:])

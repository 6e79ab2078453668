"""The log's signed head: C2SP tlog-checkpoint, with the lines of witnesses (cosignature/v1).

example.com/log                                the origin: which log this is
20852163                                       how many entries it holds
CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=   the root over all of them

— example.com/log Az3grlgt…                    signed by the log
— witness.example.com/w1 jWbPPwAA…             and by a witness that saw it grow

A log that hashes with SM3 says so in a fourth line of the text, `alg sm3`, which is signed as well.
"""

import base64
import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from anlan.proofs.notes import (
    LOG,
    WITNESS,
    BadCheckpoint,
    Signature,
    VerifierKey,
    parse_note,
    parse_vkey,
    strict_base64,
    vkey,
)
from anlan.proofs.sm2 import Sm2PrivateKey

__all__ = ["BadCheckpoint", "Checkpoint", "cosign", "parse", "sign", "verify", "vkey"]

PrivateKey = Ed25519PrivateKey | Sm2PrivateKey

ROOT_BYTES = 32
TIME_BYTES = 8
SIZE_LINE = re.compile(r"0|[1-9][0-9]{0,18}", re.ASCII)
SM3_LINE = "alg sm3"


@dataclass(frozen=True, slots=True)
class Cosigned:
    """A witness whose signature held, and when it says it signed."""

    name: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """Only `verify` fills `signed_by` and `cosigned_by`: keys whose signatures held."""

    origin: str
    size: int
    root: bytes
    body: str
    signatures: tuple[Signature, ...]
    signed_by: tuple[str, ...] = ()
    cosigned_by: tuple[Cosigned, ...] = ()

    @property
    def alg(self) -> str:
        """What the tree hashes with."""
        return "sm3" if SM3_LINE in self.body.split("\n")[3:] else "sha256"


def sign(
    origin: str,
    size: int,
    root: bytes,
    key: PrivateKey,
    name: str | None = None,
    alg: str = "sha256",
) -> str:
    """The note, signed by the log; `name` is that of its key, by custom the origin."""
    body = f"{origin}\n{size}\n{base64.b64encode(root).decode()}\n"
    body += f"{SM3_LINE}\n" if alg == "sm3" else ""
    signer = VerifierKey(origin if name is None else name, LOG, key.public_key())
    note = f"{body}\n{Signature(signer.name, signer.key_id, key.sign(body.encode()))}"
    parse(note)
    return note


def cosign(text: str, key: PrivateKey, name: str, at: datetime) -> str:
    """The note with a witness's line added.

    Whoever calls this has verified the log's signature, and the consistency with every
    checkpoint of this log that the witness signed before.
    """
    seconds = int(at.timestamp())
    signed = key.sign(_cosigned(parse(text).body, seconds))
    signer = VerifierKey(name, WITNESS, key.public_key())
    stamped = seconds.to_bytes(TIME_BYTES, "big") + signed
    note = f"{text}{Signature(name, signer.key_id, stamped)}"
    parse(note)
    return note


def parse(text: str) -> Checkpoint:
    """Read a checkpoint without believing it; raises `BadCheckpoint`."""
    body, signatures = parse_note(text)
    lines = body.removesuffix("\n").split("\n")
    if len(lines) < 3 or not all(lines):
        raise BadCheckpoint("检查点正文应有日志名称、记录数、根哈希三行")
    origin, size, encoded = lines[:3]
    if not SIZE_LINE.fullmatch(size):
        raise BadCheckpoint("检查点的记录数不是规范的十进制数")
    try:
        root = strict_base64(encoded)
    except ValueError:
        root = b""
    if len(root) != ROOT_BYTES:
        raise BadCheckpoint(f"检查点的根哈希不是 {ROOT_BYTES} 字节的 Base64")
    return Checkpoint(origin, int(size), root, body, signatures)


def verify(text: str, vkeys: Iterable[str]) -> Checkpoint:
    """The checkpoint, if a log key among the `vkeys` signed it and no known key's line is false.

    Lines of unknown keys are passed over, as the standard asks. How many witnesses are enough
    is for the caller to judge by `cosigned_by`. Raises `BadCheckpoint`.
    """
    note = parse(text)
    keys = [parse_vkey(written) for written in dict.fromkeys(vkeys)]
    signed_by = [key.name for key in keys if key.kind == LOG and _log_signed(note, key)]
    if not signed_by:
        raise BadCheckpoint("检查点上没有所给日志公钥的签名，不能证明它出自这个日志")
    seen = [(key.name, _witnessed(note, key)) for key in keys if key.kind == WITNESS]
    cosigned_by = tuple(Cosigned(name, at) for name, at in seen if at)
    return replace(note, signed_by=tuple(signed_by), cosigned_by=cosigned_by)


def cosigned_at(text: str, witness: VerifierKey) -> datetime | None:
    """When this witness signed; None if it did not. Raises `BadCheckpoint` for a false line."""
    return _witnessed(parse(text), witness)


def _log_signed(note: Checkpoint, key: VerifierKey) -> bool:
    lines = [line for line in note.signatures if key.claims(line)]
    for line in lines:
        _check(key, line.signed, note.body.encode())
    return bool(lines)


def _witnessed(note: Checkpoint, key: VerifierKey) -> datetime | None:
    """The latest time, should a witness have signed the same checkpoint again."""
    times = []
    for line in note.signatures:
        if key.claims(line):
            seconds = int.from_bytes(line.signed[:TIME_BYTES], "big")
            _check(key, line.signed[TIME_BYTES:], _cosigned(note.body, seconds))
            times.append(_moment(seconds))
    return max(times, default=None)


def _moment(seconds: int) -> datetime:
    try:
        return datetime.fromtimestamp(seconds, UTC)
    except (ValueError, OverflowError, OSError):
        raise BadCheckpoint("见证签名写明的时间不可能") from None


def _cosigned(body: str, seconds: int) -> bytes:
    return f"cosignature/v1\ntime {seconds}\n{body}".encode()


def _check(key: VerifierKey, signature: bytes, message: bytes) -> None:
    try:
        key.public.verify(signature, message)
    except InvalidSignature:
        who = "日志" if key.kind == LOG else "见证"
        raise BadCheckpoint(
            f"{who} {key.name} 的签名与检查点内容不符：检查点被改动，或签名是伪造的"
        ) from None

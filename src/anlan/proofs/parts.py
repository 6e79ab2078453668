"""Encrypted parts of a sealed archive: what is personal, under a key that can be destroyed.

A part is one line of JSON, a line feed, and the ciphertext in chunks:

    {"alg": "AES-256-GCM", "archive": "<uid>", "chunk": 1048576, "format": "anlan-part/1",
     "kdf": "HKDF-SHA256", "key": "<32 hex>", "nonce": "<14 hex>", "path": "data/…"}

Each chunk is sealed by itself, its nonce being the header's seven bytes, the chunk's number (four
bytes) and 1 for the last chunk, 0 for the others: chunks cannot be swapped, repeated or cut off.
The header line is the associated data of all of them, so a part fits no other place and archive.
A key serves one part only; `key` recognises it and tells nothing of it.
"""

import hashlib
import hmac
import re
import secrets
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from anlan.proofs.canonical import canonical, parse_json

FORMAT, KDF = "anlan-part/1", "HKDF-SHA256"
SUFFIX = ".enc"
AES, SM4 = "AES-256-GCM", "SM4-GCM"
KEY_BYTES = {AES: 32, SM4: 16}
CHUNK = 1 << 20
MOST_CHUNK = 16 << 20
LONGEST_HEADER = 4096
TAG_BYTES, NONCE_BYTES = 16, 7
HEX = re.compile(r"[0-9a-f]+")


class BadPart(ValueError):
    """The part does not open; the message is plain Chinese."""


@dataclass(frozen=True, slots=True)
class Header:
    """What a part says of itself; `line` is authenticated with every chunk."""

    alg: str
    archive: str
    path: str
    key: str
    nonce: bytes
    chunk: int
    line: bytes

    def plain_size(self, size: int) -> int:
        """How long the content of a part of `size` bytes is; no key is needed to know it."""
        body = size - len(self.line) - 1
        chunks = max(1, -(-body // (self.chunk + TAG_BYTES)))
        return body - chunks * TAG_BYTES


def derive_key(secret: bytes, archive: str, path: str, alg: str = AES) -> bytes:
    """The key of one part, from the secret of the person (or class) that it is about."""
    info = "\0".join((FORMAT, alg, archive, path)).encode()
    return HKDF(SHA256(), KEY_BYTES[alg], salt=None, info=info).derive(secret)


def key_name(key: bytes) -> str:
    """By what a part's header recognises its key: 32 hex digits that tell nothing of it."""
    return hashlib.sha256(f"{FORMAT} key\0".encode() + key).hexdigest()[:32]


def seal_part(
    plain: Iterable[bytes], key: bytes, *, archive: str, path: str, alg: str = AES
) -> Iterator[bytes]:
    """The bytes of a part, piece by piece. A key must never seal two parts."""
    nonce = secrets.token_bytes(NONCE_BYTES)
    said = {
        "format": FORMAT,
        "alg": alg,
        "kdf": KDF,
        "archive": archive,
        "path": path,
        "key": key_name(key),
        "nonce": nonce.hex(),
        "chunk": CHUNK,
    }
    line = canonical(said)
    box = _Box(key, nonce, line, alg)
    yield line + b"\n"
    for number, (piece, last) in enumerate(_in_chunks(plain, CHUNK)):
        yield box.seal(number, piece, last=last)


def read_header(chunks: Iterator[bytes]) -> tuple[Header, Iterator[bytes]]:
    """The header and the rest of the bytes; raises `BadPart`."""
    held = b""
    for piece in chunks:
        held += piece
        if b"\n" in held or len(held) > LONGEST_HEADER:
            break
    line, feed, rest = held.partition(b"\n")
    if not feed or len(line) > LONGEST_HEADER:
        raise BadPart("不是加密件：缺少文件头")
    return _header(line), _chained(rest, chunks)


def open_part(chunks: Iterator[bytes], key: bytes) -> Iterator[bytes]:
    """What was sealed, piece by piece; each piece is authentic when it comes. Raises `BadPart`."""
    header, rest = read_header(chunks)
    if not hmac.compare_digest(header.key, key_name(key)):
        raise BadPart("所给钥匙不是这一件的：钥匙拿错，或文件头被改动")
    box = _Box(key, header.nonce, header.line, header.alg)
    for number, (piece, last) in enumerate(_in_chunks(rest, header.chunk + TAG_BYTES)):
        yield box.open(number, piece, last=last)


class _Box:
    """One part's cipher."""

    def __init__(self, key: bytes, nonce: bytes, line: bytes, alg: str) -> None:
        if len(key) != KEY_BYTES[alg]:
            raise BadPart("钥匙的长度不对")
        self.key, self.nonce, self.line, self.alg = key, nonce, line, alg
        self.aes = AESGCM(key) if alg == AES else None

    def seal(self, number: int, piece: bytes, *, last: bool) -> bytes:
        nonce = self._nonce(number, last)
        if self.aes:
            return self.aes.encrypt(nonce, piece, self.line)
        cipher = Cipher(algorithms.SM4(self.key), modes.GCM(nonce)).encryptor()
        cipher.authenticate_additional_data(self.line)
        return cipher.update(piece) + cipher.finalize() + cipher.tag

    def open(self, number: int, piece: bytes, *, last: bool) -> bytes:
        nonce = self._nonce(number, last)
        try:
            if self.aes:
                return self.aes.decrypt(nonce, piece, self.line)
            text, tag = piece[:-TAG_BYTES], piece[-TAG_BYTES:]
            cipher = Cipher(algorithms.SM4(self.key), modes.GCM(nonce, tag)).decryptor()
            cipher.authenticate_additional_data(self.line)
            return cipher.update(text) + cipher.finalize()
        except (InvalidTag, ValueError):
            where = f"第 {number + 1} 块（每块 1 MB）" if number or not last else "内容"
            raise BadPart(f"{where}解不开：被改动、调换或截断") from None

    def _nonce(self, number: int, last: bool) -> bytes:
        return self.nonce + number.to_bytes(4, "big") + (b"\x01" if last else b"\x00")


def _header(line: bytes) -> Header:
    try:
        said = parse_json(line)
        header = Header(
            alg=said["alg"],
            archive=said["archive"],
            path=said["path"],
            key=said["key"],
            nonce=bytes.fromhex(said["nonce"]),
            chunk=said["chunk"],
            line=line,
        )
        known = (said["format"], said["kdf"]) == (FORMAT, KDF) and header.alg in KEY_BYTES
        texts = all(isinstance(text, str) for text in (header.archive, header.path, header.key))
        whole = type(header.chunk) is int and 0 < header.chunk <= MOST_CHUNK
        fits = len(header.nonce) == NONCE_BYTES and HEX.fullmatch(header.key) is not None
    except (KeyError, TypeError, ValueError):
        raise BadPart("文件头不规范，被改动或不完整") from None
    if not (known and texts and whole and fits):
        raise BadPart("文件头不规范，被改动或格式不受支持")
    return header


def _in_chunks(pieces: Iterable[bytes], size: int) -> Iterator[tuple[bytes, bool]]:
    """Pieces of exactly `size`, the last one shorter or equal (empty if there is nothing)."""
    held = bytearray()
    for piece in pieces:
        held += piece
        while len(held) > size:
            yield bytes(held[:size]), False
            del held[:size]
    yield bytes(held), True


def _chained(first: bytes, rest: Iterator[bytes]) -> Iterator[bytes]:
    yield first
    yield from rest

"""Encrypted parts: what goes in comes out, of any length, and nothing else does."""

import hashlib
import json
from collections.abc import Iterator

import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from hypothesis import given
from hypothesis import strategies as st

from anlan.proofs import parts
from anlan.proofs.findings import UnreadableError
from anlan.proofs.part_keys import PartKeys, keys_file, read_keys
from anlan.proofs.parts import (
    AES,
    CHUNK,
    SM4,
    BadPart,
    derive_key,
    key_name,
    open_part,
    read_header,
    seal_part,
)

UID, PATH = "6f0f2a52-0000-4000-8000-000000000001", "data/personal/001.json.enc"
SECRET = bytes(range(32))


def sealed(plain: bytes, alg: str = AES) -> tuple[bytes, bytes]:
    key = derive_key(SECRET, UID, PATH, alg)
    return b"".join(seal_part([plain], key, archive=UID, path=PATH, alg=alg)), key


def opened(content: bytes, key: bytes) -> bytes:
    return b"".join(open_part(iter([content]), key))


def in_bits(content: bytes, size: int) -> Iterator[bytes]:
    return (content[at : at + size] for at in range(0, len(content), size))


@pytest.mark.parametrize("alg", [AES, SM4])
@pytest.mark.parametrize("size", [0, 1, CHUNK - 1, CHUNK, CHUNK + 1, 2 * CHUNK, 2 * CHUNK + 7])
def test_what_was_sealed_opens_at_every_length(size: int, alg: str) -> None:
    plain = bytes(range(256)) * (size // 256 + 1)
    content, key = sealed(plain[:size], alg)
    assert opened(content, key) == plain[:size]
    assert b"".join(open_part(in_bits(content, 65_521), key)) == plain[:size]
    header, _rest = read_header(iter([content]))
    assert header.plain_size(len(content)) == size


def test_the_format_is_what_the_docs_say_it_is() -> None:
    content, key = sealed("王小明".encode())
    line, _, body = content.partition(b"\n")
    said = json.loads(line)
    assert (said["format"], said["kdf"]) == ("anlan-part/1", "HKDF-SHA256")
    assert (said["archive"], said["path"], said["chunk"]) == (UID, PATH, 1 << 20)
    info = b"\0".join((b"anlan-part/1", b"AES-256-GCM", UID.encode(), PATH.encode()))
    assert key == HKDF(SHA256(), 32, salt=None, info=info).derive(SECRET)
    assert said["key"] == hashlib.sha256(b"anlan-part/1 key\0" + key).hexdigest()[:32]
    nonce = bytes.fromhex(said["nonce"]) + bytes(4) + b"\x01"
    assert AESGCM(key).decrypt(nonce, body, line) == "王小明".encode()


@given(st.binary(max_size=60), st.data())
def test_no_flipped_bit_goes_unseen(plain: bytes, data: st.DataObject) -> None:
    content, key = sealed(plain)
    at = data.draw(st.integers(0, len(content) * 8 - 1))
    changed = bytearray(content)
    changed[at // 8] ^= 1 << at % 8
    with pytest.raises(BadPart):
        opened(bytes(changed), key)


def test_chunks_cannot_be_cut_off_swapped_or_repeated(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parts, "CHUNK", 10)
    content, key = sealed(b"0123456789abcdefghijKLMNOPQRST")
    line, _, body = content.partition(b"\n")
    one, two, three = body[:26], body[26:52], body[52:]
    assert opened(line + b"\n" + body, key) == b"0123456789abcdefghijKLMNOPQRST"
    for wrong in (
        one + two,
        two + one + three,
        one + one + two + three,
        one + three,
        b"",
        body[1:],
    ):
        with pytest.raises(BadPart):
            opened(line + b"\n" + wrong, key)


def test_each_part_of_each_archive_and_each_cipher_has_its_own_key() -> None:
    keys = {
        derive_key(SECRET, uid, path, alg)[:16]
        for uid in (UID, "another")
        for path in (PATH, "data/x.enc")
        for alg in (AES, SM4)
    }
    assert len(keys) == 8
    assert len({key_name(key) for key in keys}) == 8


@pytest.mark.parametrize(
    "content",
    [b"", b"no header", b"{}\nxx", b"[]\n", b"\xff\n", b'{"format":"anlan-part/1"}\n', b"x" * 9000],
)
def test_what_is_no_part_is_said_to_be_none(content: bytes) -> None:
    with pytest.raises(BadPart):
        opened(content, bytes(32))


def test_a_key_file_reads_back_and_a_broken_one_is_refused() -> None:
    keys = PartKeys({UID: {PATH: bytes(32)}}, {UID: {"data/x.enc": "2031-11-24T00:00:00Z"}})
    text = keys_file(keys, made_at="2026-11-23T01:00:00Z")
    assert read_keys(text) == keys
    assert read_keys(text).with_those_of(PartKeys({UID: {"data/y.enc": b"k"}})).key(UID, PATH)
    for wrong in (b"", b"[]", text.replace(b"keys/1", b"keys/9"), text.replace(b"AAAA", b"!!!!")):
        with pytest.raises(UnreadableError):
            read_keys(wrong)

"""Files for the two verifiers to agree on: receipts, archives and ledger lines, good and bad."""

import io
import json
import random
import stat
import struct
import unicodedata
import warnings
import zipfile
from collections.abc import Callable, Iterator
from typing import Any

from anlan.proofs.bag import write_bag
from anlan.proofs.canonical import canonical, leaf_hash
from anlan.proofs.checkpoint import sign
from anlan.proofs.merkle import root
from anlan.proofs.notes import LOG, Signature, VerifierKey
from anlan.proofs.receipt import make
from anlan.proofs.tests import test_receipt, test_verify
from anlan.proofs.tests.builders import (
    INFO,
    a_leaf,
    a_ledger,
    an_archive,
    openings,
    payload,
    rewritten,
)
from anlan.proofs.tests.trees import LOG_KEY, ORIGIN, entries, hashes_of, node_over

Case = tuple[str, bytes]
TAMPERS: list[Callable[[dict[str, Any]], None]] = [
    test_receipt.change_leaf,
    test_receipt.add_to_leaf,
    test_receipt.change_leaf_and_hash,
    test_receipt.change_hash,
    test_receipt.change_index,
    test_receipt.index_beyond_the_log,
    test_receipt.swap_proof,
    test_receipt.shorten_proof,
    test_receipt.lengthen_proof,
    test_receipt.other_algorithm,
    test_receipt.change_size,
    test_receipt.rolled_back,
    test_receipt.another_log,
    test_receipt.without_witness,
    test_receipt.tear_checkpoint,
    test_receipt.forge_everything_but_the_key,
]
SHAPES = [None, True, 1.0, "", "ab", [1], {"a": 1}, -1, 2**60]
LINES = [
    b"not json",
    b"[]",
    b'{"leaf": {}, "hash": "00", "alg": "sha256"}',
    b'{"leaf": {"id": "1"}, "hash": "00", "alg": "md5"}',
    b'{"leaf": {"id": "1"}, "hash": "00", "hash": "11", "alg": "sha256"}',
    b'{"leaf": {"id": "1", "n": NaN}, "hash": "00", "alg": "sha256"}',
    b'{"leaf": {"id": "1", "n": 1e999}, "hash": "00", "alg": "sha256"}',
    b'{"leaf": {"id": "1", "n": 9007199254740993}, "hash": "00", "alg": "sha256"}',
    b'{"leaf": {"id": "1", "s": "\\ud800"}, "hash": "00", "alg": "sha256"}',
    b'{"leaf": {"id": "1", "commitments": []}, "hash": "00", "alg": "sha256"}',
    b'{"leaf": {"id": "1"}, "hash": 7, "alg": "sha256"}',
    b'{"leaf": {"id": "1"}, "hash": "00", "alg": "sha256"} ,',
    b'{"leaf": {"id": "01\x01"}, "hash": "00", "alg": "sha256"}',
    b'\xff{"leaf": {}}',
    b'{"leaf": ' + b"[" * 100_000,
]


def as_json(receipt: dict[str, Any]) -> bytes:
    return json.dumps(receipt, ensure_ascii=False).encode("utf-8", "surrogatepass")


def receipts() -> Iterator[Case]:
    """The matrix of the receipt's own tests, and shapes that nobody asked for."""
    for index, size in ((0, 1), (4, 11), (10, 11), (255, 300)):
        yield f"good-{index}-{size}", as_json(test_receipt.a_receipt(index, size))
    for tamper in TAMPERS:
        receipt = test_receipt.a_receipt()
        tamper(receipt)
        yield tamper.__name__, as_json(receipt)
    for part in ("format", "leaf", "hash", "alg", "index", "proof", "checkpoint"):
        receipt = test_receipt.a_receipt()
        for number, value in enumerate(SHAPES):
            yield f"shape-{part}-{number}", as_json({**receipt, part: value})
        receipt.pop(part)
        yield f"without-{part}", as_json(receipt)
    yield from _odd_writings()
    yield from _odd_checkpoints()


def _odd_writings() -> Iterator[Case]:
    good = json.dumps(test_receipt.a_receipt())
    yield "twice", good.replace('"index": 4', '"index": 3, "index": 4').encode()
    yield "whole-as-fraction", good.replace('"index": 4', '"index": 4.0').encode()
    yield "minus-zero", good.replace('"index": 4', '"index": -0').encode()
    yield "leading-zero", good.replace('"index": 4', '"index": 04').encode()
    yield "byte-order-mark", b"\xef\xbb\xbf" + good.encode()
    yield "utf-16", good.encode("utf-16")
    yield "trailing-comma", good[:-1].encode() + b",}"
    yield "deep", b"[" * 100_000
    yield "torn", good[:-20].encode()
    yield "nothing", b""
    yield "other", b'{"format": "other"}'
    yield "proto", as_json({**test_receipt.a_receipt(), "__proto__": {"alg": "sha256"}})
    yield "lone-surrogate", good.replace('"entry-4"', '"entry-4\\udc00"').encode()


def _odd_checkpoints() -> Iterator[Case]:
    receipt = test_receipt.a_receipt()
    note = receipt["checkpoint"]
    changes = {
        "no-size": note.replace("\n11\n", "\n\n"),
        "zero-before-size": note.replace("\n11\n", "\n011\n"),
        "huge-size": note.replace("\n11\n", "\n9999999999999999999\n"),
        "no-blank": note.replace("\n\n", "\n"),
        "windows": note.replace("\n", "\r\n"),
        "stray-line": note + "hello\n",
        "unknown-signer": note + "— somebody abcdefgh\n",
        "padded": note.replace("=\n", "==\n", 1),
        "wide-space": note.replace("— log", "— log\u3000", 1),
        "bom-in-name": note.replace("— log", "— \ufefflog", 1),
        "next-line-in-name": note.replace("— log", "— log\u0085", 1),
        "many": note + "— somebody abcdefgh\n" * 70,
        "surrogate": "\ud800" + note,
        "extension": note.replace("\n\n", "\nmore\n\n", 1),
    }
    for name, changed in changes.items():
        written = json.dumps({**receipt, "checkpoint": changed}).encode()
        yield f"note-{name}", written


def random_receipts(count: int, seed: int) -> Iterator[Case]:
    """Leaves of any JSON, trees of any size, both algorithms, written in any spelling."""
    chance = random.Random(seed)
    for number in range(count):
        alg = chance.choice(["sha256", "sha256", "sm3"])
        size = chance.randrange(1, 400)
        index = chance.randrange(size)
        leaf = {"id": f"r-{number}", "value": any_json(chance), any_text(chance): any_json(chance)}
        all_entries = entries(size)
        all_entries[index] = canonical(leaf)
        node = node_over(hashes_of(all_entries, alg), alg)
        receipt = make(leaf, index, size, node, _note(size, root(size, node, alg), alg), alg)
        receipt["leaf"] = leaf
        if number % 4 == 3:
            _spoil(receipt, chance)
        indent, ascii_only = chance.choice([None, 2]), chance.random() < 0.5
        written = json.dumps(receipt, ensure_ascii=ascii_only, indent=indent)
        yield f"random-{number:03}", written.encode()


def _spoil(receipt: dict[str, Any], chance: random.Random) -> None:
    what = chance.choice(["hash", "proof", "index", "checkpoint"])
    if what == "hash":
        receipt["hash"] = receipt["hash"][::-1]
    elif what == "proof" and receipt["proof"]:
        at = chance.randrange(len(receipt["proof"]))
        receipt["proof"][at] = receipt["proof"][at][::-1]
    elif what == "index":
        receipt["index"] += chance.choice([-1, 1])
    else:
        receipt["checkpoint"] = receipt["checkpoint"].replace("anlan", "anlam", 1)


def _note(size: int, root_hash: bytes, alg: str) -> str:
    """A checkpoint; under SM3 it says so in a line of its own."""
    note = sign(ORIGIN, size, root_hash, LOG_KEY)
    if alg == "sha256":
        return note
    body = note.partition("\n\n")[0] + "\nalg sm3\n"
    signer = VerifierKey(ORIGIN, LOG, LOG_KEY.public_key())
    return f"{body}\n{Signature(ORIGIN, signer.key_id, LOG_KEY.sign(body.encode()))}"


def any_json(chance: random.Random, depth: int = 0) -> Any:
    kind = chance.randrange(8 if depth < 3 else 6)
    if kind == 0:
        return chance.choice([None, True, False])
    if kind in (1, 2):
        return chance.choice([0, -1, chance.randrange(-(2**53) + 1, 2**53)])
    if kind == 3:
        return any_float(chance)
    if kind in (4, 5):
        return any_text(chance)
    if kind == 6:
        return [any_json(chance, depth + 1) for _ in range(chance.randrange(4))]
    return {any_text(chance): any_json(chance, depth + 1) for _ in range(chance.randrange(4))}


def any_float(chance: random.Random) -> float:
    """Any double that is a number; half of them of everyday size."""
    if chance.random() < 0.5:
        return round(chance.uniform(-1e6, 1e6), chance.randrange(8))
    found = float("nan")
    while found != found or found in (float("inf"), float("-inf")):
        (found,) = struct.unpack("<d", chance.randbytes(8))
    return found


def any_text(chance: random.Random) -> str:
    alphabet = 'az"\\/\b\f\n\r\t\x00\x1f\x7f\u0080\u00e9é\u2028\u2029\ufeff\uffff王安€𠮷😀__proto__'
    return "".join(chance.choice(alphabet) for _ in range(chance.randrange(12)))


def sm3_receipts() -> Iterator[Case]:
    """Leaves of every length over two blocks: padding is where hashes go wrong."""
    for length in range(130):
        leaf = {"t": "a" * length}
        hashed = leaf_hash(canonical(leaf), "sm3")
        node = node_over([hashed], "sm3")
        yield f"sm3-{length:03}", as_json(make(leaf, 0, 1, node, _note(1, hashed, "sm3"), "sm3"))


def archives() -> Iterator[Case]:
    """The tamper matrix of the archive's own tests, ledger lines, and zips made to deceive."""
    yield "whole", an_archive()
    for change, _ in test_verify.MATRIX:
        yield change.__name__, rewritten(an_archive(), change)
    for change in (test_verify.drop_the_manifest, test_verify.drop_the_tag_manifest):
        yield change.__name__, rewritten(an_archive(), change)
    for number, line in enumerate(LINES):
        yield f"line-{number}", write_bag([("ledger.jsonl", line + b"\n")], INFO)
    yield "ledger-twice", write_bag([("ledger.jsonl", a_ledger(1) * 2)], INFO)
    forged = a_ledger().replace(b"09:00:00", b"08:00:00", 1)
    yield "ledger-forged", write_bag([("ledger.jsonl", forged)], INFO)
    leaf = a_leaf(0)
    sm3 = {"leaf": leaf, "hash": leaf_hash(canonical(leaf), "sm3").hex(), "alg": "sm3"}
    yield "ledger-sm3", write_bag([("ledger.jsonl", json.dumps(sm3).encode())], INFO)
    yield "ledger-long-line", write_bag([("ledger.jsonl", b"a" * (2 << 20))], INFO)
    yield from _opened()
    yield from _deceptions()


def _opened() -> Iterator[Case]:
    changes = {
        "value": openings(1, "学员2"),
        "entry": openings(9, "学员9"),
        "name": openings().replace(b"person", b"phone"),
        "salt": openings().replace(b'"salt":"00', b'"salt":"zz'),
        "salt-spaced": openings().replace(b'"salt":"00', b'"salt":"00 '),
        "salt-short": openings().replace(b'"salt":"00', b'"salt":"'),
        "object": b"{}",
        "number": b"[1]",
        "none": b"",
    }
    for name, opening in changes.items():
        bag = [("ledger.jsonl", a_ledger()), ("openings.json", opening)]
        yield f"opening-{name}", write_bag(bag, INFO)


def _deceptions() -> Iterator[Case]:
    whole = an_archive()
    for length in (0, 10, len(whole) // 2, len(whole) - 1):
        yield f"cut-{length}", whole[:length]
    yield "text-before", b"#!/bin/sh\n" + whole
    yield "comment-after", whole[:-2] + b"\x05\x00hello"
    yield "bomb", write_bag([("zeros.bin", bytes(80 << 20))], INFO)
    declared = (1000).to_bytes(4, "little") * 2
    short = write_bag([("a.zip", b"x" * 1000)], INFO)
    yield "declares-less", short.replace(declared, (10).to_bytes(4, "little") * 2)
    for name, extra, mode in (
        ("same-name", "archive/data/report.pdf", 0),
        ("same-name-for-windows", "archive/data/REPORT.pdf", 0),
        ("link", "archive/data/link", (stat.S_IFLNK | 0o777) << 16),
        ("hidden", "archive/data/a\u202eb.pdf", 0),
        ("absolute", "/etc/passwd", 0),
        ("drive", "archive/data/c:x", 0),
        ("second-bag", "other/bagit.txt", 0),
        ("folder", "archive/data/empty/", 0),
        ("sharp-s", "archive/data/stra\u00dfe", 0),
    ):
        yield name, _with_member(whole, extra, mode)
    yield "sharp-s-twice", _with_member(_with_member(whole, "archive/data/ß"), "archive/data/SS")
    taken_apart = unicodedata.normalize("NFD", "caf\u00e9.txt")
    composed = write_bag([("caf\u00e9.txt", b"1")], INFO)
    yield (
        "mac",
        rewritten(
            composed,
            lambda members: members.update(
                {f"archive/data/{taken_apart}": members.pop("archive/data/caf\u00e9.txt")}
            ),
        ),
    )
    yield "no-bag", _with_member(b"", "hello.txt")


def _with_member(archive: bytes, name: str, mode: int = 0) -> bytes:
    buffer = io.BytesIO(archive)
    member = zipfile.ZipInfo(name)
    member.external_attr = mode
    with zipfile.ZipFile(buffer, "a") as opened, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        opened.writestr(member, b"/etc/passwd")
    return buffer.getvalue()


def flipped(count: int, seed: int) -> Iterator[Case]:
    """One bit turned, anywhere: in content, names, tables."""
    whole = write_bag(payload(), INFO)
    chance = random.Random(seed)
    for position in sorted(chance.sample(range(len(whole)), count)):
        changed = bytearray(whole)
        changed[position] ^= 1 << chance.randrange(8)
        yield f"flip-{position:05}", bytes(changed)

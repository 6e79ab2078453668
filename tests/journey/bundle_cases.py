"""Archives with receipts, encrypted parts and films, and receipts that open or withhold values.

Each with what a verifier that knows them must say (kinds and paths); keys of log and witness given.
"""

import hashlib
import json
from collections.abc import Callable, Iterator
from typing import Any

from anlan.proofs.bag import write_bag
from anlan.proofs.canonical import canonical, commitment, leaf_hash
from anlan.proofs.checkpoint import cosign, sign
from anlan.proofs.ledger_lines import ledger_line
from anlan.proofs.merkle import inclusion_proof, root
from anlan.proofs.tests.builders import INFO, SALT
from anlan.proofs.tests.test_receipt import AT, a_receipt
from anlan.proofs.tests.trees import LOG_KEY, ORIGIN, WITNESS_KEY, WITNESS_NAME, node_over

from .checking import Said

LEDGER, RECEIPTS = "data/ledger.jsonl", "data/receipts.json"
MANIFEST = "manifest-sha256.txt"
FILMS = "data/06-录像/录像清单.json"
FILM = b"film" * 100
UID = "archive-1"
Bundle = dict[str, Any]
WELL: Said = {("ok", MANIFEST), ("ok", LEDGER), ("ok", RECEIPTS)}


def leaves() -> list[dict[str, Any]]:
    filed = {"sha256": hashlib.sha256(FILM).hexdigest()}
    return [{"id": f"entry-{n}", "data": filed if n == 2 else {}} for n in range(5)]


def a_ledger(ids: list[int]) -> bytes:
    written = [canonical(leaves()[n]) for n in ids]
    return b"".join(ledger_line(one.decode(), leaf_hash(one), "sha256") for one in written)


def a_bundle(ids: list[int]) -> Bundle:
    hashes = [leaf_hash(canonical(leaf)) for leaf in leaves()]
    node = node_over(hashes)
    note = sign(ORIGIN, 5, root(5, node), LOG_KEY)
    return {
        "format": "anlan-receipts/1",
        "alg": "sha256",
        "checkpoint": cosign(note, WITNESS_KEY, WITNESS_NAME, AT),
        "entries": [
            {
                "entry": f"entry-{n}",
                "index": n,
                "proof": [one.hex() for one in inclusion_proof(n, 5, node)],
            }
            for n in ids
        ],
        "uncovered": [],
    }


def _archive(bundle: Bundle | bytes, ids: list[int], **files: bytes) -> bytes:
    written = bundle if isinstance(bundle, bytes) else json.dumps(bundle).encode()
    entries = [("ledger.jsonl", a_ledger(ids)), ("receipts.json", written)]
    more = [(name.replace("__", "/").replace("_DOT_", "."), one) for name, one in files.items()]
    return write_bag([*entries, *more], {**INFO, "Internal-Sender-Identifier": UID})


def _changed(change: Callable[[Bundle], object]) -> bytes:
    bundle = a_bundle([1, 2, 3])
    change(bundle)
    return _archive(bundle, [1, 2, 3])


def bundles() -> Iterator[tuple[str, bytes, Said]]:
    """Name, archive, what must be said of it."""
    good = a_bundle([1, 2, 3])
    yield "good", _archive(good, [1, 2, 3]), WELL
    yield "line-removed", _archive(good, [1, 3]), {("removed", LEDGER)}
    yield "line-added", _archive(good, [1, 2, 3, 4]), {("added", LEDGER)}
    yield "swapped", _changed(lambda b: b["entries"][0].update(entry="entry-2") or b["entries"][1].update(entry="entry-1")), {("changed", LEDGER)}  # fmt: skip
    yield "proof", _changed(lambda b: b["entries"][1]["proof"].reverse()), {("changed", LEDGER)}
    yield "index", _changed(lambda b: b["entries"][1].update(index=4)), {("changed", LEDGER)}
    yield "alg", _changed(lambda b: b.update(alg="sm3")), {("changed", LEDGER)}
    yield "uncovered", _archive({**a_bundle([1, 2]), "uncovered": ["entry-3"]}, [1, 2, 3]), {
        ("ok", MANIFEST), ("ok", LEDGER), ("ok", RECEIPTS), ("unchecked", LEDGER)
    }  # fmt: skip
    yield "no-checkpoint", _archive({**a_bundle([]), "checkpoint": "", "uncovered": ["entry-1"]}, [1]), {
        ("ok", MANIFEST), ("ok", LEDGER), ("unchecked", LEDGER), ("unchecked", RECEIPTS)
    }  # fmt: skip
    for name, change in {
        "format": lambda b: b.update(format="other"),
        "twice": lambda b: b["entries"].append(b["entries"][0]),
        "note": lambda b: b.update(checkpoint=b["checkpoint"][:-1]),
        "hash": lambda b: b["entries"][0].update(proof=["00"]),
        "minus": lambda b: b["entries"][0].update(index=-1),
        "fraction": lambda b: b["entries"][0].update(index=1.0),
    }.items():
        yield f"bad-{name}", _changed(change), {("malformed", RECEIPTS)}
    yield "no-json", _archive(b"[", [1]), {("malformed", RECEIPTS)}
    # Trees of five and six share these paths: only the signature binds the size.
    yield "size", _changed(lambda b: b.update(checkpoint=b["checkpoint"].replace("\n5\n", "\n6\n"))), {
        ("changed", RECEIPTS)
    }  # fmt: skip
    yield "unwitnessed", _changed(lambda b: b.update(checkpoint=b["checkpoint"].rsplit("— ", 1)[0])), {
        *WELL, ("unchecked", RECEIPTS)
    }  # fmt: skip
    yield from _parts(good)
    yield from _films(good)


def _parts(good: Bundle) -> Iterator[tuple[str, bytes, Said]]:
    path = "data/personal/1.json.enc"

    def header(**changes: object) -> bytes:
        said = {
            "format": "anlan-part/1", "alg": "AES-256-GCM", "kdf": "HKDF-SHA256", "archive": UID,
            "path": path, "key": "0" * 32, "nonce": "0" * 14, "chunk": 1 << 20,
        }  # fmt: skip
        return canonical({**said, **changes}) + b"\n" + b"x" * 50

    for name, part, kind in (
        ("closed", header(), "withheld"),
        ("elsewhere", header(path="data/personal/2.json.enc"), "changed"),
        ("other-archive", header(archive="archive-2"), "changed"),
        ("nonce", header(nonce="00"), "malformed"),
        ("alg", header(alg="ROT13"), "malformed"),
        ("headless", b"x" * 50, "malformed"),
    ):
        said: Said = {(kind, path)} | (WELL if kind == "withheld" else set())
        yield f"part-{name}", _archive(good, [1, 2, 3], personal__1_DOT_json_DOT_enc=part), said


def _films(good: Bundle) -> Iterator[tuple[str, bytes, Said]]:
    def with_films(listed: str, content: bytes) -> bytes:
        films = [{"path": "data/06-录像/1.mp4", "sha256": listed}]
        return write_bag(
            [
                ("ledger.jsonl", a_ledger([1, 2, 3])),
                ("receipts.json", json.dumps(good).encode()),
                ("06-录像/1.mp4", content),
                ("06-录像/录像清单.json", json.dumps(films).encode()),
            ],
            INFO,
        )

    recorded = hashlib.sha256(FILM).hexdigest()
    other = hashlib.sha256(b"another").hexdigest()
    yield "film", with_films(recorded, FILM), WELL
    yield "film-cut", with_films(recorded, FILM[:-1]), {("changed", "data/06-录像/1.mp4")}
    yield "film-swapped", with_films(other, b"another"), {("changed", FILMS)}


def opened_receipts() -> Iterator[tuple[str, bytes, Said]]:
    """Receipts of one entry alone in its log, that open and withhold what it committed to."""
    leaf = {
        "id": "e",
        "commitments": {"name": commitment(SALT, "王安"), "phone": commitment(SALT, "1")},
    }
    node = node_over([leaf_hash(canonical(leaf))])
    note = cosign(sign(ORIGIN, 1, node(0, 0), LOG_KEY), WITNESS_KEY, WITNESS_NAME, AT)
    receipt = {**a_receipt(0, 1), "leaf": leaf, "hash": node(0, 0).hex(), "checkpoint": note}
    well: Said = {("ok", part) for part in ("记录哈希", "包含证明", "检查点签名", "见证签名")}
    opening = {"name": "name", "salt": SALT.hex(), "value": "王安"}
    for name, more, said in (
        ("opened", {"openings": [opening], "withheld": ["phone"]}, {("ok", "承诺值"), ("withheld", "承诺值")}),
        ("forged", {"openings": [{**opening, "value": "王平"}]}, {("changed", "承诺值")}),
        ("unknown", {"openings": [{**opening, "name": "id"}]}, {("malformed", "承诺值")}),
        ("kept", {"withheld": ["name", "phone"]}, {("withheld", "承诺值")}),
        ("kept-unknown", {"withheld": ["id"]}, {("malformed", "承诺值")}),
        ("salt", {"openings": [{**opening, "salt": "zz"}]}, {("malformed", "承诺值")}),
        ("shape", {"openings": [7]}, {("malformed", "承诺值")}),
    ):  # fmt: skip
        yield name, json.dumps({**receipt, **more}).encode(), well | said

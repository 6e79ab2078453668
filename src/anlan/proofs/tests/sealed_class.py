"""A small sealed class as the platform makes it: receipts, encrypted parts, a film; and forgers."""

import hashlib
import io
import json
import zipfile
from collections.abc import Callable
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from anlan.proofs.bag import (
    INFO,
    MANIFEST,
    OXUM,
    PAYLOAD,
    TAGMANIFEST,
    manifest_text,
    write_bag,
)
from anlan.proofs.bundle import bundle_file
from anlan.proofs.canonical import canonical, commitment, leaf_hash
from anlan.proofs.checkpoint import sign
from anlan.proofs.ledger_lines import ledger_line
from anlan.proofs.merkle import inclusion_proof, root
from anlan.proofs.part_keys import PartKeys
from anlan.proofs.parts import derive_key, seal_part
from anlan.proofs.tests.trees import LOG_KEY, ORIGIN, node_over

UID = "6f0f2a52-0000-4000-8000-000000000001"
SALT = bytes(range(16))
FILM = b"\x00\x00\x00\x18ftypmp42" + bytes(range(256)) * 200
PEOPLE = ("赵明安", "欧阳安澜")
FILM_PATH = "data/06-录像/01.mp4.enc"
Members = dict[str, bytes]
Change = Callable[[Members], None]


def person_path(no: int) -> str:
    return f"data/personal/{no:03d}.json.enc"


def leaves() -> list[bytes]:
    """Two sign-ins, the film, the closing."""
    signed = [
        {
            "id": f"entry-{n}",
            "verb": "signed_in",
            "data": {"proof": "扫码"},
            "commitments": {"learner": commitment(SALT, {"name": name})},
        }
        for n, name in enumerate(PEOPLE)
    ]
    film = {"sha256": hashlib.sha256(FILM).hexdigest(), "size": len(FILM)}
    others = [
        {"id": "entry-2", "verb": "recording_filed", "data": film, "commitments": {}},
        {"id": "entry-3", "verb": "class_closed", "data": {"passed": 2}, "commitments": {}},
    ]
    return [canonical(leaf) for leaf in (*signed, *others)]


def ledger_of(all_leaves: list[bytes]) -> bytes:
    return b"".join(ledger_line(leaf.decode(), leaf_hash(leaf), "sha256") for leaf in all_leaves)


def receipts_of(all_leaves: list[bytes], key: Ed25519PrivateKey = LOG_KEY) -> bytes:
    """The class's entries among others of the log, under a checkpoint of all of them."""
    before = [leaf_hash(canonical({"id": f"other-{n}"})) for n in range(3)]
    hashes = [*before, *(leaf_hash(leaf) for leaf in all_leaves)]
    node, size = node_over(hashes), len(hashes)
    note = sign(ORIGIN, size, root(size, node), key)
    proofs = {
        str(json.loads(leaf)["id"]): (n, inclusion_proof(n, size, node))
        for n, leaf in enumerate(all_leaves, start=len(before))
    }
    return bundle_file(note, proofs)


def key_for(path: str, uid: str = UID) -> bytes:
    return derive_key(hashlib.sha256(path.encode()).digest(), uid, path)


def part(path: str, plain: bytes, uid: str = UID) -> bytes:
    return b"".join(seal_part([plain], key_for(path, uid), archive=uid, path=path))


def person(no: int) -> bytes:
    opening = {"entry": f"entry-{no - 1}", "name": "learner", "salt": SALT.hex()}
    name = PEOPLE[no - 1]
    opened = [{**opening, "value": {"name": name}}]
    return canonical({"format": "anlan-person/1", "row": no, "name": name, "openings": opened})


def all_keys(uid: str = UID) -> PartKeys:
    paths = (person_path(1), person_path(2), FILM_PATH)
    return PartKeys({uid: {path: key_for(path, uid) for path in paths}})


def a_sealed_class(uid: str = UID) -> bytes:
    film = {"path": FILM_PATH, "sha256": hashlib.sha256(FILM).hexdigest(), "size": len(FILM)}
    payload: list[tuple[str, bytes | Path]] = [
        ("02-花名册/花名册.pdf", b"%PDF roster" * 40),
        ("04-考核/成绩册.xlsx", b"PK scores" * 40),
        ("06-录像/录像清单.json", canonical([film])),
        ("ledger.jsonl", ledger_of(leaves())),
        ("receipts.json", receipts_of(leaves())),
        (FILM_PATH.removeprefix(PAYLOAD), part(FILM_PATH, FILM, uid)),
    ]
    for no in (1, 2):
        path = person_path(no)
        payload.append((path.removeprefix(PAYLOAD), part(path, person(no), uid)))
    info = {"External-Identifier": "2026-00001", "Internal-Sender-Identifier": uid}
    return write_bag(payload, info)


def unpacked(archive: bytes) -> Members:
    with zipfile.ZipFile(io.BytesIO(archive)) as bag:
        names = [info.filename for info in bag.infolist()]
        return {name.removeprefix("archive/"): bag.read(name) for name in names}


def packed(members: Members) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as bag:
        for name in sorted(members):
            bag.writestr(f"archive/{name}", members[name])
    return buffer.getvalue()


def tampered(change: Change) -> bytes:
    """After somebody unpacked it, changed it and packed it again."""
    members = unpacked(a_sealed_class())
    change(members)
    return packed(members)


def forged(change: Change) -> bytes:
    """The same by somebody who makes both manifests and the total anew: it agrees with itself."""
    members = unpacked(a_sealed_class())
    change(members)
    remake_manifests(members)
    return packed(members)


def remake_manifests(members: Members) -> None:
    payload = {name: content for name, content in members.items() if name.startswith(PAYLOAD)}
    members[MANIFEST] = _manifest(payload)
    octets = sum(len(content) for content in payload.values())
    lines = members[INFO].decode().splitlines()
    kept = [line for line in lines if not line.startswith(OXUM)]
    members[INFO] = "".join(f"{x}\n" for x in (*kept, f"{OXUM}: {octets}.{len(payload)}")).encode()
    tags = {name: members[name] for name in members if name not in payload}
    tags.pop(TAGMANIFEST, None)
    members[TAGMANIFEST] = _manifest(tags)


def _manifest(files: Members) -> bytes:
    return manifest_text(
        {name: hashlib.sha256(content).hexdigest() for name, content in files.items()}
    ).encode()

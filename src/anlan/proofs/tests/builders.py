"""A small class archive to play with, and hands that change it."""

import io
import zipfile
from collections.abc import Callable, Iterable
from pathlib import Path

from anlan.proofs.bag import write_bag
from anlan.proofs.canonical import canonical, commitment, leaf_hash
from anlan.proofs.ledger_lines import ledger_line, openings_file

SALT = bytes(range(16))
INFO = {"Source-Organization": "演示市工伤保险处", "External-Identifier": "KB-2026-0001"}
Members = dict[str, bytes]


def a_leaf(number: int) -> dict[str, object]:
    return {
        "id": f"entry-{number}",
        "verb": "class.signed_in",
        "at": "2026-11-23T09:00:00+08:00",
        "commitments": {"person": commitment(SALT, f"学员{number}")},
    }


def a_ledger(lines: int = 3) -> bytes:
    leaves = [canonical(a_leaf(number)) for number in range(lines)]
    return b"".join(ledger_line(leaf.decode(), leaf_hash(leaf), "sha256") for leaf in leaves)


def openings(number: int = 1, value: str = "学员1") -> bytes:
    return openings_file([(f"entry-{number}", "person", SALT, value)])


def payload() -> list[tuple[str, bytes | Path]]:
    return [
        ("签到/第一讲 签到表.pdf", b"%PDF sheet" * 50),
        ("report.pdf", b"%PDF report" * 50),
        ("合格率 100.txt", "人数 40".encode()),
        ("empty.txt", b""),
        ("ledger.jsonl", a_ledger()),
        ("openings.json", openings()),
    ]


def an_archive(extra: Iterable[tuple[str, bytes | Path]] = ()) -> bytes:
    return write_bag([*payload(), *extra], INFO)


def rewritten(archive: bytes, change: Callable[[Members], None]) -> bytes:
    """The archive after somebody unpacked it, changed it and packed it again."""
    with zipfile.ZipFile(io.BytesIO(archive)) as old:
        members = {info.filename: old.read(info) for info in old.infolist()}
    change(members)
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as new:
        for name, content in members.items():
            new.writestr(name, content)
    return buffer.getvalue()

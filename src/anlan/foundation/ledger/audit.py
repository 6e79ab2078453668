"""Recomputing the whole ledger: does the database still say what was signed? Reads only.

Every entry is hashed again and compared with its row, with the published tiles and with the roots
of all checkpoints, the stored ones and those that an auditor brings from outside. The last are what
counts against an operator who rewrites everything else.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from anlan.foundation.ledger.models import Checkpoint, Entry, LogHead
from anlan.foundation.ledger.sequencer import tile_folder
from anlan.foundation.ledger.services import rfc3339
from anlan.foundation.ledger.signing import published_key
from anlan.proofs import checkpoint as notes
from anlan.proofs.canonical import leaf_hash
from anlan.proofs.merkle import hash_children
from anlan.proofs.tiles import TileFolder

BATCH = 2_000
MOST = 50  # faults told; the first one says enough


@dataclass(frozen=True)
class Fault:
    """`row` is the entry's primary key, `place` its number in the log from 1; 0 where none is."""

    text: str
    row: int = 0
    place: int = 0


@dataclass
class Growing:
    """The roots of a tree that grows leaf by leaf: full subtrees, the largest first."""

    alg: str
    peaks: list[tuple[int, bytes]] = field(default_factory=list)

    def push(self, hashed: bytes) -> None:
        level = 0
        while self.peaks and self.peaks[-1][0] == level:
            hashed = hash_children(self.peaks.pop()[1], hashed, self.alg)
            level += 1
        self.peaks.append((level, hashed))

    def root(self) -> bytes:
        reached = self.peaks[-1][1]
        for _, peak in reversed(self.peaks[:-1]):
            reached = hash_children(peak, reached, self.alg)
        return reached


def audit(brought: Sequence[str] = (), tiles: TileFolder | None = None) -> list[Fault]:
    """What does not hold, at most `MOST`; empty when all does.

    `brought` are notes that an auditor has kept (they must bear the log's signature), `tiles` a
    copy of the hash tiles kept outside; without it, those that the platform publishes are used.
    """
    faults = []
    for fault in _faults(brought, tiles or tile_folder()):
        faults.append(fault)
        if len(faults) == MOST:
            break
    return faults


def _faults(brought: Sequence[str], tiles: TileFolder) -> Iterator[Fault]:
    head = LogHead.objects.first()
    roots: dict[int, list[tuple[bytes, str]]] = {}
    for note, whose in _notes(brought):
        try:
            told = notes.verify(note, [published_key()])
        except notes.BadCheckpoint as bad:
            yield Fault(f"{whose}：{bad}")
            continue
        roots.setdefault(told.size, []).append((told.root, whose))
    yield from _sequenced(head.alg if head else "sha256", roots, tiles)
    for entry in Entry.objects.filter(position__isnull=True).iterator(BATCH):
        yield from _row(entry, leaf_hash(entry.leaf.encode(), entry.alg))


def _notes(brought: Sequence[str]) -> Iterator[tuple[str, str]]:
    for row in Checkpoint.objects.iterator(BATCH):
        yield row.note, f"库中 {row.size} 条的检查点"
    for note in brought:
        yield note, "带来的检查点"


def _sequenced(
    alg: str, roots: dict[int, list[tuple[bytes, str]]], tiles: TileFolder
) -> Iterator[Fault]:
    tree, size, agreed = Growing(alg), 0, 0
    for entry in Entry.objects.filter(position__isnull=False).order_by("position").iterator(BATCH):
        assert entry.position is not None
        if entry.position != size:
            yield Fault(f"第 {size + 1} 至 {entry.position} 条不见了", place=size + 1)
            return  # behind a gap no root can be right
        hashed = leaf_hash(entry.leaf.encode(), alg)
        yield from _row(entry, hashed)
        yield from _in_tiles(entry, hashed, tiles)
        tree.push(hashed)
        size += 1
        for signed, whose in roots.pop(size, []):
            if signed == tree.root():
                agreed = size
            else:
                text = f"{whose}与库不符：第 {agreed + 1} 至 {size} 条之间有记录被改写、删除或插入"
                yield Fault(text, place=agreed + 1)
    for missing in sorted(roots):
        _, whose = roots[missing][0]
        yield Fault(f"{whose}签过 {missing} 条，库里只有 {size} 条，日志倒退", place=size + 1)


def _row(entry: Entry, hashed: bytes) -> Iterator[Fault]:
    """The columns only find the leaf; they must say what it says."""
    place = 0 if entry.position is None else entry.position + 1
    where = f"第 {place} 条" if place else "还没有编入日志的一条"
    name = f"{where}（id {entry.pk}，{entry.subject} {entry.verb}）"
    if bytes(entry.leaf_hash) != hashed:
        yield Fault(f"{name}：内容或哈希被改动", entry.pk, place)
        return
    try:
        wrong = _differing(entry, json.loads(entry.leaf))
    except (ValueError, KeyError, TypeError):
        yield Fault(f"{name}：存证内容不是规范的记录", entry.pk, place)
        return
    if wrong:
        yield Fault(f"{name}：{'、'.join(wrong)} 列与存证内容不符", entry.pk, place)


def _differing(entry: Entry, leaf: Mapping[str, Any]) -> list[str]:
    columns = {
        "uid": (str(entry.uid), leaf["id"]),
        "subject": (entry.subject, leaf["subject"]),
        "verb": (entry.verb, leaf["verb"]),
        "actor": (entry.actor, leaf["actor"]),
        "at": (rfc3339(entry.at), leaf["at"]),
        "recorded_at": (rfc3339(entry.recorded_at), leaf["recorded"]),
        "time_source": (str(entry.time_source), leaf["clock"]),
        "device": (entry.device, leaf["device"]),
    }
    return [name for name, (column, told) in columns.items() if column != told]


def _in_tiles(entry: Entry, hashed: bytes, tiles: TileFolder) -> Iterator[Fault]:
    assert entry.position is not None
    place = entry.position + 1
    try:
        published = tiles.node(0, entry.position)
    except (FileNotFoundError, ValueError):
        if entry.position % 256 == 0:  # once a tile
            yield Fault(f"第 {place} 条起的分块不在或不完整", entry.pk, place)
        return
    if published != hashed:
        text = f"第 {place} 条（id {entry.pk}，{entry.subject} {entry.verb}）：与分块里的哈希不符"
        yield Fault(text, entry.pk, place)

"""A witness: sees a log grow, and signs only what continues what it has seen.

What it saw last stands in a state file. It is written before a signature leaves the house, so that
no crash makes a witness sign two histories.
"""

import json
import os
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from anlan.proofs import published
from anlan.proofs.checkpoint import BadCheckpoint, Checkpoint, PrivateKey, cosign, verify
from anlan.proofs.notes import parse_vkey
from anlan.proofs.published import FalseTiles, Fetch, NotThere, PublishedTiles

STATE, EVIDENCE = "anlan-witness/1", "anlan-log-evidence/1"
NEWEST = "checkpoint"
CHECKPOINTS = ("checkpoint/round", NEWEST)  # first the one that all witnesses sign


class Betrayed(Exception):
    """The log contradicts itself or what it signed before; `evidence` is where both notes lie."""

    def __init__(self, text: str, evidence: Path) -> None:
        super().__init__(text)
        self.evidence = evidence


class BadState(Exception):
    """The state file can't be used; the message is plain Chinese."""


@dataclass(frozen=True, slots=True)
class Seen:
    """The newest checkpoint that this witness has signed; `delivered` when the log has the line."""

    log_key: str
    note: str
    delivered: bool

    @property
    def checkpoint(self) -> Checkpoint:
        return verify(self.note, [self.log_key])


@dataclass(frozen=True, slots=True)
class Witness:
    """Who signs, and where it keeps what it has seen."""

    name: str
    key: PrivateKey
    state: Path

    def seen(self) -> Seen | None:
        """Raises `BadState` for a file that is no state: starting anew would forget a fork."""
        try:
            told = json.loads(self.state.read_text("utf-8"))
            if told.pop("format") != STATE:
                raise ValueError("another format")
            found = Seen(**told)
            found.checkpoint  # noqa: B018 - it must hold
        except FileNotFoundError:
            return None
        except (OSError, ValueError, KeyError, TypeError, AttributeError):
            text = f"状态文件 {self.state} 读不出来；请从备份恢复，不要删掉重来，否则看不出日志改写"
            raise BadState(text) from None
        return found

    def remember(self, seen: Seen) -> None:
        write_whole(self.state, {"format": STATE, **asdict(seen)})


def visit(witness: Witness, base: str, log_key: str, clock: Callable[[], datetime]) -> list[str]:
    """One visit to the log at `base`: check, sign what is new, deliver; what was done, in words.

    Raises `Betrayed`, `Unreachable`, `BadState` or `BadCheckpoint`.
    """
    fetch, done = published.fetcher(base), []
    for path in CHECKPOINTS:
        newest = path == NEWEST
        try:
            note = fetch(path, published.LONGEST_NOTE).decode("utf-8", "replace")
        except NotThere:
            if newest:
                raise
            continue
        seen = witness.seen()
        if _goes_on(witness, seen, fetch, note, log_key, newest=newest):
            seen = _sign(witness, note, log_key, clock())
            done.append(f"已见证：共 {seen.checkpoint.size} 条，与此前所见一致。")
        if seen and not seen.delivered:
            done.append(published.post(f"{base}cosign", seen.note))
            witness.remember(replace(seen, delivered=True))
    return done


def _goes_on(
    witness: Witness, seen: Seen | None, fetch: Fetch, note: str, log_key: str, *, newest: bool
) -> bool:
    """Whether the note is new and continues what was seen; raises `Betrayed` if it contradicts."""
    told = verify(note, [log_key])
    if seen is None:
        _proved(witness, fetch, told, note, "")
        return True
    before = seen.checkpoint
    if told.origin != before.origin:
        raise BadCheckpoint(f"这是另一个日志（{told.origin}），状态文件记的是 {before.origin}")
    if newest and told.size < before.size:
        text = f"曾签出 {before.size} 条，现在只有 {told.size} 条"
        raise _betrayed(witness, "倒退", text, seen.note, note)
    if told.size == before.size:
        if told.body != before.body:
            text = f"同为 {told.size} 条，签出了两个不同的检查点"
            raise _betrayed(witness, "分叉", text, seen.note, note)
        return False
    old, new = sorted((before, told), key=lambda checkpoint: checkpoint.size)
    tiles = _proved(witness, fetch, new, note, seen.note)
    if old.alg != new.alg or not tiles.grew_from(old.size, old.root, new.root):
        text = f"前 {old.size} 条有两种不同的内容，历史被改写"
        raise _betrayed(witness, "分叉", text, seen.note, note)
    return told.size > before.size


def _proved(
    witness: Witness, fetch: Fetch, told: Checkpoint, note: str, before: str
) -> PublishedTiles:
    """The published tiles, once they have led to the root that was signed."""
    tiles = PublishedTiles(fetch, told.size, told.alg)
    try:
        tiles.require_root(told.root)
    except FalseTiles as false:
        raise _betrayed(witness, "不符", str(false), before, note) from None
    return tiles


def _sign(witness: Witness, note: str, log_key: str, at: datetime) -> Seen:
    """Only the log's line and the witness's own are kept and sent."""
    told = verify(note, [log_key])
    key = parse_vkey(log_key)
    own = "".join(str(line) for line in told.signatures if key.claims(line))
    signed = cosign(f"{told.body}\n{own}", witness.key, witness.name, at)
    seen = Seen(log_key, signed, delivered=False)
    witness.remember(seen)
    return seen


def _betrayed(witness: Witness, kind: str, text: str, seen: str, offered: str) -> Betrayed:
    """Keep both notes beside the state: each is signed by the log, so together they convict it."""
    size = offered.split("\n")[1]
    path = witness.state.with_name(f"{witness.state.stem}-evidence-{size}.json")
    record = {"format": EVIDENCE, "kind": kind, "text": text, "seen": seen, "offered": offered}
    write_whole(path, record)
    return Betrayed(f"日志{kind}：{text}。", path)


def write_whole(path: Path, record: dict[str, Any], mode: int = 0o644) -> None:
    """Replace a file by another that is whole and durable."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(path.name + ".part")
    text = json.dumps(record, ensure_ascii=False, indent=1)
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, mode)
    with os.fdopen(handle, "w", encoding="utf-8") as stream:
        stream.write(text + "\n")
        stream.flush()
        os.fsync(stream.fileno())
    draft.replace(path)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)

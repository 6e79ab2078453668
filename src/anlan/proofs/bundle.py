"""Receipts of many entries under one checkpoint: data/receipts.json of a sealed archive.

    {"format": "anlan-receipts/1", "alg": "sha256", "checkpoint": "<note>", "timestamps": […],
     "entries": [{"entry": "<ledger id>", "index": n, "proof": ["<hex>", …]}],
     "uncovered": ["<ledger id>", …]}

`uncovered` names entries that were not under a checkpoint when the archive was sealed.
"""

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from anlan.proofs.canonical import parse_json
from anlan.proofs.checkpoint import BadCheckpoint, Checkpoint, cosigned_at, parse, verify
from anlan.proofs.findings import Finding
from anlan.proofs.ledger_lines import LEDGER, Ledger, Line
from anlan.proofs.merkle import verify_inclusion
from anlan.proofs.notes import LOG, parse_vkey
from anlan.proofs.stamps import Authority, stamp_findings

FORMAT = "anlan-receipts/1"
RECEIPTS = "data/receipts.json"
LONGEST = 256 << 20
HASH = re.compile(r"[0-9a-f]{64}")
Proof = tuple[int, Sequence[bytes]]  # index in the log, and the way to the root


@dataclass(frozen=True, slots=True)
class _Bundle:
    alg: str
    note: str
    proofs: dict[str, Proof]
    uncovered: frozenset[str]
    timestamps: Sequence[Any]


def bundle_file(
    note: str,
    proofs: Mapping[str, Proof],
    *,
    alg: str = "sha256",
    uncovered: Iterable[str] = (),
    timestamps: Sequence[Mapping[str, Any]] = (),
) -> bytes:
    """data/receipts.json; `note` is empty when there is no checkpoint yet."""
    said: dict[str, Any] = {
        "format": FORMAT,
        "alg": alg,
        "checkpoint": note,
        "entries": [
            {"entry": uid, "index": index, "proof": [sibling.hex() for sibling in way]}
            for uid, (index, way) in proofs.items()
        ],
        "uncovered": sorted(uncovered),
    }
    if timestamps:
        said["timestamps"] = list(timestamps)
    text = json.dumps(said, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return text.encode() + b"\n"


def check_bundle(
    text: bytes, ledger: Ledger, vkeys: Sequence[str], authorities: Sequence[Authority] = ()
) -> list[Finding]:
    """Is every ledger line in the log, and did the log sign? Each line that is not is named."""
    try:
        bundle = _read(text)
        checkpoint = parse(bundle.note) if bundle.note else None
    except (KeyError, TypeError, ValueError, RecursionError):
        return [Finding("malformed", RECEIPTS, "receipts.json：写法不合规范，无法核对")]
    findings = _line_findings(bundle, checkpoint, ledger)
    if checkpoint is None:
        text_ = "封存时日志还没有签出检查点，台账出自哪个日志未核"
        return [*findings, Finding("unchecked", RECEIPTS, text_)]
    if not findings:
        count = len(bundle.proofs)
        said = f"台账 {count} 行都在日志 {checkpoint.origin} 中，检查点共 {checkpoint.size} 条"
        findings = [Finding("ok", RECEIPTS, said)]
    stamps = stamp_findings(bundle.timestamps, checkpoint.body.encode(), authorities)
    return [*findings, *_signatures(bundle.note, vkeys), *(_here(one) for one in stamps)]


def checkpoint_of(text: bytes) -> Checkpoint | None:
    """The checkpoint that a bundle stands on, not verified; None when there is none."""
    try:
        return parse(_read(text).note)
    except (KeyError, TypeError, ValueError, RecursionError):
        return None


def _line_findings(bundle: _Bundle, checkpoint: Checkpoint | None, ledger: Ledger) -> list[Finding]:
    findings = []
    present = {line.uid for line in ledger.lines} | ledger.wrong
    for line in ledger.lines:
        if finding := _line_finding(line, bundle, checkpoint):
            findings.append(finding)
    for uid in bundle.proofs.keys() | bundle.uncovered:
        if uid not in present:
            said = f"台账缺少编号 {uid} 的一行：有它的回执，没有这条记录（被删除或改动）"
            findings.append(Finding("removed", LEDGER, said))
    return findings


def _line_finding(line: Line, bundle: _Bundle, checkpoint: Checkpoint | None) -> Finding | None:
    where = f"台账第 {line.number} 行（编号 {line.uid}）"
    if line.uid in bundle.uncovered and line.uid not in bundle.proofs:
        said = f"{where}：封存时还不在检查点之下，没有回执"
        return Finding("unchecked", LEDGER, said)
    if line.uid not in bundle.proofs:
        return Finding("added", LEDGER, f"{where}：没有回执，不能证明它在日志中")
    index, way = bundle.proofs[line.uid]
    root, size = (checkpoint.root, checkpoint.size) if checkpoint else (b"", 0)
    if line.alg == bundle.alg and verify_inclusion(line.hashed, index, size, way, root, line.alg):
        return None
    said = f"{where}：与日志中的第 {index + 1} 条不符，这条记录或它的回执被改动"
    return Finding("changed", LEDGER, said)


def _signatures(note: str, vkeys: Sequence[str]) -> list[Finding]:
    """Who signed the checkpoint, by the keys that were given."""
    try:
        keys = [parse_vkey(key) for key in dict.fromkeys(vkeys)]
        if not any(key.kind == LOG for key in keys):
            said = "检查点签名：没有给出日志的公钥，出处未核；请用 --key 给出公布的公钥"
            return [Finding("unchecked", RECEIPTS, said)]
        signed = verify(note, map(str, keys))
        seen = [(key.name, cosigned_at(note, key)) for key in keys if key.kind != LOG]
    except BadCheckpoint as bad:
        return [Finding("changed", RECEIPTS, f"检查点签名：{bad}")]
    by = "、".join(signed.signed_by)
    return [
        Finding("ok", RECEIPTS, f"检查点签名：由 {by} 签名，签名有效"),
        *(
            Finding("ok", RECEIPTS, f"见证签名：{name} 于 {at:%Y-%m-%d %H:%M:%S} UTC 见证")
            if at
            else Finding("unchecked", RECEIPTS, f"见证签名：没有 {name} 的签名")
            for name, at in seen
        ),
    ]


def _read(text: bytes) -> _Bundle:
    said = parse_json(text)
    if said["format"] != FORMAT or said["alg"] not in ("sha256", "sm3"):
        raise ValueError("no bundle of this format")
    if not isinstance(said["checkpoint"], str):
        raise TypeError("a checkpoint is text")
    proofs: dict[str, Proof] = {}
    for one in said["entries"]:
        uid, index = one["entry"], one["index"]
        if not isinstance(uid, str) or uid in proofs or type(index) is not int or index < 0:
            raise ValueError("an entry stands twice, or has no place")
        proofs[uid] = index, [_hash(sibling) for sibling in one["proof"]]
    left = frozenset(str(uid) for uid in said.get("uncovered", []))
    stamps = said.get("timestamps", [])
    if not isinstance(stamps, list):
        raise TypeError("time stamps are a list")
    return _Bundle(said["alg"], said["checkpoint"], proofs, left, stamps)


def _here(finding: Finding) -> Finding:
    """What a stamp shows, of this file. A missing one is no fault: the archive is not the log."""
    kind = "unchecked" if finding.kind == "removed" else finding.kind
    text = finding.text.replace("这份回执", "这份档案的检查点")
    return Finding(kind, RECEIPTS, text)


def _hash(text: str) -> bytes:
    if not HASH.fullmatch(text):
        raise ValueError("not 64 lower-case hex digits")
    return bytes.fromhex(text)

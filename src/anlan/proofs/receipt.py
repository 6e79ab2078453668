"""A receipt: one entry, the way from it to the log's root, and who signed that root.

It may also open what the entry committed to (`openings`), say what it keeps back (`withheld`) and
carry time stamps of the checkpoint (`timestamps`).
"""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from anlan.proofs.canonical import canonical, leaf_hash, parse_json
from anlan.proofs.checkpoint import BadCheckpoint, Checkpoint, cosigned_at, parse, verify
from anlan.proofs.findings import Finding, Kind
from anlan.proofs.merkle import Node, inclusion_proof, verify_inclusion
from anlan.proofs.notes import LOG, VerifierKey, parse_vkey
from anlan.proofs.openings import opening_findings
from anlan.proofs.stamps import Authority, stamp_findings

FORMAT = "anlan-receipt/1"
LONGEST_RECEIPT = 1 << 20
HASH = re.compile(r"[0-9a-f]{64}")
RECEIPT, ENTRY, PROOF = "回执", "记录哈希", "包含证明"
CHECKPOINT, WITNESSES = "检查点签名", "见证签名"


def make(
    leaf: Mapping[str, Any] | str,
    index: int,
    size: int,
    node: Node,
    checkpoint_text: str,
    alg: str = "sha256",
    **more: Any,
) -> dict[str, Any]:
    """The receipt for the leaf at `index`, under a checkpoint of `size` leaves.

    `more` is any of `openings`, `withheld` and `timestamps`; what is empty is left out.
    """
    if parse(checkpoint_text).size != size:
        raise ValueError(f"the checkpoint is not one of {size} leaves")
    entry = json.loads(leaf) if isinstance(leaf, str) else dict(leaf)
    return {
        "format": FORMAT,
        "leaf": entry,
        "hash": leaf_hash(canonical(entry), alg).hex(),
        "alg": alg,
        "index": index,
        "proof": [sibling.hex() for sibling in inclusion_proof(index, size, node, alg)],
        "checkpoint": checkpoint_text,
        **{name: value for name, value in more.items() if value},
    }


def check_file(
    path: Path, vkeys: Sequence[str], authorities: Sequence[Authority] = ()
) -> list[Finding]:
    """`check` for a receipt in a file."""
    try:
        with path.open("rb") as stream:
            receipt = parse_json(stream.read(LONGEST_RECEIPT))
    except OSError:
        return [_finding("malformed", RECEIPT, "读不到这个文件，请核对路径")]
    except ValueError:
        return [_finding("malformed", RECEIPT, "不是规范的 JSON，可能被改动或不完整")]
    if not isinstance(receipt, dict) or receipt.get("format") != FORMAT:
        return [_finding("malformed", RECEIPT, f"不是 {FORMAT} 格式的回执")]
    return check(receipt, vkeys, authorities)


def check(
    receipt: Mapping[str, Any], vkeys: Sequence[str], authorities: Sequence[Authority] = ()
) -> list[Finding]:
    """What holds and what does not: the entry, its proof, the log's signature, the witnesses',
    the time stamps (if their authorities are given), and what the receipt opens.

    Without the log's public key the proof is checked all the same, but the receipt is not good:
    anybody can grow a tree.
    """
    try:
        parts = _read(receipt)
    except (KeyError, TypeError, ValueError, RecursionError):
        return [_finding("malformed", RECEIPT, "内容缺失或写法不合规范，请重新取得一份")]
    findings = [_entry_finding(parts)]
    try:
        checkpoint = parse(parts.checkpoint)
        keys = [parse_vkey(key) for key in dict.fromkeys(vkeys)]
    except BadCheckpoint as bad:
        return [*findings, _finding("malformed", CHECKPOINT, str(bad))]
    return [
        *findings,
        _proof_finding(parts, checkpoint),
        _signature_finding(parts, [key for key in keys if key.kind == LOG]),
        *_witness_findings(parts, keys),
        *stamp_findings(receipt.get("timestamps", []), checkpoint.body.encode(), authorities),
        *opening_findings(receipt),
    ]


def conclusion(findings: Sequence[Finding]) -> str:
    """One sentence for whoever reads only the last line."""
    kinds = {finding.kind for finding in findings} - {"withheld"}
    if kinds == {"ok"}:
        return "回执有效，记录在日志中。"
    if kinds == {"ok", "unchecked"}:
        return "证明成立，但签名未核对，还不能算有效。"
    return "回执不可信，原因见上。"


@dataclass(frozen=True, slots=True)
class _Parts:
    entry: bytes
    hashed: bytes
    alg: str
    index: int
    proof: list[bytes]
    checkpoint: str


def _read(receipt: Mapping[str, Any]) -> _Parts:
    if receipt["format"] != FORMAT or not isinstance(receipt["leaf"], dict):
        raise ValueError("no receipt of this format")
    if type(receipt["index"]) is not int or not isinstance(receipt["checkpoint"], str):
        raise ValueError("index or checkpoint of the wrong type")
    if receipt["alg"] not in ("sha256", "sm3") or not isinstance(receipt["proof"], list):
        raise ValueError("unknown algorithm, or no proof")
    return _Parts(
        entry=canonical(receipt["leaf"]),
        hashed=_hash(receipt["hash"]),
        alg=receipt["alg"],
        index=receipt["index"],
        proof=[_hash(sibling) for sibling in receipt["proof"]],
        checkpoint=receipt["checkpoint"],
    )


def _finding(kind: Kind, part: str, text: str) -> Finding:
    return Finding(kind, part, f"{part}：{text}")


def _hash(text: str) -> bytes:
    if not HASH.fullmatch(text):
        raise ValueError("not 64 lower-case hex digits")
    return bytes.fromhex(text)


def _entry_finding(parts: _Parts) -> Finding:
    if leaf_hash(parts.entry, parts.alg) != parts.hashed:
        text = "按记录内容重新计算的哈希与回执所载不符，记录内容或哈希被改动"
        return _finding("changed", ENTRY, text)
    return _finding("ok", ENTRY, f"按记录内容重新计算，与回执所载一致：{parts.hashed.hex()}")


def _proof_finding(parts: _Parts, checkpoint: Checkpoint) -> Finding:
    """Whether the stated hash is in the log; that it is the entry's own is `_entry_finding`."""
    size = checkpoint.size  # only the signature binds it: trees of other sizes may share a path
    proved = verify_inclusion(
        parts.hashed, parts.index, size, parts.proof, checkpoint.root, parts.alg
    )
    if not proved or parts.alg != checkpoint.alg:
        text = "从这个哈希走不到检查点的根：哈希、序号、证明或检查点被改动，或记录不在日志中"
        return _finding("changed", PROOF, text)
    text = f"是日志 {checkpoint.origin} 的第 {parts.index + 1} 条，共 {size} 条"
    return _finding("ok", PROOF, text)


def _signature_finding(parts: _Parts, log_keys: Sequence[VerifierKey]) -> Finding:
    if not log_keys:
        text = "没有给出日志的公钥，未核对，不能证明出自这个日志；请用 --key 给出公布的公钥"
        return _finding("unchecked", CHECKPOINT, text)
    try:
        checkpoint = verify(parts.checkpoint, map(str, log_keys))
    except BadCheckpoint as bad:
        return _finding("changed", CHECKPOINT, str(bad))
    return _finding("ok", CHECKPOINT, f"由 {'、'.join(checkpoint.signed_by)} 签名，签名有效")


def _witness_findings(parts: _Parts, keys: Sequence[VerifierKey]) -> list[Finding]:
    """Nothing, if no witness's key was given: then nobody asked."""
    witnesses = [key for key in keys if key.kind != LOG]
    findings = []
    for witness in witnesses:
        try:
            at = cosigned_at(parts.checkpoint, witness)
        except BadCheckpoint as bad:
            findings.append(_finding("changed", WITNESSES, str(bad)))
            continue
        if at is None:
            findings.append(_finding("removed", WITNESSES, f"没有 {witness.name} 的见证签名"))
        else:
            text = f"{witness.name} 于 {at:%Y-%m-%d %H:%M:%S} UTC 见证，签名有效"
            findings.append(_finding("ok", WITNESSES, text))
    return findings

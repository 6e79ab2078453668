"""The ledger lines inside an archive, and the values that open their commitments."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from anlan.proofs.canonical import canonical, leaf_hash, opens, parse_json
from anlan.proofs.findings import Finding, Kind, UnreadableError

LEDGER = "data/ledger.jsonl"
OPENINGS = "data/openings.json"
LONGEST_LINE = 1 << 20
LONGEST_OPENINGS = 64 << 20

Commitments = dict[str, dict[str, str]]  # entry id → name → commitment


@dataclass(frozen=True, slots=True)
class Line:
    """One line as it stands: its number from 1, its entry, the hash of what it says."""

    number: int
    uid: str
    hashed: bytes
    alg: str
    commitments: Mapping[str, str]
    data: Mapping[str, Any]
    verb: str


@dataclass(slots=True)
class Ledger:
    """data/ledger.jsonl after it was read: good lines, and what is wrong with the others."""

    lines: list[Line] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    wrong: set[str] = field(default_factory=set)  # entries already reported
    commitments: Commitments = field(default_factory=dict)

    def take(self, line: Line) -> None:
        self.lines.append(line)
        self.commitments[line.uid] = dict(line.commitments)


def ledger_line(leaf: str, hash_of_leaf: bytes, alg: str) -> bytes:
    """One line of data/ledger.jsonl, from what the ledger stores.

    `leaf` is canonical JSON already, and so is the line around it: its keys stand in order.
    """
    return f'{{"alg":"{alg}","hash":"{hash_of_leaf.hex()}","leaf":{leaf}}}\n'.encode()


def openings_file(openings: Iterable[tuple[str, str, bytes, object]]) -> bytes:
    """data/openings.json, from (entry id, name, salt, value)."""
    return canonical(
        [
            {"entry": entry, "name": name, "salt": salt.hex(), "value": value}
            for entry, name, salt, value in openings
        ]
    )


def check_ledger(chunks: Iterable[bytes]) -> Ledger:
    """Recompute every leaf hash."""
    ledger = Ledger()
    seen: set[str] = set()
    for number, text in enumerate(_lines(chunks), start=1):
        try:
            line = _entry(number, text)
        except _RecordError as wrong:
            said = f"台账第 {number} 行：{wrong}"
            ledger.findings.append(Finding(wrong.kind, LEDGER, said))
            ledger.wrong.add(wrong.uid)
            continue
        if line.uid in seen:
            said = f"台账第 {number} 行：编号 {line.uid} 出现两次"
            ledger.findings.append(Finding("malformed", LEDGER, said))
        seen.add(line.uid)
        ledger.take(line)
    return ledger


def check_openings(chunks: Iterable[bytes], commitments: Commitments) -> tuple[list[Finding], int]:
    """Open every commitment for which a salt and a value were handed out."""
    try:
        openings = _parse(_whole(chunks))
        if not isinstance(openings, list):
            raise _RecordError("malformed", "应是一个列表")
    except _RecordError as wrong:
        return [Finding("malformed", OPENINGS, f"openings.json：{wrong}")], 0
    return open_all(openings, commitments, OPENINGS), len(openings)


def open_all(openings: Iterable[Any], commitments: Commitments, path: str) -> list[Finding]:
    """What does not open as it should, among openings that stand in the file at `path`."""
    findings: list[Finding] = []
    name = path.removeprefix("data/")
    for number, opening in enumerate(openings, start=1):
        try:
            _open(opening, commitments)
        except _RecordError as wrong:
            findings.append(Finding(wrong.kind, path, f"{name} 第 {number} 项：{wrong}"))
    return findings


class _RecordError(Exception):
    def __init__(self, kind: Kind, text: str, uid: str = "") -> None:
        super().__init__(text)
        self.kind: Kind = kind
        self.uid = uid


def _entry(number: int, text: bytes) -> Line:
    entry = _parse(text)
    try:
        leaf, claimed, alg = entry["leaf"], entry["hash"], entry["alg"]
        uid, held, data = str(leaf["id"]), leaf.get("commitments", {}), leaf.get("data", {})
        recomputed = leaf_hash(canonical(leaf), alg)
        held = {name: str(value) for name, value in held.items()}
        data = dict(data)
    except (KeyError, TypeError, AttributeError, ValueError, RecursionError):
        raise _RecordError("malformed", "缺少 leaf、id、hash、alg 之一，或内容不规范") from None
    if recomputed.hex() != claimed:
        said = f"重新计算的哈希与记录不符，编号 {uid} 的内容或哈希被改动"
        raise _RecordError("changed", said, uid)
    return Line(number, uid, recomputed, alg, held, data, str(leaf.get("verb", "")))


def _open(opening: Any, commitments: Commitments) -> None:
    try:
        uid, name, value = str(opening["entry"]), str(opening["name"]), opening["value"]
        salt = bytes.fromhex(opening["salt"])
    except (KeyError, TypeError, ValueError):
        raise _RecordError(
            "malformed", "缺少 entry、name、salt、value 之一，或盐值不是十六进制"
        ) from None
    sealed = commitments.get(uid, {}).get(name)
    if sealed is None:
        raise _RecordError("malformed", f"台账 {uid} 中没有名为 {name} 的承诺")
    if not opens(sealed, salt, value):
        raise _RecordError("changed", f"台账 {uid} 的 {name} 与当时的承诺不符，值或盐被改动")


def _parse(text: bytes) -> Any:
    try:
        return parse_json(text)
    except ValueError:
        raise _RecordError("malformed", "不是规范的 JSON") from None


def _lines(chunks: Iterable[bytes]) -> Iterator[bytes]:
    rest = b""
    for chunk in chunks:
        *whole, rest = (rest + chunk).split(b"\n")
        yield from whole
        if len(rest) > LONGEST_LINE:
            raise UnreadableError("台账中有超过 1 MB 的一行，拒绝读取")
    if rest:
        yield rest


def _whole(chunks: Iterable[bytes]) -> bytes:
    parts: list[bytes] = []
    size = 0
    for chunk in chunks:
        size += len(chunk)
        if size > LONGEST_OPENINGS:
            raise UnreadableError("openings.json 超过 64 MB，拒绝读取")
        parts.append(chunk)
    return b"".join(parts)

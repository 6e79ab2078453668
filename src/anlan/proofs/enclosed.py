"""Checking the encrypted parts of an archive: where they belong, and what they say when opened."""

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from anlan.proofs.bag import PAYLOAD
from anlan.proofs.canonical import parse_json
from anlan.proofs.findings import Finding, UnreadableError
from anlan.proofs.ledger_lines import Ledger, open_all
from anlan.proofs.part_keys import PartKeys
from anlan.proofs.parts import SUFFIX, BadPart, open_part, read_header
from anlan.proofs.sources import Source, pieces

PERSON = "anlan-person/1"
PERSONAL = "data/personal/"
FILMS = "data/06-录像/录像清单.json"
LONGEST_RECORD = 64 << 20
GONE_OR_NOT_GIVEN = "未开封：没有给出钥匙"


@dataclass
class Opened:
    """What came of the parts: how many opened, the plain hash of each, commitments opened."""

    findings: list[Finding] = field(default_factory=list)
    parts: int = 0
    opened: int = 0
    commitments: int = 0
    sums: dict[str, str] = field(default_factory=dict)


def check_parts(
    source: Source, names: list[str], archive: str, keys: PartKeys, ledger: Ledger
) -> Opened:
    """Every encrypted part: its header always, its content where a key was given."""
    found = Opened()
    for name in names:
        if name.startswith(PAYLOAD) and name.endswith(SUFFIX):
            found.parts += 1
            _check_part(source, name, archive, keys, ledger, found)
    return found


def check_films(
    source: Source, sums: Mapping[str, str], opened: Opened, ledger: Ledger
) -> list[Finding]:
    """Is each film the one that was listed, and was the listed one recorded in the ledger?"""
    if not sums.get(FILMS):
        return []
    recorded = {str(line.data["sha256"]) for line in ledger.lines if "sha256" in line.data}
    findings = []
    for number, film in enumerate(_films(source), start=1):
        listed, path = str(film.get("sha256", "")), str(film.get("path", ""))
        plain = opened.sums.get(path, "" if path.endswith(SUFFIX) else sums.get(path, ""))
        what = f"录像第 {number} 段"
        if plain and plain != listed:
            said = f"{path.removeprefix(PAYLOAD)}：{what}与录像清单记载的哈希不符，内容被改动或截断"
            findings.append(Finding("changed", path, said))
        if recorded and listed not in recorded:
            said = f"{what}：录像清单写的哈希在台账中没有记载，清单被改动或录像被替换"
            findings.append(Finding("changed", FILMS, said))
    return findings


def archive_uid(info: Mapping[str, str]) -> str:
    """The archive's own name, as bag-info.txt has it."""
    return info.get("Internal-Sender-Identifier", "")


def _check_part(
    source: Source, name: str, archive: str, keys: PartKeys, ledger: Ledger, found: Opened
) -> None:
    said = name.removeprefix(PAYLOAD)
    try:
        header, _ = read_header(pieces(source, name))
    except (BadPart, UnreadableError) as bad:
        found.findings.append(Finding("malformed", name, f"{said}：{bad}"))
        return
    if (header.archive, header.path) != (archive, name):
        own = header.path.removeprefix(PAYLOAD)
        where = f"原是“{own}”" if header.archive == archive else "是另一份档案里的"
        text = f"{said}：加密件放错了位置，{where}，两件可能被调换"
        found.findings.append(Finding("changed", name, text))
        return
    key = keys.key(archive, name)
    if key is None:
        gone = keys.destroyed_at(archive, name)
        why = f"未开封：钥匙已于 {gone[:10]} 按保管期限销毁" if gone else GONE_OR_NOT_GIVEN
        found.findings.append(Finding("withheld", name, f"{said}：{why}"))
        return
    try:
        _open(source, name, key, ledger, found)
    except (BadPart, UnreadableError) as bad:
        found.findings.append(Finding("changed", name, f"{said}：{bad}"))


def _open(source: Source, name: str, key: bytes, ledger: Ledger, found: Opened) -> None:
    digest, held, size = hashlib.sha256(), [], 0
    record = name.startswith(PERSONAL) and name.endswith(".json" + SUFFIX)
    for piece in open_part(pieces(source, name), key):
        digest.update(piece)
        size += len(piece)
        if record and size <= LONGEST_RECORD:
            held.append(piece)
    found.sums[name] = digest.hexdigest()
    found.opened += 1
    if record:
        _check_record(name, b"".join(held), ledger, found)


def _check_record(name: str, text: bytes, ledger: Ledger, found: Opened) -> None:
    """A person's record: every value opens the commitment that the ledger made to it."""
    try:
        record = parse_json(text)
        openings = record["openings"]
        if record["format"] != PERSON or not isinstance(openings, list):
            raise ValueError("another format")
    except (KeyError, TypeError, ValueError):
        said = f"{name.removeprefix(PAYLOAD)}：开封后不是 {PERSON} 格式的个人记录"
        found.findings.append(Finding("malformed", name, said))
        return
    found.findings += open_all(openings, ledger.commitments, name)
    found.commitments += len(openings)


def _films(source: Source) -> Iterator[dict[str, Any]]:
    """The list of films; what cannot be read is reported by the manifest or not a list at all."""
    try:
        listed = parse_json(b"".join(pieces(source, FILMS)))
    except (UnreadableError, ValueError):
        return
    if isinstance(listed, list):
        yield from (film for film in listed if isinstance(film, dict))

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
FILM_FOLDER = "data/06-录像/"
FILMS = f"{FILM_FOLDER}录像清单.json"
RECORDED = "recording_filed"
LONGEST_RECORD = 64 << 20
NOT_GIVEN = "没有给出钥匙，未开封"


@dataclass
class Opened:
    """What came of the parts: how many opened, the plain hash and size of each, commitments."""

    findings: list[Finding] = field(default_factory=list)
    parts: int = 0
    opened: int = 0
    commitments: int = 0
    sums: dict[str, str] = field(default_factory=dict)
    sizes: dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Bag:
    """The archive being read: its files with their sizes, its uid, its ledger."""

    source: Source
    sizes: Mapping[str, int]
    uid: str
    ledger: Ledger


def check_parts(bag: Bag, keys: PartKeys) -> Opened:
    """Every encrypted part: its header always, its content where a key was given."""
    found = Opened()
    for name in sorted(bag.sizes):
        if name.startswith(PAYLOAD) and name.endswith(SUFFIX):
            found.parts += 1
            _check_part(bag, name, keys, found)
    return found


def check_films(bag: Bag, sums: Mapping[str, str], opened: Opened) -> list[Finding]:
    """Is each film the one that was listed and recorded in the ledger, and is each of them listed?

    Without its key a film is weighed, not read: a part says how long its content is.
    """
    films = list(_films(bag.source)) if sums.get(FILMS) else []
    findings: list[Finding] = []
    for number, film in enumerate(films, start=1):
        findings += _film_findings(number, film, bag, sums, opened)
    listed = {str(film.get("path", "")) for film in films}
    for path in sorted(sums):
        if path.startswith(FILM_FOLDER) and path != FILMS and path not in listed:
            said = f"{path.removeprefix(PAYLOAD)}：录像清单中没有这一段"
            findings.append(Finding("added", path, said))
    return [*findings, *_unlisted(bag.ledger, films)]


def _film_findings(
    number: int, film: dict[str, Any], bag: Bag, sums: Mapping[str, str], opened: Opened
) -> Iterator[Finding]:
    path, listed = str(film.get("path", "")), film.get("sha256")
    closed = path.endswith(SUFFIX)
    digest = opened.sums.get(path) if closed else sums.get(path)
    size = opened.sizes.get(path) if closed else bag.sizes.get(path)
    name, what = path.removeprefix(PAYLOAD), f"录像第 {number} 段"
    if (digest and digest != listed) or (size is not None and size != film.get("size")):
        said = f"{name}：{what}与录像清单记载的不符，内容被改动或截断"
        yield Finding("changed", path, said)
    if path and path not in sums:
        yield Finding("removed", path, f"{name}：{what}在录像清单中有，档案中没有")
    if _recorded(bag.ledger) and listed not in _hashes_in(bag.ledger):
        said = f"{what}：录像清单写的哈希在台账中没有记载，清单被改动或录像被替换"
        yield Finding("changed", FILMS, said)


def _unlisted(ledger: Ledger, films: list[dict[str, Any]]) -> Iterator[Finding]:
    listed = {film.get("sha256") for film in films}
    for digest, number in _recorded(ledger).items():
        if digest not in listed:
            said = f"录像清单缺少一段：台账第 {number} 行记载过它"
            yield Finding("removed", FILMS, said)


def _recorded(ledger: Ledger) -> dict[str, int]:
    """Films that were handed in, as the ledger knows them: hash → line."""
    films = [line for line in ledger.lines if line.verb == RECORDED and "sha256" in line.data]
    return {str(line.data["sha256"]): line.number for line in films}


def _hashes_in(ledger: Ledger) -> set[str]:
    """Every hash that a line names, by whatever name."""
    said = (value for line in ledger.lines for value in line.data.values())
    return {value for value in said if isinstance(value, str)}


def archive_uid(info: Mapping[str, str]) -> str:
    """The archive's own name, as bag-info.txt has it."""
    return info.get("Internal-Sender-Identifier", "")


def _check_part(bag: Bag, name: str, keys: PartKeys, found: Opened) -> None:
    said = name.removeprefix(PAYLOAD)
    try:
        header, _ = read_header(pieces(bag.source, name))
    except (BadPart, UnreadableError) as bad:
        found.findings.append(Finding("malformed", name, f"{said}：{bad}"))
        return
    if (header.archive, header.path) != (bag.uid, name):
        own = header.path.removeprefix(PAYLOAD)
        where = f"原是“{own}”" if header.archive == bag.uid else "是另一份档案里的"
        text = f"{said}：加密件放错了位置，{where}，两件可能被调换"
        found.findings.append(Finding("changed", name, text))
        return
    found.sizes[name] = header.plain_size(bag.sizes[name])
    key = keys.key(bag.uid, name)
    if key is None:
        gone = keys.destroyed_at(bag.uid, name)
        why = f"钥匙已于 {gone[:10]} 按保管期限销毁，未开封" if gone else NOT_GIVEN
        found.findings.append(Finding("withheld", name, f"{said}：{why}"))
        return
    try:
        _open(bag, name, key, found)
    except (BadPart, UnreadableError) as bad:
        found.findings.append(Finding("changed", name, f"{said}：{bad}"))


def _open(bag: Bag, name: str, key: bytes, found: Opened) -> None:
    digest, held, size = hashlib.sha256(), [], 0
    record = name.startswith(PERSONAL) and name.endswith(".json" + SUFFIX)
    for piece in open_part(pieces(bag.source, name), key):
        digest.update(piece)
        size += len(piece)
        if record and size <= LONGEST_RECORD:
            held.append(piece)
    found.sums[name] = digest.hexdigest()
    found.opened += 1
    if record:
        _check_record(name, b"".join(held), bag.ledger, found)


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

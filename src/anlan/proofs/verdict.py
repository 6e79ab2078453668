"""Is this archive still what was sealed? `verify` reads everything and trusts nothing.

What it cannot say by itself: a forger who rewrites the files, both manifests, the ledger lines and
the receipts leaves an archive that agrees with itself. Against that stand the log's public key, and
the seal that was published when the archive was sealed: give the one, compare the other.
"""

import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from cryptography.x509 import Certificate

from anlan.proofs.bag import (
    CHUNK,
    DECLARATION,
    DECLARATION_TEXT,
    INFO,
    MANIFEST,
    OXUM,
    PAYLOAD,
    TAGMANIFEST,
)
from anlan.proofs.bundle import LONGEST, RECEIPTS, check_bundle
from anlan.proofs.enclosed import Bag, Opened, archive_uid, check_films, check_parts
from anlan.proofs.findings import WRONG, Finding, UnreadableError, Verdict
from anlan.proofs.ledger_lines import LEDGER, OPENINGS, Ledger, check_ledger, check_openings
from anlan.proofs.part_keys import PartKeys
from anlan.proofs.revocations import Revocations
from anlan.proofs.sources import Source, opened, pieces

__all__ = ["Finding", "Means", "Verdict", "archives_in", "verify", "verify_archive"]

LINE = re.compile(r"([0-9a-f]{64})  (\S.*)")
LONGEST_TAG_FILE = 64 << 20
UNREAD = ""  # stands for the hash of a file that was found broken and reported


@dataclass(frozen=True, slots=True)
class Means:
    """What the checker brings along.

    `vkeys`: published public keys (C2SP); `keys`: keys of parts; `authorities`: of time stamps;
    `anchors`: roots of who issues certificates; `revoked`: a list of revoked ones; `holder`: the
    ID number and code of whoever says that a badge is theirs.
    """

    vkeys: Sequence[str] = ()
    keys: PartKeys = field(default_factory=PartKeys)
    authorities: Sequence[Certificate] = ()
    anchors: Sequence[Certificate] = ()
    revoked: Revocations | None = None
    holder: tuple[str, str] | None = None


NOTHING = Means()


def verify(path: Path | str, means: Means = NOTHING) -> Verdict:
    """Check one archive (zip or unpacked), or every archive that lies in a folder."""
    path = Path(path)
    archives = archives_in(path)
    if archives == [path]:
        return verify_archive(path, means)
    verdicts = {one.relative_to(path).as_posix(): verify_archive(one, means) for one in archives}
    findings = [
        Finding(finding.kind, f"{name}/{finding.path}", f"{name}：{finding.text}")
        for name, verdict in verdicts.items()
        for finding in verdict.findings
    ]
    if any(finding.kind in WRONG for finding in findings):
        findings = [finding for finding in findings if finding.kind in WRONG]
    if not archives:
        findings = [Finding("malformed", path.name, f"{path.name}：这个文件夹里没有封存档案")]
    return Verdict(
        findings=tuple(findings),
        files=sum(verdict.files for verdict in verdicts.values()),
        bytes=sum(verdict.bytes for verdict in verdicts.values()),
        strict=bool(means.vkeys),
    )


def archives_in(path: Path) -> list[Path]:
    """The archive itself, or the zips and unpacked bags inside a folder and its folders."""
    if not path.is_dir() or any((path / name).exists() for name in (DECLARATION, MANIFEST)):
        return [path]
    found: list[Path] = []
    for inner in sorted(path.iterdir()):
        if inner.suffix.lower() == ".zip" or (inner.is_dir() and (inner / DECLARATION).exists()):
            found.append(inner)
        elif inner.is_dir() and not inner.is_symlink():
            found += archives_in(inner)
    return found


def verify_archive(path: Path, means: Means = NOTHING) -> Verdict:
    try:
        with opened(path) as source:
            return _examine(source, means)
    except UnreadableError as unreadable:
        return Verdict((Finding("malformed", path.name, f"{path.name}：{unreadable}"),))


def _examine(source: Source, means: Means) -> Verdict:
    findings = list(source.problems)
    sums, sizes = _hash_all(source, findings)
    texts = {name: _tag_text(source, name, sums, findings) for name in (DECLARATION, INFO)}
    if texts[DECLARATION] not in (DECLARATION_TEXT, ""):
        findings.append(Finding("malformed", DECLARATION, f"{DECLARATION}：不是 BagIt 1.0 声明"))
    payload = {name: digest for name, digest in sums.items() if name.startswith(PAYLOAD)}
    tags = {name: sums[name] for name in sums if name not in payload and name != TAGMANIFEST}
    findings += _compare(_listed(source, MANIFEST, sums, findings), payload, MANIFEST)
    findings += _compare(_listed(source, TAGMANIFEST, sums, findings), tags, TAGMANIFEST)
    info = _info(texts[INFO])
    octets = sum(sizes[name] for name in payload)
    if info.get(OXUM) != f"{octets}.{len(payload)}":
        text = f"{INFO} 记载的总量与实有 {len(payload)} 个文件、{octets} 字节不符"
        findings.append(Finding("changed", INFO, text))
    findings += _check_records(source, (sums, sizes), info, means)
    shown = [finding for finding in findings if finding.kind in WRONG]
    if not shown:
        text = f"{len(payload)} 个文件逐一核对，与清单一致"
        shown = [Finding("ok", MANIFEST, text), *sorted(findings, key=_from_ok)]
    seal = sums.get(TAGMANIFEST, "")
    return Verdict(tuple(shown), len(payload), octets, info, seal, bool(means.vkeys))


def _from_ok(finding: Finding) -> int:
    """What holds is said first, what was not opened last."""
    return ("ok", "unchecked", "withheld").index(finding.kind)


def _hash_all(source: Source, findings: list[Finding]) -> tuple[dict[str, str], dict[str, int]]:
    sums: dict[str, str] = {}
    sizes: dict[str, int] = {}
    for name in source.names:
        digest, size = hashlib.sha256(), 0
        try:
            for piece in pieces(source, name):
                digest.update(piece)
                size += len(piece)
        except UnreadableError as unreadable:
            findings.append(Finding("changed", name, f"{name}：{unreadable}"))
            sums[name], sizes[name] = UNREAD, 0
        else:
            sums[name], sizes[name] = digest.hexdigest(), size
    return sums, sizes


def _tag_text(source: Source, name: str, sums: Mapping[str, str], findings: list[Finding]) -> str:
    """A tag file as text; "" when it is missing, which the tag manifest reports."""
    if name not in sums:
        return ""
    parts: list[bytes] = []
    try:
        for piece in pieces(source, name):
            parts.append(piece)
            if len(parts) * CHUNK > LONGEST_TAG_FILE:
                raise UnreadableError("过大")
        return b"".join(parts).decode()
    except (UnreadableError, UnicodeDecodeError):
        findings.append(Finding("malformed", name, f"{name}：无法作为 UTF-8 文本读出"))
        return ""


def _listed(
    source: Source, manifest: str, sums: Mapping[str, str], findings: list[Finding]
) -> dict[str, str]:
    """A manifest's lines: path → hash."""
    if manifest not in sums:
        findings.append(Finding("removed", manifest, f"{manifest}：缺少清单，无法核对"))
    listed: dict[str, str] = {}
    text = _tag_text(source, manifest, sums, findings).removesuffix("\n")
    for number, line in enumerate(text.split("\n") if text else [], start=1):
        match = LINE.fullmatch(line)
        path = match[2] if match else ""
        if not match or path in listed or path.startswith(PAYLOAD) != (manifest == MANIFEST):
            said = f"{manifest} 第 {number} 行：写法不合规范或重复"
            findings.append(Finding("malformed", manifest, said))
            continue
        listed[path] = match[1]
    return listed


def _compare(listed: Mapping[str, str], present: Mapping[str, str], manifest: str) -> list[Finding]:
    findings: list[Finding] = []
    for path in sorted(listed.keys() | present.keys()):
        if path not in present:
            findings.append(
                Finding("removed", path, f"{path}：清单中有，档案中没有（被删除或改名）")
            )
        elif path not in listed:
            findings.append(Finding("added", path, f"{path}：清单中没有，是后来加入的"))
        elif present[path] not in (listed[path], UNREAD):
            findings.append(Finding("changed", path, f"{path}：内容与 {manifest} 记载的哈希不符"))
    return findings


def _check_records(
    source: Source,
    read: tuple[Mapping[str, str], Mapping[str, int]],
    info: Mapping[str, str],
    means: Means,
) -> list[Finding]:
    """Ledger lines, their receipts, what opens their commitments, the films: good and bad alike."""
    sums, sizes = read
    ledger = Ledger()
    findings: list[Finding] = []
    if sums.get(LEDGER, UNREAD) != UNREAD:
        ledger = check_ledger(pieces(source, LEDGER))
        findings += ledger.findings
        count = len(ledger.lines)
        findings.append(Finding("ok", LEDGER, f"台账 {count} 行，哈希逐行重新计算，全部一致"))
        findings += _check_receipts(source, sums, ledger, means)
    if sums.get(OPENINGS, UNREAD) != UNREAD:
        wrong, count = check_openings(pieces(source, OPENINGS), ledger.commitments)
        findings += wrong
        findings.append(Finding("ok", OPENINGS, f"个人信息承诺 {count} 项，逐项打开，全部一致"))
    bag = Bag(source, sizes, archive_uid(info), ledger)
    parts = check_parts(bag, means.keys)
    findings += [*_parts_said(parts), *parts.findings]
    return [*findings, *check_films(bag, sums, parts)]


def _check_receipts(
    source: Source, sums: Mapping[str, str], ledger: Ledger, means: Means
) -> list[Finding]:
    if sums.get(RECEIPTS, UNREAD) == UNREAD:
        text = "档案里没有台账的回执，台账出自哪个日志未核"
        return [Finding("unchecked", RECEIPTS, text)]
    parts: list[bytes] = []
    for piece in pieces(source, RECEIPTS):
        parts.append(piece)
        if len(parts) * CHUNK > LONGEST:
            return [Finding("malformed", RECEIPTS, "receipts.json：过大，拒绝读取")]
    return check_bundle(b"".join(parts), ledger, means.vkeys, means.authorities)


def _parts_said(parts: Opened) -> list[Finding]:
    if not parts.opened:
        return []
    said = f"加密件 {parts.parts} 件中开封 {parts.opened} 件，内容完整"
    if parts.commitments:
        said += f"；个人信息承诺 {parts.commitments} 项，逐项打开，全部一致"
    return [Finding("ok", PAYLOAD, said)]


def _info(text: str) -> dict[str, str]:
    pairs = (line.partition(": ") for line in text.split("\n") if line)
    return {label: value for label, _, value in pairs}

"""What a file is, and who checks it: one line for each kind of evidence.

A JSON file says by its `format` what it is; a PDF is a certificate, a JWT a badge; all else is an
archive.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from anlan.proofs import badge, certificate, receipt, segments
from anlan.proofs.findings import Verdict
from anlan.proofs.verdict import Means, archives_in, verify_archive

ARCHIVE = "archive"
LONGEST_LOOK = 64 << 20


@dataclass(frozen=True, slots=True)
class Evidence:
    """One kind: its check, and the sentence that sums a verdict up."""

    check: Callable[[Path, Means], Verdict]
    conclude: Callable[[Verdict], str]


def check(path: Path, means: Means) -> Verdict:
    """The verdict on one thing, whatever it is."""
    return evidence_of(path).check(path, means)


def evidence_of(path: Path) -> Evidence:
    return KINDS[kind_of(path)]


def kind_of(path: Path) -> str:
    """A key of `KINDS`. A JSON file of no known format is taken for a receipt, which says so."""
    suffix = path.suffix.lower()
    if path.is_dir() or suffix not in (".json", ".pdf", ".jwt"):
        return ARCHIVE
    if suffix != ".json":
        return suffix
    said = format_of(path)
    return said if said in KINDS else receipt.FORMAT


def format_of(path: Path) -> str:
    """The `format` of a JSON file; empty when it has none or cannot be read."""
    try:
        if path.stat().st_size > LONGEST_LOOK:
            return ""
        said = json.loads(path.read_bytes())
    except (OSError, ValueError, RecursionError):
        return ""
    return str(said.get("format", "")) if isinstance(said, dict) else ""


def things_at(path: Path) -> list[Path]:
    """The thing itself; of a folder, every archive and every file of a known kind right in it."""
    archives = archives_in(path)
    if archives == [path]:
        return archives
    others = [inner for inner in sorted(path.iterdir()) if _is_known(inner)]
    return sorted([*archives, *others]) or [path]


def _is_known(path: Path) -> bool:
    suffix = path.suffix.lower()
    if suffix == ".json":
        return path.is_file() and format_of(path) in KINDS
    return suffix in KINDS


def _check_receipt(path: Path, means: Means) -> Verdict:
    return Verdict(tuple(receipt.check_file(path, means.vkeys, means.authorities)), strict=True)


def _conclude_receipt(verdict: Verdict) -> str:
    return receipt.conclusion(verdict.findings)


def _check_segments(path: Path, _means: Means) -> Verdict:
    return Verdict(tuple(segments.check_segments(path)))


def _conclude_segments(verdict: Verdict) -> str:
    return "录像分段齐全，与清单一致。" if verdict.ok else "录像分段不可信，原因见上。"


def _check_certificate(path: Path, means: Means) -> Verdict:
    findings = certificate.check_file(path, means.anchors, means.revoked)
    return Verdict(tuple(findings), strict=True)


def _conclude_certificate(verdict: Verdict) -> str:
    return certificate.conclusion(verdict.findings)


def _check_badge(path: Path, means: Means) -> Verdict:
    findings = badge.check_file(path, means.anchors, means.revoked, means.holder)
    return Verdict(tuple(findings), strict=True)


def _conclude_badge(verdict: Verdict) -> str:
    return badge.conclusion(verdict.findings)


def _conclude_archive(verdict: Verdict) -> str:
    kinds = {finding.kind for finding in verdict.findings}
    amount = f"{verdict.files} 个文件，{verdict.bytes:,} 字节"
    if not verdict.ok:
        return "档案不可信，原因见上。" if verdict.wrong else "档案完好，但出处没有核实，原因见上。"
    if "unchecked" in kinds:
        return f"档案完好，{amount}；出处未核，见上。"
    return f"档案完好，{amount}。"


KINDS: Mapping[str, Evidence] = {
    ARCHIVE: Evidence(verify_archive, _conclude_archive),
    receipt.FORMAT: Evidence(_check_receipt, _conclude_receipt),
    segments.FORMAT: Evidence(_check_segments, _conclude_segments),
    ".pdf": Evidence(_check_certificate, _conclude_certificate),
    ".jwt": Evidence(_check_badge, _conclude_badge),
}

"""Is this PDF the certificate that the issuer signed, to the last byte?

The rule is strict because these PDFs are made in one way: one signature, whose byte range is the
whole file but for the signature itself. So nothing can stand before, after or beside what was
signed, and what a reader shows is what the issuer signed. PDFs of other makers are not judged here.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from hashlib import sha256
from pathlib import Path
from typing import Any

from cryptography import x509

from anlan.proofs import cms, revocations
from anlan.proofs.canonical import parse_json
from anlan.proofs.findings import Finding, Kind
from anlan.proofs.moments import CHINA, pdf_moment
from anlan.proofs.trust import fingerprint, grouped, name_of, why_not

FACTS = "anlan-certificate/1"
FACTS_KEY = "XXAnlanFacts"  # a private name as ISO 32000-1 Annex E has it
FILE, SIGNATURE, AUTHORITY, CONTENT = "文件", "电子签名", "发证机关", "证明内容"
EXPIRED = "（已过期）"
LONGEST_PDF = 32 << 20
RANGE = re.compile(rb"/ByteRange\s*\[(\d{1,10}) (\d{1,10}) (\d{1,10}) (\d{1,10})\]")
HEX = re.compile(rb"<([0-9A-F]+)>")
SIGNED_AT = re.compile(rb"/M \(D(?::|\\072)([0-9Z+\-']{15,21})\)")
WRITTEN = re.compile(rb"/" + FACTS_KEY.encode() + rb" <([0-9A-Fa-f]+)>")


@dataclass(frozen=True)
class _Ranges:
    """What the signature says that it covers, and what the file really has."""

    head: bytes
    gap: bytes
    tail: bytes
    beyond: int  # octets after the end of what is covered

    @property
    def digest(self) -> bytes:
        return sha256(self.head + self.tail).digest()


def check_file(
    path: Path,
    anchors: Sequence[x509.Certificate],
    revoked: revocations.Revocations | None = None,
) -> list[Finding]:
    """`check_pdf` for a file."""
    try:
        with path.open("rb") as stream:
            data = stream.read(LONGEST_PDF + 1)
    except OSError:
        return [_finding("malformed", FILE, "读不到这个文件，请核对路径")]
    if len(data) > LONGEST_PDF:
        return [_finding("malformed", FILE, f"大于 {LONGEST_PDF >> 20} MB，不是培训合格证明")]
    return check_pdf(data, anchors, revoked)


def check_pdf(
    data: bytes,
    anchors: Sequence[x509.Certificate],
    revoked: revocations.Revocations | None = None,
) -> list[Finding]:
    """What holds and what does not: bytes, signature, signer, facts, revocation.

    Without a trusted certificate in `anchors` the signature is checked all the same, but the
    certificate is not good: anybody can make a key. The moment of signing is the signer's word;
    the log's receipt is what proves it.
    """
    if not data.startswith(b"%PDF-"):
        return [_finding("malformed", FILE, "不是 PDF 文件，或文件头已损坏")]
    try:
        ranges = _ranges(data)
        signature = _signature(ranges)
    except cms.BadSignature as bad:
        return [_finding("malformed", SIGNATURE, str(bad))]
    if ranges is None or signature is None:
        return [_finding("removed", SIGNATURE, "没有电子签名：不是平台签发的原件，或签名已被去除")]
    findings = [*_file_findings(ranges, signature), _signature_finding(signature)]
    if any(one.kind != "ok" for one in findings):
        return findings
    return [*findings, _authority(data, signature, anchors), *_content(data, revoked)]


def facts_in(data: bytes) -> dict[str, Any]:
    """The facts that the signature dictionary bears; {} if it bears none that can be read."""
    found = WRITTEN.findall(data)
    try:
        said = parse_json(bytes.fromhex(found[0].decode())) if len(found) == 1 else {}
    except ValueError:
        return {}
    return said if isinstance(said, dict) and said.get("format") == FACTS else {}


def conclusion(findings: Sequence[Finding]) -> str:
    """One sentence for whoever reads only the last line."""
    kinds = {finding.kind for finding in findings}
    if kinds == {"ok"}:
        asked = any(finding.path == revocations.LIST for finding in findings)
        expired = "，但已过有效期" if any(EXPIRED in one.text for one in findings) else ""
        rest = "" if asked else "；是否已被撤销，请到公开核验页查询"
        return f"证明真实，签名有效{expired}{rest}。"
    if kinds == {"ok", "unchecked"}:
        return "文件自签名后没有改动，但签名人未核对，还不能算真实。"
    if kinds == {"ok", "revoked"}:
        return "证明真实，但已被撤销，不再有效。"
    return "证明不可信，原因见上。"


def _ranges(data: bytes) -> _Ranges | None:
    found = RANGE.findall(data)
    if not found:
        return None
    if len(found) > 1:
        raise cms.BadSignature(f"有 {len(found)} 处签名，原件只有一处：签发之后又被签名或改写")
    start, head, resumed, tail = (int(figure) for figure in found[0])
    end = resumed + tail
    if start or not head < resumed <= end:
        raise cms.BadSignature("签名的覆盖范围不是整个文件")
    if end > len(data):
        raise cms.BadSignature(f"文件被截断：应有 {end} 字节，现有 {len(data)} 字节")
    return _Ranges(data[:head], data[head:resumed], data[resumed:end], len(data) - end)


def _signature(ranges: _Ranges | None) -> cms.Signature | None:
    """Read from the gap, which holds the signature in capital hex, noughts after it and no more."""
    if ranges is None:
        return None
    match = HEX.fullmatch(ranges.gap)
    if match is None or len(match[1]) % 2:
        raise cms.BadSignature("签名所在的位置不是签名，或被改动")
    octets = bytes.fromhex(match[1].decode())
    size = _size(octets)
    if octets[size:].strip(b"\0"):
        raise cms.BadSignature("签名之后的填充处有别的内容")
    return cms.parse(octets[:size])


def _size(octets: bytes) -> int:
    """How long the first DER value says that it is."""
    if len(octets) < 4 or octets[:2] != b"\x30\x82":
        raise cms.BadSignature("签名的结构读不通，已损坏或不是本平台的签名")
    return 4 + int.from_bytes(octets[2:4], "big")


def _file_findings(ranges: _Ranges, signature: cms.Signature) -> list[Finding]:
    findings = []
    if ranges.digest != signature.digest:
        text = "内容与签名时不同：签名之后有字节被改动"
        findings.append(_finding("changed", FILE, text))
    if ranges.beyond:
        text = f"签名之后又追加了 {ranges.beyond} 字节（增量更新），显示的内容可能已被替换"
        findings.append(_finding("added", FILE, text))
    if not findings:
        size = len(ranges.head) + len(ranges.gap) + len(ranges.tail)
        text = f"共 {size:,} 字节，全部在签名之下，没有改动"
        findings.append(_finding("ok", FILE, text))
    return findings


def _signature_finding(signature: cms.Signature) -> Finding:
    if not signature.holds:
        return _finding("changed", SIGNATURE, "签名与签名证书对不上，签名或证书被改动")
    digits = grouped(fingerprint(signature.signer))
    text = f"由「{name_of(signature.signer)}」签名，签名证书指纹 {digits}"
    return _finding("ok", SIGNATURE, text)


def _authority(
    data: bytes, signature: cms.Signature, anchors: Sequence[x509.Certificate]
) -> Finding:
    if not anchors:
        text = "没有给出发证机关证书，签名人未核对；请用 --trust 给出公布的证书（/c/issuer.pem）"
        return _finding("unchecked", AUTHORITY, text)
    try:
        at = _signed_at(data)
    except ValueError:
        return _finding("malformed", AUTHORITY, "没有写明签名时间")
    if reason := why_not(signature.signer, signature.between, anchors, at):
        return _finding("changed", AUTHORITY, f"{reason}：可能是另一把密钥重新签名的仿制件")
    text = (
        f"签名证书由所给的发证机关签发，签名时间（签名方自述）{at.astimezone(CHINA):%Y-%m-%d %H:%M}"
    )
    return _finding("ok", AUTHORITY, text)


def _signed_at(data: bytes) -> datetime:
    found = SIGNED_AT.findall(data)
    if len(found) != 1:
        raise ValueError("no signing time, or several")
    return pdf_moment(found[0].decode("ascii"))


def _content(data: bytes, revoked: revocations.Revocations | None) -> list[Finding]:
    facts = facts_in(data)
    if not facts.get("number"):
        return [_finding("malformed", CONTENT, "签名里没有证明的编号和内容，不是培训合格证明")]
    said = "，".join(
        str(facts[key]) for key in ("number", "name", "class", "provider") if key in facts
    )
    until = f"，{facts['issued_on']} 颁发，有效期至 {facts['valid_until']}"
    version = f"，第 {facts['version']} 版"
    expired = EXPIRED if _expired(facts) else ""
    findings = [_finding("ok", CONTENT, f"{said}{until}{expired}{version}")]
    if revoked is not None:
        findings.append(revocations.finding(str(facts["number"]), revoked))
    return findings


def _expired(facts: dict[str, Any]) -> bool:
    until = str(facts.get("valid_until", ""))
    return bool(until) and until < date.today().isoformat()  # noqa: DTZ011 - the reader's own day


def _finding(kind: Kind, part: str, text: str) -> Finding:
    return Finding(kind, part, f"{part}：{text}")

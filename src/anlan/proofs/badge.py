"""An Open Badges 3.0 credential (VC-JWT): is it the issuer's, and is it this person's?

The holder is in it only as a salted hash of ID number and holder's code: without the code, which
the holder alone can see, nobody can find the number by trying.
"""

import hmac
import re
import unicodedata
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import Any

from cryptography import x509

from anlan.proofs import jws, revocations
from anlan.proofs.findings import Finding, Kind
from anlan.proofs.moments import moment, shown
from anlan.proofs.trust import fingerprint, grouped, name_of, why_not

BADGE, AUTHORITY, CONTENT, HOLDER = "电子徽章", "发证机关", "徽章内容", "持有人"
IDENTITY = "ext:anlanHolder"
HASH = "sha256$"
LONGEST_BADGE = 1 << 20
NUMBER = re.compile(r"AL\d{4}-\d{6}-\d")


def check_file(
    path: Path,
    anchors: Sequence[x509.Certificate],
    revoked: revocations.Revocations | None = None,
    holder: tuple[str, str] | None = None,
) -> list[Finding]:
    """`check_badge` for a file."""
    try:
        with path.open("rb") as stream:
            text = stream.read(LONGEST_BADGE).decode("ascii")
    except OSError:
        return [_finding("malformed", BADGE, "读不到这个文件，请核对路径")]
    except UnicodeDecodeError:
        return [_finding("malformed", BADGE, "不是签名的 JWT")]
    return check_badge(text, anchors, revoked, holder)


def check_badge(
    text: str,
    anchors: Sequence[x509.Certificate],
    revoked: revocations.Revocations | None = None,
    holder: tuple[str, str] | None = None,
) -> list[Finding]:
    """What holds and what does not; `holder` is (ID number, holder's code) of whoever claims it."""
    try:
        badge = jws.read_compact(text)
        signer, *between = badge.chain()
    except (jws.BadJws, ValueError) as bad:
        said = str(bad) if isinstance(bad, jws.BadJws) else "没有附签名证书"
        return [_finding("malformed", BADGE, said)]
    if not badge.holds(signer.public_key()):
        return [_finding("changed", BADGE, "签名与内容对不上：内容或签名被改动")]
    if wrong := _disagreement(badge.payload):
        return [_finding("malformed", BADGE, wrong)]
    digits = grouped(fingerprint(signer))
    findings = [
        _finding("ok", BADGE, f"由「{name_of(signer)}」签名，没有改动，签名证书指纹 {digits}"),
        _authority(badge.payload, signer, between, anchors),
        _content(badge.payload),
    ]
    number = number_of(badge.payload)
    if revoked is not None and number:
        findings.append(revocations.finding(number, revoked))
    if holder is not None:
        findings.append(_holder(badge.payload, *holder))
    return findings


def identity_hash(id_number: str, code: str, salt: str) -> str:
    """As OB 3.0 hashes an identity: "sha256$" and the hex of SHA-256(identity ‖ salt)."""
    identity = f"{_normal(id_number)}:{_normal(code)}"
    return HASH + sha256((identity + salt).encode()).hexdigest()


def is_holder(credential: Mapping[str, Any], id_number: str, code: str) -> bool:
    """Does this ID number with this code open the credential's identity?"""
    return any(
        one.get("identityType") == IDENTITY
        and hmac.compare_digest(
            str(one.get("identityHash", "")).encode(),
            identity_hash(id_number, code, str(one.get("salt", ""))).encode(),
        )
        for one in credential["credentialSubject"].get("identifier", [])
    )


def number_of(credential: Mapping[str, Any]) -> str:
    """The certificate's number, from the credential's address; empty if there is none."""
    match = NUMBER.search(str(credential.get("id", "")))
    return match[0] if match else ""


def conclusion(findings: Sequence[Finding]) -> str:
    """One sentence for whoever reads only the last line."""
    kinds = {finding.kind for finding in findings}
    if kinds == {"ok"}:
        asked = any(finding.path == revocations.LIST for finding in findings)
        return "徽章真实，签名有效" + ("。" if asked else "；是否已被撤销，请到公开核验页查询。")
    if kinds == {"ok", "unchecked"}:
        return "徽章没有改动，但签名人未核对，还不能算真实。"
    if kinds == {"ok", "revoked"}:
        return "徽章真实，但证明已被撤销，不再有效。"
    return "徽章不可信，原因见上。"


def _disagreement(said: Mapping[str, Any]) -> str:
    """The claims of the JWT must repeat the credential (OB 3.0, JWT proof); empty if they do."""
    try:
        pairs = [
            (said["iss"], said["issuer"]["id"]),
            (said["jti"], said["id"]),
            (said["sub"], said["credentialSubject"]["id"]),
            (said["nbf"], int(moment(said["validFrom"]).timestamp())),
            (said["exp"], int(moment(said["validUntil"]).timestamp())),
        ]
        achievement = said["credentialSubject"]["achievement"]
        named = all((achievement["name"], said["issuer"]["name"]))
    except (KeyError, TypeError, ValueError):
        return "缺少开放徽章 3.0 要求的内容"
    if not named or "OpenBadgeCredential" not in said.get("type", []):
        return "不是开放徽章 3.0"
    return "" if all(a == b for a, b in pairs) else "JWT 的声明与徽章的内容不一致"


def _authority(
    said: Mapping[str, Any],
    signer: x509.Certificate,
    between: Sequence[x509.Certificate],
    anchors: Sequence[x509.Certificate],
) -> Finding:
    if not anchors:
        text = "没有给出发证机关证书，签名人未核对；请用 --trust 给出公布的证书（/c/issuer.pem）"
        return _finding("unchecked", AUTHORITY, text)
    signed_at = said.get("iat")
    at = datetime.fromtimestamp(signed_at, UTC) if type(signed_at) is int else datetime.now(UTC)
    if reason := why_not(signer, between, anchors, at):
        return _finding("changed", AUTHORITY, f"{reason}：可能是另一把密钥重新签名的仿制件")
    return _finding("ok", AUTHORITY, "签名证书由所给的发证机关签发")


def _content(said: Mapping[str, Any]) -> Finding:
    until = moment(said["validUntil"])
    expired = "（已过期）" if until < datetime.now(UTC) else ""
    name = said["credentialSubject"]["achievement"]["name"]
    text = f"{number_of(said)}，《{name}》，{said['issuer']['name']}"
    text += f"，有效期至 {shown(said['validUntil'])}{expired}"
    return _finding("ok", CONTENT, text)


def _holder(said: Mapping[str, Any], id_number: str, code: str) -> Finding:
    if is_holder(said, id_number, code):
        return _finding("ok", HOLDER, "身份证号和持有人码与徽章相符，是本人的徽章")
    return _finding("changed", HOLDER, "身份证号和持有人码与徽章不符，不能证明是本人")


def _normal(text: str) -> str:
    return re.sub(r"[^0-9A-Z]", "", unicodedata.normalize("NFKC", text).upper())


def _finding(kind: Kind, part: str, text: str) -> Finding:
    return Finding(kind, part, f"{part}：{text}")

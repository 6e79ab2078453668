"""The list of revoked certificates, for whoever checks without the network.

A 1EdTech Revocation List (JSON) or the same signed (JWT): numbers and days, no names, no reasons.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cryptography import x509

from anlan.proofs import jws
from anlan.proofs.canonical import parse_json
from anlan.proofs.findings import Finding
from anlan.proofs.moments import moment, shown
from anlan.proofs.trust import why_not

LIST = "撤销名单"
LONGEST_LIST = 64 << 20
NUMBER = re.compile(r"AL\d{4}-\d{6}-\d")


@dataclass(frozen=True)
class Revocations:
    """Who is revoked since which day (ISO 8601), as the list stood at `as_of`."""

    as_of: str
    days: dict[str, str]
    signed: bool


class BadList(ValueError):
    """Not a list, or not signed by whom it should be; the message is plain Chinese."""


def read_list(path: Path, anchors: Sequence[x509.Certificate]) -> Revocations:
    """Raises `BadList`. A signed list must be signed by somebody whom `anchors` vouch for."""
    try:
        with path.open("rb") as stream:
            text = stream.read(LONGEST_LIST)
    except OSError as bad:
        raise BadList(f"读不到撤销名单 {path}，请核对路径") from bad
    try:
        if text.lstrip().startswith(b"{"):
            return _read(parse_json(text), signed=False)
        return _read(_verified(text.decode("ascii"), anchors), signed=True)
    except (ValueError, KeyError, TypeError) as bad:
        said = str(bad) if isinstance(bad, BadList | jws.BadJws) else "格式不对，请重新下载"
        raise BadList(f"撤销名单 {path.name}：{said}") from bad


def finding(number: str, revoked: Revocations) -> Finding:
    """What the list says of a certificate."""
    until = f"截至 {shown(revoked.as_of)}" + ("" if revoked.signed else "（名单没有签名）")
    day = revoked.days.get(number)
    if day is None:
        return Finding("ok", LIST, f"{LIST}：{until}，{number} 没有被撤销")
    return Finding("revoked", LIST, f"{LIST}：{number} 已于 {day} 被发证单位撤销，{until}")


def _verified(text: str, anchors: Sequence[x509.Certificate]) -> dict[str, Any]:
    found = jws.read_compact(text)
    signer, *between = found.chain()
    if not found.holds(signer.public_key()):
        raise BadList("签名无效，内容被改动")
    if not anchors:
        raise BadList("没有用 --trust 给出发证机关证书，签名无从核对")
    if reason := why_not(signer, between, anchors, moment(str(found.payload["asOf"]))):
        raise BadList(reason)
    return found.payload


def _read(said: dict[str, Any], *, signed: bool) -> Revocations:
    moment(said["asOf"])
    days = {}
    for one in said["revokedCredential"]:
        match = NUMBER.search(one["id"])
        if match and one["revoked"] is True:
            days[match[0]] = str(one["revokedOn"])
    return Revocations(said["asOf"], days, signed)

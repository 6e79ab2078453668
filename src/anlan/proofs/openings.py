"""What a receipt opens of the values that its entry only committed to, and what it keeps back."""

from collections.abc import Iterator, Mapping
from typing import Any

from anlan.proofs.canonical import opens
from anlan.proofs.findings import Finding

OPENED = "承诺值"
LONGEST_SHOWN = 60


def opening_findings(receipt: Mapping[str, Any]) -> list[Finding]:
    """A finding for every value that is shown or said to be withheld; a false one is named."""
    try:
        return list(_findings(receipt))
    except (AttributeError, KeyError, TypeError, ValueError, RecursionError):
        return [Finding("malformed", OPENED, f"{OPENED}：openings 或 withheld 写法不合规范")]


def _findings(receipt: Mapping[str, Any]) -> Iterator[Finding]:
    sealed = receipt["leaf"].get("commitments", {})
    for opening in receipt.get("openings", []):
        name, value = str(opening["name"]), opening["value"]
        yield _opened(sealed.get(name), name, bytes.fromhex(opening["salt"]), value)
    for name in receipt.get("withheld", []):
        if name in sealed:
            text = "原值未公开（个人密钥已销毁或未提供），不影响记录和证明的有效性"
            yield Finding("withheld", OPENED, f"{OPENED} {name}：{text}")
        else:
            yield Finding("malformed", OPENED, f"{OPENED}：记录中没有名为 {name} 的承诺")


def _opened(sealed: object, name: str, salt: bytes, value: object) -> Finding:
    if not isinstance(sealed, str):
        return Finding("malformed", OPENED, f"{OPENED}：记录中没有名为 {name} 的承诺")
    if not opens(sealed, salt, value):
        text = "与当时的承诺不符，值或盐被改动"
        return Finding("changed", OPENED, f"{OPENED} {name}：{text}")
    return Finding("ok", OPENED, f"{OPENED} {name}：与记录当时一致，值为 {_shown(value)}")


def _shown(value: object) -> str:
    parts = value.values() if isinstance(value, dict) else [value]
    return "，".join(map(str, parts))[:LONGEST_SHOWN]

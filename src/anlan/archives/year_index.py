"""The index of an exported year: what lies where, with the hash and the seal of each."""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from django.conf import settings

from anlan.archives.models import ExportOrder
from anlan.foundation.ledger.services import rfc3339
from anlan.lib.spreadsheets import write_table
from anlan.proofs.canonical import leaf_hash
from anlan.proofs.merkle import hash_children, root

FORMAT = "anlan-export/1"
JSON, XLSX, SUMS = "目录.json", "目录.xlsx", "SHA256SUMS"
HEADS = ("班号", "班名", "机构", "类别", "版本", "文件", "大小（字节）", "SHA-256", "封签", "回执")
KINDS = {"class": "一期一档", "learner": "一人一档"}


@dataclass(frozen=True)
class Line:
    """One archive as it lies in the export; `receipt` is empty until the log has signed for it."""

    kind: str
    klass: str
    title: str
    provider: str
    version: int
    path: str
    size: int
    sha256: str
    seal: str
    receipt: str


def seals_root(seals: Sequence[str]) -> str:
    """One hash for all of them: the RFC 9162 root whose leaves are the seals, as hex text."""
    leaves = [leaf_hash(seal.encode("ascii")) for seal in seals]

    def node(level: int, index: int) -> bytes:
        if level == 0:
            return leaves[index]
        return hash_children(node(level - 1, 2 * index), node(level - 1, 2 * index + 1))

    return root(len(leaves), node).hex()


def index_json(order: ExportOrder, lines: Sequence[Line], at: datetime) -> bytes:
    told: dict[str, Any] = {
        "format": FORMAT,
        "city": settings.ANLAN_CITY,
        "year": order.year,
        "made_at": rfc3339(at),
        "synthetic": bool(settings.ANLAN_DEMONSTRATION),
        "root": seals_root([line.seal for line in lines]),
        "root_is": "RFC 9162, SHA-256; leaf n is the seal of archive n as hex text",
        "archives": [asdict(line) for line in lines],
    }
    return json.dumps(told, ensure_ascii=False, indent=1).encode()


def index_xlsx(order: ExportOrder, lines: Sequence[Line]) -> bytes:
    rows = [
        (
            one.klass,
            one.title,
            one.provider,
            KINDS[one.kind],
            one.version,
            one.path,
            one.size,
            one.sha256,
            one.seal,
            one.receipt or "尚未签出",
        )
        for one in lines
    ]
    mark = "（演示数据）" if settings.ANLAN_DEMONSTRATION else ""
    title = f"{settings.ANLAN_CITY}{order.year} 年度封存档案目录{mark}"
    told = f"共 {len(rows)} 份；封签总根 {seals_root([one.seal for one in lines])}"
    return write_table(title, HEADS, rows, subtitle=told, sheet="目录")


def sums(lines: Sequence[Line]) -> bytes:
    """For `sha256sum -c`, which stands on every Linux."""
    return "".join(f"{one.sha256}  {one.path}\n" for one in lines).encode()


def is_ours(content: bytes, year: int) -> bool:
    """Whether an index that lies there is one of this year's exports, which may be renewed."""
    try:
        told = json.loads(content)
    except ValueError:
        return False
    return isinstance(told, dict) and (told.get("format"), told.get("year")) == (FORMAT, year)

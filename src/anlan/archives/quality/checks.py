"""What a check is, what it looks at, how the sheet of them reads."""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime
from functools import cached_property
from pathlib import Path
from typing import Any

from anlan.archives.evidence import Evidence
from anlan.archives.papers import ClassFacts
from anlan.archives.services.enclosing import Enclosed
from anlan.classes.models import TrainingClass

SHEET = "四性检测表"
STANDARD = "DA/T 70-2018"


class Natures:
    AUTHENTIC, WHOLE, USABLE, SAFE = "真实性", "完整性", "可用性", "安全性"


PASSED, FAILED, UNTESTED = "通过", "未通过", "未检测"


@dataclass(frozen=True)
class Check:
    """One line of the sheet. `evidence` says what was counted."""

    nature: str
    item: str
    method: str
    result: str
    evidence: str


@dataclass(frozen=True)
class Sample:
    """The archive as it is about to be packed, and the records that it must agree with."""

    archive: uuid.UUID
    evidence: Evidence
    facts: ClassFacts
    files: Sequence[Enclosed]
    left_out: Sequence[str]
    keep_until: date
    at: datetime

    @property
    def klass(self) -> TrainingClass:
        return self.evidence.klass

    @cached_property
    def by_path(self) -> dict[str, Enclosed]:
        return {one.path: one for one in self.files}

    def content(self, path: str) -> bytes:
        """The bytes of a small file, as they go into the bag; empty when it is not there."""
        found = self.by_path.get(path)
        return whole(found.content) if found else b""

    def clear(self, *endings: str) -> list[Enclosed]:
        """Files in clear with these endings."""
        return [one for one in self.files if one.key is None and one.path.endswith(endings)]


def whole(content: bytes | Path) -> bytes:
    return content.read_bytes() if isinstance(content, Path) else content


def judged(nature: str, item: str, method: str, faults: Sequence[str], evidence: str) -> Check:
    """Passed when there is no fault; the first faults are told."""
    if not faults:
        return Check(nature, item, method, PASSED, evidence)
    more = f"等 {len(faults)} 处" if len(faults) > 3 else ""
    return Check(nature, item, method, FAILED, f"{evidence}；{'；'.join(faults[:3])}{more}")


def untested(nature: str, item: str, method: str, why: str) -> Check:
    return Check(nature, item, method, UNTESTED, why)


def counted(checks: Sequence[Mapping[str, Any]]) -> dict[str, int]:
    """How many passed, failed, were not tested."""
    return {
        word: sum(one["result"] == word for one in checks) for word in (PASSED, FAILED, UNTESTED)
    }


def sheet(checks: Sequence[Check]) -> list[dict[str, str]]:
    return [asdict(one) for one in checks]

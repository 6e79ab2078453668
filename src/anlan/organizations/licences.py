"""What a photographed business licence says beside what was typed: pure, for page and ledger."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from anlan.lib import uscc
from anlan.vision.characters import alike
from anlan.vision.findings import Paper

# Of the registration, of the paper (`vision.licence.FIELDS`), what people call it, longest kept.
FIELDS = (
    ("uscc", "code", "统一社会信用代码", 18),
    ("name", "name", "单位全称", 100),
    ("address", "address", "地址", 200),
    ("legal_person", "legal_person", "法定代表人（负责人）", 64),
    ("licence_kind", "kind", "主体类型", 80),
    ("founded", "founded", "成立日期", 10),
)
LABELS = {name: label for name, _, label, _ in FIELDS}
DIFFERENT = ("differs", "part")
State = Literal["same", "part", "differs", "unread", "untyped"]


@dataclass(frozen=True)
class Reading:
    """Values by the paper's names, each with how sure its reading was (0 to 1)."""

    values: Mapping[str, tuple[str, float]] = field(default_factory=dict)
    sure: bool = False

    @classmethod
    def of(cls, paper: Paper) -> "Reading":
        told = {name: (one.value, one.confidence) for name, one in paper.fields.items()}
        return cls({name: one for name, one in told.items() if one[0]}, paper.sure)

    @classmethod
    def from_text(cls, text: str, sure: bool) -> "Reading":
        held = json.loads(text) if text else {}
        return cls({name: (str(value), float(how)) for name, (value, how) in held.items()}, sure)

    def as_text(self) -> str:
        return json.dumps(self.values, ensure_ascii=False)

    def value(self, name: str) -> str:
        return self.values.get(name, ("", 0.0))[0]


@dataclass(frozen=True)
class Compared:
    """One field: as typed, as read, and what that comes to.

    `part`: one of the two holds the other, as an address without its city does. `doubtful`: the
    reader was not certain. `usable`: may be taken over by a press; a code that fails its check
    characters never is.
    """

    name: str
    label: str
    typed: str
    read: str
    state: State
    doubtful: bool
    usable: bool

    @property
    def differs(self) -> bool:
        return self.state in DIFFERENT


def compared(reading: Reading, typed: Mapping[str, object], *, sure_min: float) -> list[Compared]:
    """Every field in its order; `sure_min` is the rule `vision.text_sure_min`."""
    rows = []
    for name, of_paper, label, longest in FIELDS:
        mine = str(typed.get(name) or "").strip()
        read, how = reading.values.get(of_paper, ("", 0.0))
        doubtful = bool(read) and (not reading.sure if name == "uscc" else how < sure_min)
        state = _state(name, read, mine)
        takes = state != "same" and 0 < len(read) <= longest
        usable = takes and (name != "uscc" or _good_code(read))
        rows.append(Compared(name, label, mine, read, state, doubtful, usable))
    return rows


def differing(rows: list[Compared]) -> list[str]:
    """Names of the fields in which the paper says otherwise."""
    return [row.name for row in rows if row.differs]


def _state(name: str, read: str, typed: str) -> State:
    if not read:
        return "unread"
    if not typed:
        return "untyped"
    if alike(read, typed):
        return "same"
    shorter, longer = sorted((_bare(read), _bare(typed)), key=len)
    return "part" if name == "address" and shorter and shorter in longer else "differs"


def _bare(text: str) -> str:
    return "".join(one for one in text if one.isalnum())


def _good_code(text: str) -> bool:
    try:
        return uscc.parse(text) == text
    except uscc.BadUscc:
        return False

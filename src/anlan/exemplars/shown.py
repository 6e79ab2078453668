"""What pages make of rows: tones, steps of a life, who acts next, which acts stand open."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from anlan.exemplars import policies
from anlan.exemplars.definitions import BY_KEY, DEFINITIONS, Definition
from anlan.exemplars.models import (
    Check,
    DeclaredMeasure,
    Drill,
    Exemplar,
    Shutdown,
    Spending,
    Stand,
    Status,
)
from anlan.exemplars.models.declarations import Declaration
from anlan.exemplars.queries.comparison import Median
from anlan.exemplars.queries.declarations import KIND_NAMES
from anlan.exemplars.queries.indicators import Value, Values
from anlan.exemplars.texts import plain_note, value_text
from anlan.foundation.accounts.models import User
from anlan.foundation.files.models import StoredFile
from anlan.foundation.ui.formats import cn_date, percent, playing_time, thousands, yuan
from anlan.foundation.ui.parts import Step
from anlan.lib.dates import date_range_text
from anlan.lib.masking import mask_name

STAND_TONES = {Stand.DECLARED: "wait", Stand.VERIFIED: "ok", Stand.RETURNED: "warn"}
TONES = {
    Status.APPLIED: "wait",
    Status.EXAMINED: "wait",
    Status.RETURNED: "warn",
    Status.REFUSED: "stop",
    Status.CANCELLED: "idle",
    Status.ANNOUNCED: "run",
    Status.NAMED: "ok",
    Status.DOUBTED: "warn",
    Status.WITHDRAWN: "stop",
    Status.EXPIRED: "idle",
    Status.RENEWED: "idle",
}
STATIONS = ("申报", "区县核查", "市级决定", "公示", "命名")
DONE = {
    Status.APPLIED: 1,
    Status.RETURNED: 1,
    Status.EXAMINED: 2,
    Status.CANCELLED: 1,
    Status.REFUSED: 2,
    Status.ANNOUNCED: 3,
}
PHOTO = "image/"


@dataclass(frozen=True)
class Row:
    """One indicator on the page of an enterprise: this period, the last, the industry's median."""

    definition: Definition
    now: str
    note: str
    known: bool
    verified: bool
    data_on: date | None
    before: str
    change: str
    better: bool | None
    median: str
    n: int


def rows_of(now: Values, before: Values, middle: dict[str, Median]) -> list[Row]:
    return [_row(one, now[one.key], before[one.key], middle.get(one.key)) for one in DEFINITIONS]


def _row(one: Definition, now: Value, before: Value, middle: Median | None) -> Row:
    change, better = _change(one, now.share, before.share)
    return Row(
        definition=one,
        now=value_text(now),
        note=plain_note(now),
        known=now.known,
        verified=now.verified,
        data_on=now.data_on,
        before=value_text(before),
        change=change,
        better=better,
        median=share_text(one, middle.value) if middle and middle.value is not None else "",
        n=middle.n if middle else 0,
    )


def share_text(one: Definition, share: float | None) -> str:
    if share is None:
        return "—"
    return percent(share) if one.shape == "share" else f"{thousands(round(share))} {one.unit}"


def _change(one: Definition, now: float | None, before: float | None) -> tuple[str, bool | None]:
    """In percentage points or in the unit; whether that is better, None where nothing changed."""
    if now is None or before is None:
        return "", None
    gap = now - before
    unit = " 个百分点" if one.shape == "share" else f" {one.unit}"
    size = round(gap * 100, 1) if one.shape == "share" else round(gap)
    if not size:
        return "持平", None
    return f"{'+' if size > 0 else '-'}{abs(size):,}{unit}", (gap > 0) != one.low


# What the ranking always shows beside the indicator it is sorted by.
HEADLINES = ("training", "pass", "rectification", "drills", "free_days", "spending")


@dataclass(frozen=True)
class Cell:
    """One figure of the ranking."""

    name: str
    text: str
    note: str
    known: bool
    verified: bool


def columns_of(key: str) -> list[Definition]:
    """The chosen indicator first, then the headlines."""
    return [BY_KEY[key], *(BY_KEY[one] for one in HEADLINES if one != key)]


def cells_of(values: Values, key: str) -> list[Cell]:
    found = []
    for one in columns_of(key):
        value = values.get(one.key, Value(one.key))
        text, note = value_text(value), plain_note(value)
        found.append(Cell(one.name, text, note, value.known, value.verified))
    return found


def steps_of(exemplar: Exemplar) -> list[Step]:
    """What is done and what comes next; the ends say themselves in the last station."""
    status = Status(exemplar.status)
    done = DONE.get(status, len(STATIONS))
    stopped = status in (Status.REFUSED, Status.CANCELLED)
    notes = (exemplar.applied_at, exemplar.examined_at, exemplar.decided_at)
    found = []
    for n, label in enumerate(STATIONS):
        state = "done" if n < done else "stop" if stopped and n == done else "todo"
        if n == done and not stopped:
            state = "now"
        at = notes[n] if n < len(notes) and n < done else None
        found.append(Step(label, state, cn_date(at) if at else ""))  # type: ignore[arg-type]
    return found


def whose_turn(exemplar: Exemplar, today: date) -> str:
    until = cn_date(exemplar.notice_until)
    return {
        Status.APPLIED: "等区县核查并出具意见。",
        Status.EXAMINED: "等市级决定。出具区县意见的人不能作决定。",
        Status.RETURNED: "等企业补正后重新申报。",
        Status.REFUSED: "没有命名。条件满足后可以重新申报。",
        Status.CANCELLED: "企业已撤回。需要时可以重新申报。",
        Status.ANNOUNCED: f"公示到{until}，期满并答复全部异议后由市级命名。",
        Status.NAMED: f"命名有效期至{cn_date(exemplar.valid_until)}。平台每天核对条件。",
        Status.DOUBTED: "等市级决定保留还是撤销；决定之前命名仍然有效。",
        Status.WITHDRAWN: "命名已撤销，公示页如实显示。",
        Status.EXPIRED: "命名已到期。条件满足的可以重新申报。",
        Status.RENEWED: "已由新的命名接续。",
    }[Status(exemplar.status)]


@dataclass(frozen=True)
class Acts:
    """Which acts stand open to the person looking."""

    reapply: bool = False
    examine: bool = False
    decide: bool = False
    name: bool = False
    doubt: bool = False
    judge: bool = False
    cancel: bool = False

    @property
    def any(self) -> bool:
        return any((self.reapply, self.examine, self.decide, self.name, self.judge))


def acts_open_to(user: User, exemplar: Exemplar, today: date) -> Acts:
    status = exemplar.status
    ended = exemplar.notice_until is not None and today > exemplar.notice_until
    names = policies.may_name(user, exemplar)
    return Acts(
        reapply=status == Status.RETURNED and policies.keeps(user, exemplar.organization),
        examine=status == Status.APPLIED and policies.may_examine(user, exemplar),
        decide=status == Status.EXAMINED and policies.may_decide(user, exemplar),
        name=status == Status.ANNOUNCED and ended and names,
        doubt=status == Status.NAMED and names,
        judge=status == Status.DOUBTED and names,
        cancel=policies.may_cancel(user, exemplar),
    )


def read_check(check: Check | None) -> dict[str, Any]:
    """Frozen evidence for a page; empty without one."""
    return json.loads(check.evidence) if check else {}


@dataclass(frozen=True)
class Line:
    """One declaration in a list."""

    one: Declaration
    kind: str
    title: str
    figure: str
    tone: str


def lines_of(found: Iterable[Declaration]) -> list[Line]:
    return [
        Line(one, KIND_NAMES[one.KEY], *summary_of(one), STAND_TONES[Stand(one.status)])
        for one in found
    ]


def summary_of(one: Declaration) -> tuple[str, str]:
    """Title and figure of a declaration."""
    if isinstance(one, Drill):
        figure = f"{clock(one.seconds_needed)} / 要求 {clock(one.seconds_wanted)}"
        return one.scenario, figure
    if isinstance(one, Spending):
        return f"{one.year} 年度安全投入", f"{yuan(one.spent)} / 应提 {yuan(one.prescribed)}"
    if isinstance(one, Shutdown):
        return one.what, date_range_text(one.since, one.until)
    assert isinstance(one, DeclaredMeasure)
    share = percent(one.numerator / one.denominator)
    return str(one.get_key_display()), f"{share}（{one.numerator} / {one.denominator}）"


def facts_of(one: Declaration, *, masked: bool) -> list[tuple[str, str]]:
    """What was declared, label by label; the witness masked for who doesn't work there."""
    if isinstance(one, Drill):
        witness = mask_name(one.witness) if masked else one.witness
        late = "达标" if one.in_time else "超时"
        return [
            ("演练日期", cn_date(one.held_on)),
            ("实际用时", f"{clock(one.seconds_needed)}，{late}"),
            ("要求用时", clock(one.seconds_wanted)),
            ("参演人数", f"{one.people} 人"),
            ("见证人", witness),
        ]
    if isinstance(one, Spending):
        return [
            ("年度", f"{one.year} 年"),
            ("应提取金额", yuan(one.prescribed)),
            ("实际使用金额", yuan(one.spent)),
            ("占应提取", percent(one.spent / one.prescribed)),
            ("计提依据", one.basis),
        ]
    if isinstance(one, Shutdown):
        return [("开始", cn_date(one.since)), ("结束", cn_date(one.until)), ("检修内容", one.what)]
    assert isinstance(one, DeclaredMeasure)
    return [
        ("符合的", thousands(one.numerator)),
        ("清点的总数", thousands(one.denominator)),
        ("占比", percent(one.numerator / one.denominator)),
        ("清点日期", cn_date(one.on)),
        ("怎样清点的", one.note),
    ]


def clock(seconds: int) -> str:
    """48 秒, 3 分 20 秒, 5 分钟."""
    return playing_time(seconds)


def proofs_shown(files: Sequence[StoredFile]) -> tuple[list[StoredFile], list[StoredFile]]:
    """Photos to look at, and the rest to fetch."""
    photos = [one for one in files if one.content_type.startswith(PHOTO)]
    return photos, [one for one in files if one not in photos]

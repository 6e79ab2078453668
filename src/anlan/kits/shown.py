"""What pages say of records and conflicts: both versions in words, side by side."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import msgspec

from anlan.classes.models import Session
from anlan.kits.models import DEEDS, Choice, Conflict, Fate, Kind, Photo, Record
from anlan.kits.services import choices_for
from anlan.kits.shapes import HandedIn, Marked, Sign, read_payload
from anlan.lib.dates import moment_text, to_shanghai
from anlan.lib.masking import mask_name

WAYS = {"card": "刷身份证", "digits": "核对证件号", "tick": "代签"}
TONES = {Fate.APPLIED: "ok", Fate.DUPLICATE: "idle", Fate.WAITING: "warn", Fate.CONFLICT: "warn"}


@dataclass(frozen=True)
class Card:
    """One conflict to be decided or read."""

    conflict: Conflict
    who: str
    what: str
    ours: list[tuple[str, str]]
    theirs: list[tuple[str, str]]
    choices: list[tuple[str, str]]
    alike: int
    has_photo: bool


@dataclass(frozen=True)
class Row:
    """One record in a kit's list."""

    record: Record
    who: str
    what: str
    fate: str
    tone: str
    clock: str


def cards_of(conflicts: Sequence[Conflict], *, full: bool) -> list[Card]:
    """Cards in order; `alike` counts the others that one decision could settle too."""
    titles = _titles([one.record for one in conflicts])
    photos = _photos([one.record for one in conflicts])
    kinds = [(one.record.kit_id, one.why) for one in conflicts]
    return [
        Card(
            conflict=one,
            who=name_of(one.record, full=full),
            what=_what(one.record, titles),
            ours=[(label, value) for label, value in one.ours],
            theirs=_theirs(one.record),
            choices=[(str(c.value), words_of(c, one)) for c in choices_for(one)],
            alike=kinds.count((one.record.kit_id, one.why)) - 1,
            has_photo=(one.record.tablet_id, one.record.photo) in photos,
        )
        for one in conflicts
    ]


def rows_of(records: Sequence[Record], *, full: bool) -> list[Row]:
    titles = _titles(records)
    return [
        Row(
            one,
            name_of(one, full=full) if one.person else "",
            _what(one, titles),
            _fate_words(one),
            TONES[Fate(one.fate)] if not _is_decided(one) else "ok",
            _clock_words(one),
        )
        for one in records
    ]


def name_of(record: Record, *, full: bool) -> str:
    if record.person is None:
        return "名单外的人"
    return record.person.name if full else mask_name(record.person.name)


def words_of(choice: Choice, conflict: Conflict) -> str:
    """What a choice would do here, on its button's line."""
    record = conflict.record
    if choice == Choice.SERVER:
        return "以系统记录为准" if conflict.ours else "不登记，只留底"
    if choice == Choice.STEADY and record.steady_at:
        return f"采用连续计时推算的时间 {_clock(record.steady_at)}"
    if choice == Choice.TABLET and record.kind in (Kind.IN, Kind.OUT):
        return f"采用平板记录的时间 {_clock(record.at)}"
    return str(choice.label)


def _what(record: Record, titles: dict[str, str]) -> str:
    label = str(Kind(record.kind).label)
    title = titles.get(record.target, "")
    return f"{label} · {title}" if title else label


def _titles(records: Sequence[Record]) -> dict[str, str]:
    """Register uid → its half-day in words."""
    wanted = {one.target for one in records if one.kind in (Kind.IN, Kind.OUT)}
    found = Session.objects.filter(register__uid__in=[t for t in wanted if len(t) == 32])
    return {
        one.register.uid.hex: f"{one.day:%m月%d日}{one.get_half_display()} {one.topic}"
        for one in found.select_related("register")
        if one.register
    }


def _photos(records: Sequence[Record]) -> set[tuple[int, str]]:
    named = [one.photo for one in records if one.photo]
    rows = Photo.objects.filter(sha256__in=named).values_list("tablet_id", "sha256")
    return set(rows)


def _theirs(record: Record) -> list[tuple[str, str]]:
    """The tablet's version, as a person reads it."""
    told = [("设备时间", _second(record))]
    if record.steady_at:
        told.append(("连续计时推算", moment_text(record.steady_at)))
    told += _payload_words(record)
    told.append(("登记人", record.kit.by.name))
    told.append(("平板", f"{record.tablet.name} 第 {record.no} 条"))
    told.append(("送达时间", moment_text(record.received_at)))
    return told


def _payload_words(record: Record) -> list[tuple[str, str]]:
    try:
        payload = read_payload(record.kind, record.payload)
    except msgspec.ValidationError:
        return [("内容", "读不完整，原文已留底")]
    if isinstance(payload, Sign):
        return [("方式", f"{WAYS[payload.how]} {payload.reason}".strip())]
    if isinstance(payload, HandedIn):
        given = sum(bool(chosen) for chosen in payload.answers.values())
        return [("已答", f"{given} 题")]
    if isinstance(payload, Marked):
        missed = sum(not met for met in payload.marks.values())
        return [("未达项", f"{missed} 项"), ("备注", payload.remark or "无")]
    return []


def _is_decided(record: Record) -> bool:
    return record.fate == Fate.CONFLICT and bool(record.conflict.choice)


def _fate_words(record: Record) -> str:
    if _is_decided(record):
        return f"已核：{record.conflict.get_choice_display()}"
    if record.fate == Fate.CONFLICT:
        return f"待核：{record.conflict.get_why_display()}"
    if record.fate == Fate.APPLIED and record.kind not in DEEDS:
        return "已留底"
    return record.note or str(Fate(record.fate).label)


def _clock_words(record: Record) -> str:
    if record.kind == Kind.CLOCK:
        shift = record.payload.get("shift_ms")
        return _shift_words(shift) if isinstance(shift, int | float) else ""
    if record.steady_at is None:
        return ""
    return f"推算 {_clock(record.steady_at)}"


def _shift_words(shift_ms: float) -> str:
    way = "拨快" if shift_ms > 0 else "拨慢"
    minutes, seconds = divmod(round(abs(shift_ms) / 1000), 60)
    return f"{way} {minutes} 分 {seconds} 秒" if minutes else f"{way} {seconds} 秒"


def _second(record: Record) -> str:
    return f"{moment_text(record.at)}:{to_shanghai(record.at):%S}"


def _clock(at: datetime) -> str:
    return f"{to_shanghai(at):%H:%M}"

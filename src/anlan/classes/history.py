"""What changed between two snapshots of an application, in plain words."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from anlan.classes.models import HalfDay
from anlan.lib.dates import date_text

_FIELDS = {"title": "班名", "quota": "名额", "syllabus": "培训大纲", "project": "经费项目"}
_PARTS = {"topic": "课题", "trainer": "讲师", "place": "地点", "hours": "学时", "mode": "方式"}
_WORDS = {"offline": "线下", "online": "线上"}


def differences(old: Mapping[str, Any], new: Mapping[str, Any]) -> list[str]:
    """One sentence per difference; empty when nothing changed. Shapes as `reviews.snapshot`."""
    changed = [
        f"{name}：{old.get(key)} → {new.get(key)}"
        for key, name in _FIELDS.items()
        if old.get(key) != new.get(key)
    ]
    return [*changed, *_sessions(_by_slot(old), _by_slot(new))]


def _sessions(old: dict[str, Any], new: dict[str, Any]) -> list[str]:
    said = []
    for slot in sorted(old.keys() | new.keys()):
        if slot not in old:
            said.append(f"新增 {_when(new[slot])}：{new[slot]['topic']}，{new[slot]['trainer']}")
        elif slot not in new:
            said.append(f"撤下 {_when(old[slot])}：{old[slot]['topic']}")
        else:
            before, after = old[slot], new[slot]
            parts = [
                f"{name}由{_word(before[key])}改为{_word(after[key])}"
                for key, name in _PARTS.items()
                if before[key] != after[key]
            ]
            if parts:
                said.append(f"{_when(after)}：{'，'.join(parts)}")
    return said


def _by_slot(snapshot: Mapping[str, Any]) -> dict[str, Any]:
    return {f"{one['day']}/{one['half']}": one for one in snapshot.get("sessions", [])}


def _when(session: Mapping[str, Any]) -> str:
    return f"{date_text(date.fromisoformat(session['day']))}{HalfDay(session['half']).label}"


def _word(value: object) -> str:
    return _WORDS.get(str(value), f"「{value}」")

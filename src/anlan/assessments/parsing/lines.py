"""A question a line as JSON: `{"stem", "options": [["A", "…"], …], "answer": "A", "type"}`."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from anlan.assessments.parsing.drafts import LETTERS, Unusable
from anlan.assessments.parsing.rows import Row
from anlan.assessments.parsing.sheets import read_row, strip_number

_FIELDS = {
    "kind": ("type", "kind", "题型"),
    "stem": ("stem", "question", "题干"),
    "answer": ("answer", "答案"),
    "explanation": ("explanation", "analysis", "解析"),
    "basis": ("basis", "依据"),
    "topic": ("chapter", "topic", "章节"),
}


def read_lines(text: str, sheet: str = "") -> Iterator[Row]:
    """Every line that isn't blank."""
    previous: int | None = None
    for number, line in enumerate(text.splitlines(), start=1):
        if not line.strip():
            continue
        try:
            told = _object(line)
            cells = _cells(told)
            stem, own = strip_number(cells.get("stem", ""), previous)
            previous = own if own is not None else previous
            yield Row(sheet, number, read_row(cells, stem))
        except Unusable as why:
            yield Row(sheet, number, problem=str(why))


def _object(line: str) -> Mapping[str, Any]:
    try:
        told = json.loads(line)
    except (ValueError, RecursionError):
        raise Unusable("这一行不是完整的 JSON") from None
    if not isinstance(told, dict):
        raise Unusable("这一行不是一道题")
    if told.get("image"):
        raise Unusable("题目带图，而图片不在文件里")
    return told


def _cells(told: Mapping[str, Any]) -> dict[str, str]:
    cells = {
        field: next((_text(told[name]) for name in names if told.get(name) is not None), "")
        for field, names in _FIELDS.items()
    }
    options = told.get("options") or []
    if not isinstance(options, list):
        raise Unusable("选项的写法没有读懂")
    for at, option in enumerate(options):
        pair = option if isinstance(option, list) and len(option) == 2 else None
        if at >= len(LETTERS):
            raise Unusable(f"选项有 {len(options)} 个，最多支持 {len(LETTERS)} 个")
        letter = _text(pair[0]).strip().upper() if pair else LETTERS[at]
        if len(letter) != 1 or letter not in LETTERS or letter in cells:
            raise Unusable(f"选项标号“{letter[:5]}”不对或重复")
        cells[letter] = _text(pair[1] if pair else option)
    return cells


def _text(value: object) -> str:
    if isinstance(value, list):
        return "".join(str(one) for one in value)
    return str(value)

"""Rows of a table of figures or codes, kept as they stand: heading → cell."""

from datetime import date
from typing import Any

from anlan.injuries import cells
from anlan.injuries.fields import Part
from anlan.injuries.rows import Layout, Reading, Row, row_key
from anlan.lib.spreadsheets import Table


def understand_figures(table: Table, layout: Layout, *, today: date) -> Reading:
    """Refused are rows whose own name is missing or was seen, and unreadable times and numbers."""
    at = {heading: n for n, heading in reversed(list(enumerate(table.headers))) if heading}
    names = [at[heading] for heading in layout.key if heading in at]
    result = Reading(list(table.row_numbers))
    seen: dict[str, int] = {}
    for number, row in table.numbered():
        problems: list[str] = []
        figure: dict[str, Any] = {
            "period": _read("period", row, at, layout, result, problems) or "",
            "label": _read("label", row, at, layout, result, problems) or "",
            "value": _read("value", row, at, layout, result, problems),
            "said": {heading: row[n] for heading, n in at.items() if row[n]},
        }
        key = row_key([row[n] for n in names] if names else row)
        if names and not any(row[n] for n in names):
            problems.append(f"编号列「{'、'.join(layout.key)}」为空")
        first = seen.setdefault(key, number)
        if first != number:
            problems.append(f"编号与第 {first} 行相同，只导入第 {first} 行")
        if problems:
            result.problems[number] = problems
        else:
            result.good[number] = Row(number, key, {Part.FIGURE: figure})
    return result


_READ = {
    "period": ("时间", cells.read_period),
    "label": ("名称", lambda text: text[:200]),
    "value": ("数值", cells.read_number),
}


def _read(
    key: str,
    row: list[str],
    at: dict[str, int],
    layout: Layout,
    result: Reading,
    problems: list[str],
) -> Any:
    headings = layout.mapping.get(key, "").split(" + ")
    if not all(heading in at for heading in headings):
        return None
    text = "-".join(row[at[heading]].strip() for heading in headings)
    told = layout.values.get(key, {}).get(text)
    if told is not None:
        result.note_odd(key, text)
        text = told
    label, read = _READ[key]
    try:
        return read(text) if text.strip("-") else None
    except ValueError as wrong:
        problems.append(f"{label}：{wrong}")
        result.note_odd(key, text)
        return None

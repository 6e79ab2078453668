"""A bank as a workbook: our own layout, read back as it stands (`parsing.sheets.AS_IT_IS`)."""

import io
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from xlsxwriter import Workbook

from anlan.assessments.models import ItemKind
from anlan.assessments.parsing.drafts import LETTERS
from anlan.assessments.parsing.sheets import AS_IT_IS
from anlan.assessments.writing.shown import Shown

_WIDE, _NARROW = 46, 12
_PICTURE_ROW = 120  # points
_PICTURE_PIXELS = 150
_CREATED = datetime(2026, 1, 1)  # noqa: DTZ001


def sheet_of(items: Sequence[Shown]) -> bytes:
    """One row an item; pictures stand over their row's last column."""
    buffer = io.BytesIO()
    book = Workbook(buffer, {"strings_to_formulas": False, "strings_to_urls": False})
    book.set_properties({"created": _CREATED})
    page = book.add_worksheet("题库")
    wrapped = book.add_format({"text_wrap": True, "valign": "top", "num_format": "@"})
    width = max([4, *(len(item.options) for item in items)])
    headers = _headers(width)
    head = book.add_format({"bold": True, "bg_color": "#EEF2F6", "border": 1})
    for column, text in enumerate(headers):
        page.set_column(column, column, _WIDE if text == AS_IT_IS else _NARROW)
        page.write_string(0, column, text, head)
    for line, item in enumerate(items, start=1):
        for column, text in enumerate(_cells(item, width)):
            page.write_string(line, column, text, wrapped)
        _set_picture(page, line, len(headers) - 1, item)
    page.freeze_panes(1, 0)
    book.close()
    return buffer.getvalue()


def _headers(width: int) -> list[str]:
    options = [f"选项{letter}" for letter in LETTERS[:width]]
    rest = [
        "答案",
        "解析",
        "依据",
        "知识点",
        "事故类型",
        "难度",
        "培训对象",
        "工种",
        "行业",
        "图片",
    ]
    return ["题型", AS_IT_IS, *options, *rest]


def _cells(item: Shown, width: int) -> list[str]:
    options = [*item.options, *[""] * (width - len(item.options))]
    if item.kind == ItemKind.JUDGE:
        options = [""] * width
    return [
        item.kind_label,
        item.stem,
        *options,
        item.letters if item.kind != ItemKind.JUDGE else item.options[item.answer[0]],
        item.explanation,
        item.basis,
        item.topic,
        item.risk,
        item.difficulty,
        "、".join(item.roles),
        "、".join(item.trades),
        item.industry,
    ]


def _set_picture(page: Any, line: int, column: int, item: Shown) -> None:
    if item.picture is None:
        return
    page.set_row(line, _PICTURE_ROW)
    scale = min(1.0, _PICTURE_PIXELS / max(item.picture_size))
    options = {"image_data": io.BytesIO(item.picture), "x_scale": scale, "y_scale": scale}
    page.insert_image(line, column, f"{item.key}{item.picture_ending}", options)

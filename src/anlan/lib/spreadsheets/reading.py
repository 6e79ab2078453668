"""Bytes or a path in, rows of text out.

Every cell becomes text as a person would read it: whole numbers without ``.0``, dates as
2026-11-23. A number of sixteen digits or more has already lost its end inside the spreadsheet; it
comes out as ``3.70102199003071E+17``, which the ID and credit-code checks refuse with the reason.
A formula error (#N/A) reads as an empty cell: the reader below gives no more.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from pathlib import Path

from python_calamine import (
    CalamineError,
    CalamineSheet,
    CalamineWorkbook,
    PasswordError,
    SheetTypeEnum,
    SheetVisibleEnum,
)

from anlan.lib.columns import header_key
from anlan.lib.spreadsheets import files
from anlan.lib.spreadsheets.files import BadSpreadsheet, EmptySheet, Limits
from anlan.lib.text import decoded

Value = int | float | str | bool | time | date | datetime | timedelta
Span = tuple[tuple[int, int], tuple[int, int]]

_HEADER_WITHIN = 20
_EXACT_BELOW = 10**15
_DELIMITERS = ",\t;，"
_DEFAULT_LIMITS = Limits()


@dataclass(frozen=True, slots=True)
class Table:
    """One sheet: its header and its data rows, each with the row number that Excel shows.

    ``sheets`` are all visible sheets, to choose from; ``notes`` are Chinese sentences on what was
    done to the data on the way in (merged cells).
    """

    sheet: str
    sheets: tuple[str, ...]
    headers: tuple[str, ...]
    header_row: int
    rows: list[list[str]]
    row_numbers: list[int]
    notes: tuple[str, ...] = ()

    def numbered(self) -> Iterator[tuple[int, list[str]]]:
        """(row number, cells) in the sheet's order."""
        return zip(self.row_numbers, self.rows, strict=True)


@dataclass(frozen=True, slots=True)
class _Grid:
    sheet: str
    sheets: tuple[str, ...]
    cells: list[list[str]]
    merged: list[Span]


def read_table(
    source: bytes | Path,
    *,
    filename: str = "",
    sheet: str | None = None,
    expected: Collection[str] = (),
    limits: Limits = _DEFAULT_LIMITS,
) -> Table:
    """Read one sheet: the named one, else the first visible one that has content.

    ``expected`` are likely header names; they help to find the header under title rows. Blank rows
    are left out, merged cells filled with their value. Raises :class:`BadSpreadsheet`.
    """
    name = filename or (source.name if isinstance(source, Path) else "")
    content = files.load(source, limits)
    kind = files.kind_of(content, name)
    if kind == "csv":
        grid = _csv_grid(content, name, limits)
    else:
        if kind == "xlsx":
            files.guard_xlsx(content, limits)
        grid = _workbook_grid(content, sheet, limits)
    return _table(grid, expected)


def sheet_names(
    source: bytes | Path, *, filename: str = "", limits: Limits = _DEFAULT_LIMITS
) -> tuple[str, ...]:
    """Every visible sheet, for those who read them all. Raises :class:`BadSpreadsheet`."""
    name = filename or (source.name if isinstance(source, Path) else "")
    content = files.load(source, limits)
    kind = files.kind_of(content, name)
    if kind == "csv":
        return _csv_grid(content, name, limits).sheets
    if kind == "xlsx":
        files.guard_xlsx(content, limits)
    try:
        with CalamineWorkbook.from_filelike(io.BytesIO(content)) as workbook:
            return _visible_sheets(workbook)
    except PasswordError:
        raise files.password_protected() from None
    except CalamineError:
        raise BadSpreadsheet("表格文件已损坏，打不开", "请用 Excel 或 WPS 重新保存后上传") from None


def _table(grid: _Grid, expected: Collection[str]) -> Table:
    last = _header_row(grid, expected)
    width = max(len(row) for row in grid.cells)
    headers = [*grid.cells[last], *[""] * (width - len(grid.cells[last]))]
    kept = [
        (at + 1, [*row, *[""] * (width - len(row))])
        for at, row in enumerate(grid.cells[last + 1 :], start=last + 1)
        if any(row)
    ]
    if not kept:
        raise BadSpreadsheet(
            f"工作表“{grid.sheet}”只有表头，没有数据", "请在表头下面逐行填写后再上传"
        )
    used = max(at + 1 for row in [headers, *(cells for _, cells in kept)] for at in _filled(row))
    return Table(
        sheet=grid.sheet,
        sheets=grid.sheets,
        headers=tuple(headers[:used]),
        header_row=last + 1,
        rows=[cells[:used] for _, cells in kept],
        row_numbers=[number for number, _ in kept],
        notes=tuple(_merge_notes(grid, first_data=last + 1)),
    )


def _filled(row: list[str]) -> list[int]:
    """Index of the last filled cell, as a list of none or one."""
    for at in range(len(row) - 1, -1, -1):
        if row[at]:
            return [at]
    return []


def _header_row(grid: _Grid, expected: Collection[str]) -> int:
    """The header's last row (from 0): it has two or three where its cells are merged downwards."""
    head = grid.cells[:_HEADER_WITHIN]
    if not any(any(row) for row in grid.cells):
        raise EmptySheet(f"工作表“{grid.sheet}”是空的", "请填写后再上传")
    wanted = {header_key(name) for name in expected}
    hits = [sum(header_key(text) in wanted for text in set(row)) for row in head]
    if max(hits) >= min(2, max(len(wanted), 1)):
        first = hits.index(max(hits))
    else:
        variety = [len(set(filter(None, row))) for row in head]
        enough = min(max(variety), max(2, 0.6 * max(variety)))
        first = next((at for at, count in enumerate(variety) if count and count >= enough), 0)
    below = [bottom for (top, _), (bottom, _) in grid.merged if top == first]
    last = min(max([first, *below]), len(grid.cells) - 1)
    return last if last - first <= 2 else first


def _merge_notes(grid: _Grid, first_data: int) -> Iterator[str]:
    for (top, left), (bottom, right) in grid.merged:
        if bottom < first_data or top >= len(grid.cells) or left >= len(grid.cells[top]):
            continue
        value = grid.cells[top][left]
        if value:
            rows = f"第 {top + 1} 行" if top == bottom else f"第 {top + 1}–{bottom + 1} 行"
            columns = f"第 {left + 1} 列" if left == right else f"第 {left + 1}–{right + 1} 列"
            yield f"{rows}{columns}是合并单元格，已逐格填为“{value}”，请核对"


def _workbook_grid(content: bytes, sheet: str | None, limits: Limits) -> _Grid:
    try:
        with CalamineWorkbook.from_filelike(io.BytesIO(content)) as workbook:
            names = _visible_sheets(workbook)
            if sheet is not None and sheet not in names:
                raise BadSpreadsheet(
                    f"文件里没有名为“{sheet}”的工作表", f"可选的有：{'、'.join(names)}"
                )
            for name in [sheet] if sheet is not None else names:
                found = workbook.get_sheet_by_name(name)
                if found.end is not None or name in {sheet, names[-1]}:
                    return _sheet_grid(found, names, limits)
    except PasswordError:
        raise files.password_protected() from None
    except CalamineError:
        raise BadSpreadsheet("表格文件已损坏，打不开", "请用 Excel 或 WPS 重新保存后上传") from None
    raise BadSpreadsheet("文件里没有可读的工作表", "请检查工作表是否都被隐藏")


def _visible_sheets(workbook: CalamineWorkbook) -> tuple[str, ...]:
    return tuple(
        meta.name
        for meta in workbook.sheets_metadata
        if meta.typ == SheetTypeEnum.WorkSheet and meta.visible == SheetVisibleEnum.Visible
    )


def _sheet_grid(sheet: CalamineSheet, names: tuple[str, ...], limits: Limits) -> _Grid:
    bottom, right = sheet.end or (0, 0)
    refusal = files.too_far(bottom + 1, right + 1, limits)
    if refusal is not None:
        raise refusal
    cells = [[cell_text(value) for value in row] for row in sheet.to_python(skip_empty_area=False)]
    merged = [span for span in sheet.merged_cell_ranges or [] if span[0] != span[1]]
    for span in merged:
        _fill(cells, span)
    return _Grid(sheet=sheet.name, sheets=names, cells=cells, merged=merged)


def _fill(cells: list[list[str]], span: Span) -> None:
    (top, left), (bottom, right) = span
    if top >= len(cells) or left >= len(cells[top]):
        return
    value = cells[top][left]
    for row in cells[top : bottom + 1]:
        for at in range(left, min(right + 1, len(row))):
            row[at] = value


def cell_text(value: Value) -> str:
    """A cell as a person reads it."""
    if isinstance(value, str):
        return value.strip()
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, int | float):
        return _number_text(value)
    if isinstance(value, datetime):
        return f"{value:%Y-%m-%d}" if value.time() == time() else f"{value:%Y-%m-%d %H:%M}"
    if isinstance(value, time):
        return f"{value:%H:%M}"
    return str(value)


def _number_text(value: int | float) -> str:
    if abs(value) >= _EXACT_BELOW:
        mantissa, exponent = f"{value:.14E}".split("E")
        return f"{mantissa.rstrip('0').rstrip('.')}E{exponent}"
    return str(int(value)) if value == int(value) else f"{value:.15g}"


def _csv_grid(content: bytes, filename: str, limits: Limits) -> _Grid:
    text = _decoded(content)
    first_line = text.lstrip("\r\n").split("\n", 1)[0]
    delimiter = max(_DELIMITERS, key=first_line.count)
    cells: list[list[str]] = []
    try:
        for row in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter):
            refusal = files.too_far(len(cells) + 1, len(row), limits)
            if refusal is not None:
                raise refusal
            cells.append([cell.strip() for cell in row])
    except csv.Error:
        raise BadSpreadsheet("csv 文件格式有误，读不下去", "请另存为 xlsx 后上传") from None
    name = Path(filename).stem or "csv"
    return _Grid(sheet=name, sheets=(name,), cells=cells or [[""]], merged=[])


def _decoded(content: bytes) -> str:
    text = decoded(content)
    if text is None:
        raise BadSpreadsheet("csv 文件的文字编码无法识别", "请另存为 xlsx，或存为 UTF-8 编码的 csv")
    return text

"""Sheets that an office prints: A4, repeated head, borders, page numbers.

Text is always written as text, so a name like ``=HYPERLINK(…)`` is shown and never run, and an ID
number keeps its eighteen digits. The same input gives the same bytes, so a sheet can be sealed.
"""

from __future__ import annotations

import io
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from xlsxwriter import Workbook

from anlan.lib.dates import to_shanghai

Cell = str | int | float | Decimal | date | datetime | None

_FONT = "宋体"
_LONGEST = 32_767
_CUT = "…（过长，余下从略）"
_EXACT = 10**15
_ADDED = ("问题", "原行号")
_RESULTS = ("结果", "说明", "原行号")
_PORTRAIT_WIDTH = 92
_WIDEST = 42
_RED = "#B42318"
_PALE_RED = "#FDECEA"
_HEAD_GROUND = "#EEF2F6"
# Stands in the file's properties instead of the clock, for equal bytes.
_CREATED = datetime(2026, 1, 1)  # noqa: DTZ001


@dataclass(frozen=True, slots=True)
class _Styles:
    title: Any
    subtitle: Any
    head: Any
    text: Any
    number: Any
    date: Any
    bad_text: Any
    problem: Any


@dataclass(frozen=True, slots=True)
class Leaf:
    """One sheet of a workbook; an empty title leaves the header in the first row."""

    name: str
    headers: Sequence[str]
    rows: Iterable[Sequence[Cell]]
    title: str = ""
    subtitle: str = ""


def write_table(
    title: str,
    headers: Sequence[str],
    rows: Iterable[Sequence[Cell]],
    *,
    widths: Sequence[float] | None = None,
    subtitle: str = "",
    footer: Sequence[str] = (),
    sheet: str = "",
) -> bytes:
    """One printable sheet. ``widths`` are in characters (a Chinese one is two), else measured.

    ``subtitle`` stands right under the title (unit, period), ``footer`` lines under the table
    (制表人, 签字). An empty title leaves the header in the first row.
    """
    buffer = io.BytesIO()
    book = _book(buffer)
    styles = _styles(book)
    leaf = Leaf(sheet or title, headers, rows, title, subtitle)
    _write_leaf(book, styles, leaf, widths=widths, footer=footer)
    book.close()
    return buffer.getvalue()


def write_book(leaves: Iterable[Leaf]) -> bytes:
    """A workbook of several printable sheets, in order; equal names are told apart by a number.

    Made in memory alone: what it holds never lies in a temporary file.
    """
    buffer = io.BytesIO()
    book = _book(buffer, in_memory=True)
    styles = _styles(book)
    taken: set[str] = set()
    for leaf in leaves:
        _write_leaf(book, styles, leaf, taken=taken)
    book.close()
    return buffer.getvalue()


def annotate(
    headers: Sequence[str],
    rows: Iterable[tuple[int, Sequence[str]]],
    problems: Mapping[int, Sequence[str]],
) -> bytes:
    """The uploaded rows again, with a red 「问题」 column and the row number they came from.

    ``rows`` are (row number, cells) as ``Table.numbered()`` gives them, ``problems`` the sentences
    by row number. Mend the red rows and upload the same file: the two added columns are ignored.
    """
    buffer = io.BytesIO()
    book = _book(buffer)
    styles = _styles(book)
    page = book.add_worksheet("核对结果")
    if tuple(headers[-2:]) == _ADDED:  # this file has been through here before
        headers = headers[:-2]
    names = [*headers, *_ADDED]
    measured = [_width(name) + 2 for name in names]
    _write_row(page, 0, names, styles, text=styles.head)
    for line, (number, cells) in enumerate(rows, start=1):
        said = "；".join(problems.get(number, ()))
        padded = [*cells[: len(headers)], *[""] * (len(headers) - len(cells))]
        style = styles.bad_text if said else styles.text
        _write_row(page, line, [*padded, None, number], styles, text=style)
        page.write_string(line, len(headers), _fitting(said), styles.problem)
        _measure(measured, [*padded, said])
    _set_page(page, 0, measured)
    book.close()
    return buffer.getvalue()


@dataclass(frozen=True, slots=True)
class Told:
    """What a row is answered with: a word, what there is to say, whether somebody has to act."""

    word: str
    words: str
    red: bool


def with_results(
    headers: Sequence[str],
    rows: Iterable[tuple[int, Sequence[str]]],
    told: Mapping[int, Told],
    *,
    about: Sequence[tuple[str, Cell]],
) -> bytes:
    """The uploaded rows again, each with its result; ``about`` stands on a sheet of its own.

    Every row needs one in ``told``. A file that has been through here before is answered anew.
    """
    buffer = io.BytesIO()
    book = _book(buffer)
    styles = _styles(book)
    page = book.add_worksheet("核对结果")
    if tuple(headers[-3:]) == _RESULTS:
        headers = headers[:-3]
    names = [*headers, *_RESULTS]
    measured = [_width(name) + 2 for name in names]
    _write_row(page, 0, names, styles, text=styles.head)
    for line, (number, cells) in enumerate(rows, start=1):
        said = told[number]
        padded = [*cells[: len(headers)], *[""] * (len(headers) - len(cells))]
        _write_row(page, line, padded, styles, text=styles.bad_text if said.red else styles.text)
        style = styles.problem if said.red else styles.text
        page.write_string(line, len(headers), said.word, style)
        page.write_string(line, len(headers) + 1, _fitting(said.words), style)
        page.write_number(line, len(headers) + 2, number, styles.number)
        _measure(measured, [*padded, said.word, said.words])
    _set_page(page, 0, measured)
    notes = book.add_worksheet("说明")
    for line, pair in enumerate(about):
        _write_row(notes, line, pair, styles)
    notes.set_column(0, 0, 24)
    notes.set_column(1, 1, 60)
    book.close()
    return buffer.getvalue()


def _write_leaf(
    book: Any,
    styles: _Styles,
    leaf: Leaf,
    *,
    widths: Sequence[float] | None = None,
    footer: Sequence[str] = (),
    taken: set[str] | None = None,
) -> None:
    page = book.add_worksheet(_free_name(_sheet_name(leaf.name), taken))
    top = _write_heading(page, styles, leaf.title, leaf.subtitle, len(leaf.headers))
    measured = [_width(header) + 2 for header in leaf.headers]
    _write_row(page, top, leaf.headers, styles, text=styles.head)
    below = top + 1
    for row in leaf.rows:
        _write_row(page, below, row, styles)
        _measure(measured, row)
        below += 1
    for line, text in enumerate(footer, start=below + 1):
        page.write_string(line, 0, text)
    _set_page(page, top, list(widths) if widths is not None else measured)


def _free_name(name: str, taken: set[str] | None) -> str:
    """Excel compares names of sheets without regard to capitals."""
    if taken is None:
        return name
    free, no = name, 1
    while free.casefold() in taken:
        no += 1
        free = f"{name[:27]} {no}"
    taken.add(free.casefold())
    return free


def _book(buffer: io.BytesIO, *, in_memory: bool = False) -> Any:
    options = {
        "constant_memory": not in_memory,
        "in_memory": in_memory,
        "strings_to_formulas": False,
        "strings_to_numbers": False,
        "strings_to_urls": False,
        "nan_inf_to_errors": True,
    }
    book = Workbook(buffer, options)
    book.set_properties({"created": _CREATED})
    return book


def _styles(book: Any) -> _Styles:
    base = {"font_name": _FONT, "font_size": 11, "valign": "vcenter"}
    boxed = {**base, "border": 1, "text_wrap": True}
    text = {**boxed, "num_format": "@"}
    return _Styles(
        title=book.add_format({**base, "font_size": 16, "bold": True, "align": "center"}),
        subtitle=book.add_format({**base, "align": "center"}),
        head=book.add_format({**boxed, "bold": True, "align": "center", "bg_color": _HEAD_GROUND}),
        text=book.add_format(text),
        number=book.add_format({**boxed, "align": "right"}),
        date=book.add_format({**boxed, "num_format": "yyyy-mm-dd", "align": "center"}),
        bad_text=book.add_format({**text, "bg_color": _PALE_RED}),
        problem=book.add_format({**text, "font_color": _RED, "bold": True}),
    )


def _write_heading(page: Any, styles: _Styles, title: str, subtitle: str, columns: int) -> int:
    """Title and subtitle over the table's whole width; answers the header's row (from 0)."""
    top = 0
    for text, style in ((title, styles.title), (subtitle, styles.subtitle)):
        if text:
            if columns > 1:
                page.merge_range(top, 0, top, columns - 1, "", style)
            page.write_string(top, 0, text, style)
            top += 1
    if title:
        page.set_row(0, 28)
    return top


def _write_row(
    page: Any, line: int, row: Sequence[Cell], styles: _Styles, *, text: Any = None
) -> None:
    text = text or styles.text
    for column, value in enumerate(row):
        if value is None:
            page.write_blank(line, column, None, text)
        elif isinstance(value, datetime):
            page.write_string(line, column, _moment(value), text)
        elif isinstance(value, date):
            page.write_datetime(line, column, value, styles.date)
        elif isinstance(value, bool):
            page.write_string(line, column, "是" if value else "否", text)
        elif isinstance(value, int | float | Decimal) and -_EXACT < value < _EXACT:
            page.write_number(line, column, value, styles.number)
        else:
            page.write_string(line, column, _fitting(str(value)), text)


def _moment(at: datetime) -> str:
    return f"{to_shanghai(at) if at.tzinfo else at:%Y-%m-%d %H:%M}"


def _fitting(text: str) -> str:
    """Excel holds 32,767 characters in a cell; what is beyond is cut aloud."""
    return text if len(text) <= _LONGEST else text[: _LONGEST - len(_CUT)] + _CUT


def _measure(widths: list[float], row: Sequence[Cell]) -> None:
    for column, value in enumerate(row[: len(widths)]):
        shown = _moment(value) if isinstance(value, datetime) else str(value or "")
        widths[column] = min(max(widths[column], _width(shown) + 2), _WIDEST)


def _width(text: str) -> float:
    """Width in half characters: a Chinese character counts two."""
    if text.isascii():
        return float(len(text))
    return float(sum(2 if unicodedata.east_asian_width(sign) in "WF" else 1 for sign in text))


def _set_page(page: Any, top: int, widths: Sequence[float]) -> None:
    for column, width in enumerate(widths):
        page.set_column(column, column, width)
    page.set_paper(9)  # A4
    if sum(widths) > _PORTRAIT_WIDTH:
        page.set_landscape()
    page.fit_to_pages(1, 0)
    page.repeat_rows(0, top)
    page.freeze_panes(top + 1, 0)
    page.center_horizontally()
    page.set_margins(left=0.5, right=0.5, top=0.6, bottom=0.7)
    page.set_footer("&C第 &P 页，共 &N 页")


def _sheet_name(title: str) -> str:
    """Excel allows 31 characters and not ``[]:*?/\\``, nor an apostrophe at either end."""
    kept = "".join(sign for sign in title if sign not in "[]:*?/\\")
    return kept[:31].strip("'").strip() or "表"

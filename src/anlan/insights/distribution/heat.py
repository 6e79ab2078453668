"""A table of counts as a page shows it: shades by share of the largest, cells with their cases."""

from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import quote

from anlan.foundation.ui.charts import SHADES
from anlan.insights.distribution.counting import Cell, Counter, Table
from anlan.insights.distribution.dimensions import NOT_SAID, Group
from anlan.insights.distribution.pictures import NOTHING, records_base


@dataclass(frozen=True)
class Square:
    text: str
    href: str
    shade: int


@dataclass(frozen=True)
class HeatRow:
    label: str
    squares: Sequence[Square]
    total: Square


@dataclass(frozen=True)
class Heat:
    """`columns` are headings; the last row is the column totals."""

    columns: Sequence[str]
    rows: Sequence[HeatRow]
    totals: Sequence[Square]
    total: Square
    any_hidden: bool


def heat_of(counter: Counter, table: Table, rows: str, columns: str) -> Heat:
    largest = max((cell.count or 0 for line in table.cells for cell in line), default=0)
    both = records_base(counter, rows, columns)
    across = [f"&{columns}={quote(one.key)}" if one.key else "" for one in table.columns]

    def row(group: Group, cells: Sequence[Cell], total: Cell) -> HeatRow:
        down = f"{both}&{rows}={quote(group.key)}" if group.key else ""
        squares = [
            _square(cell, down + over if down and over else "", largest)
            for over, cell in zip(across, cells, strict=True)
        ]
        alone = f"{records_base(counter, rows)}&{rows}={quote(group.key)}" if group.key else ""
        return HeatRow(group.label, squares, _square(total, alone))

    below = records_base(counter, columns)
    return Heat(
        [column.label for column in table.columns],
        [row(*one) for one in zip(table.rows, table.cells, table.row_totals, strict=True)],
        [
            _square(cell, below + over if over else "")
            for over, cell in zip(across, table.column_totals, strict=True)
        ],
        _square(table.total, ""),
        table.any_hidden,
    )


def _square(cell: Cell, href: str, largest: int = 0) -> Square:
    """A nought leads nowhere and stays blank; totals have no shade."""
    if cell.count == 0:
        return Square("", "", 0)
    return Square(cell.text, href, _shade(cell, largest))


def busiest(table: Table, join: str) -> str:
    """周三 10 时最多，12 例: the title of a heat table."""
    found = [
        (cell.count or 0, row, column)
        for row, line in zip(table.rows, table.cells, strict=True)
        for column, cell in zip(table.columns, line, strict=True)
        if row.key != NOT_SAID and column.key != NOT_SAID
    ]
    most = max((count for count, _, _ in found), default=0)
    if not most:
        return NOTHING if table.total.count == 0 else "每一格都太少或未说明，不作比较"
    tops: list[tuple[Group, Group]] = [
        (row, column) for count, row, column in found if count == most
    ]
    row, column = tops[0]
    more = f"等 {len(tops)} 处" if len(tops) > 1 else ""
    return f"{column.label}{join}{row.label}{more}最多，{most:,} 例"


def _shade(cell: Cell, largest: int) -> int:
    if not largest or not cell.count:
        return 0
    return min(SHADES, cell.count * SHADES // largest + (cell.count * SHADES % largest > 0))

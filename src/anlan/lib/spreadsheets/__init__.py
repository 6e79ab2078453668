"""Spreadsheets as offices send and print them: read xlsx, xls and csv; write xlsx.

Floor 0: no database, no requests. ``read_table`` turns bytes or a path into rows of text,
``write_table`` makes the sheet an office prints, ``write_book`` a book of several, ``annotate``
hands rows back with their problems.
"""

from anlan.lib.spreadsheets.files import BadSpreadsheet, EmptySheet, Limits
from anlan.lib.spreadsheets.reading import Table, read_table, sheet_names
from anlan.lib.spreadsheets.writing import (
    Cell,
    Leaf,
    Told,
    annotate,
    with_results,
    write_book,
    write_table,
)

__all__ = [
    "BadSpreadsheet",
    "Cell",
    "EmptySheet",
    "Leaf",
    "Limits",
    "Table",
    "Told",
    "annotate",
    "read_table",
    "sheet_names",
    "with_results",
    "write_book",
    "write_table",
]

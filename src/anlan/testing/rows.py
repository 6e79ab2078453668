"""The rows of tables as the database holds them: read, compared, laid down again."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from django.apps import apps
from django.db import connection, models

Row = tuple[Any, ...]
Rows = dict[Any, Row]  # by primary key
MOST_PARAMETERS = 900  # of one statement


class NoTable(LookupError):
    """A table that belongs to no model."""


@dataclass(frozen=True)
class Table:
    name: str
    key: str
    columns: tuple[str, ...]

    @property
    def place_of_key(self) -> int:
        return self.columns.index(self.key)


@dataclass(frozen=True)
class Change:
    """What happened to a table between two moments."""

    table: Table
    new: list[Row]
    other: list[Row]
    gone: list[Any]


@cache
def _tables() -> dict[str, Table]:
    return {
        model._meta.db_table: _table(model)
        for model in apps.get_models(include_auto_created=True)
        if model._meta.managed and not model._meta.proxy
    }


def _table(model: type[models.Model]) -> Table:
    about = model._meta
    plain = [f for f in about.local_concrete_fields if not getattr(f, "generated", False)]
    columns = tuple(str(f.column) for f in plain)
    return Table(about.db_table, str(about.pk.column), columns)


def table(name: str) -> Table:
    try:
        return _tables()[name]
    except KeyError:
        raise NoTable(name) from None


def rows_of(name: str) -> Rows:
    """Every row, unconverted: SQLite converts by a column's declared type, a sum has none."""
    it = table(name)
    sign = "+" if connection.vendor == "sqlite" else ""
    columns = ", ".join(f"{sign}{_quoted(column)}" for column in it.columns)
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {columns} FROM {_quoted(name)}")
        place = it.place_of_key
        return {row[place]: tuple(map(_kept, row)) for row in cursor.fetchall()}


def _kept(value: Any) -> Any:
    return bytes(value) if isinstance(value, memoryview) else value


def between(name: str, before: Rows) -> Change:
    """How the table differs now from what it held before."""
    now = rows_of(name)
    new = [row for key, row in now.items() if key not in before]
    other = [row for key, row in now.items() if key in before and before[key] != row]
    return Change(table(name), new, other, [key for key in before if key not in now])


def lay(change: Change) -> None:
    """Make the change again."""
    it = change.table
    with connection.cursor() as cursor:
        old = [*change.gone, *(row[it.place_of_key] for row in change.other)]
        if old:
            where = f"DELETE FROM {_quoted(it.name)} WHERE {_quoted(it.key)} = %s"
            cursor.executemany(where, [(key,) for key in old])
        _insert(cursor, it, [*change.other, *change.new])


def _insert(cursor: Any, it: Table, rows: Sequence[Row]) -> None:
    """Foreign keys are held at the end of a transaction, so the order of tables doesn't matter."""
    into = f"INSERT INTO {_quoted(it.name)} ({', '.join(map(_quoted, it.columns))}) VALUES "
    one = f"({', '.join(['%s'] * len(it.columns))})"
    step = max(1, MOST_PARAMETERS // len(it.columns))
    for at in range(0, len(rows), step):
        some = rows[at : at + step]
        values = [value for row in some for value in row]
        cursor.execute(into + ", ".join([one] * len(some)), values)


def _quoted(name: str) -> str:
    return connection.ops.quote_name(name)

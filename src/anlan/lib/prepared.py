"""Reads and writes of the hot paths: SQL put together once, not once for each request.

Django's query compiler takes longer than the database over a handful of rows. `Prepared` compiles a
queryset once for each thread and runs it for any number of keys; `update_rows` and `insert_rows`
send many rows with one statement.
"""

import json
import threading
from collections.abc import Callable, Iterable, Sequence
from typing import Any, Generic, TypeVar
from uuid import UUID

from django.db import DEFAULT_DB_ALIAS, connection, connections, models
from django.db.models.query import get_related_populators

M = TypeVar("M", bound=models.Model)
_KEYS = object()
_AS_IT_STANDS: dict[type[Any], type] = {
    models.CharField: str,
    models.BooleanField: bool,
    models.PositiveSmallIntegerField: int,
    models.PositiveIntegerField: int,
    models.ForeignKey: int,
}


class Prepared(Generic[M]):
    """`build()` is a queryset without a filter on `column`; `rows(keys)` are its rows for keys.

    Keys are whole numbers, texts or UUIDs. The queryset must not depend on anything but the tables.
    """

    def __init__(self, build: Callable[[], "models.QuerySet[M]"], column: str) -> None:
        self._build = build
        self._column = column
        self._local = threading.local()

    def rows(self, keys: Iterable[Any]) -> list[M]:
        """The rows of these keys, in the queryset's order; inside a transaction if it locks."""
        wanted = list(keys)
        if not wanted:
            return []
        compiler, sql, params = self._compiled()
        filled = [_as_parameter(wanted) if one is _KEYS else one for one in params]
        with connection.cursor() as cursor:
            cursor.execute(sql, filled)
            found = cursor.fetchall()
        return self._made(compiler, found)

    def _compiled(self) -> tuple[Any, str, list[Any]]:
        kept = getattr(self._local, "kept", None)
        if kept is None or kept[0] is not connection.ops:
            compiler = self._filtered().query.get_compiler(DEFAULT_DB_ALIAS)
            sql, params = compiler.as_sql()
            kept = self._local.kept = (connection.ops, compiler, sql, list(params))
        return kept[1], kept[2], kept[3]

    def _filtered(self) -> "models.QuerySet[M]":
        rows = self._build()
        quote = connection.ops.quote_name
        field = rows.model._meta.get_field(self._column)
        assert isinstance(field, models.Field)
        column = f"{quote(rows.model._meta.db_table)}.{quote(str(field.column))}"
        return rows.extra(where=[_among(column)], params=[_KEYS])

    def _made(self, compiler: Any, found: Sequence[Any]) -> list[M]:
        """As Django's own ModelIterable makes them."""
        info = compiler.klass_info
        places = info["select_fields"]
        first, last = places[0], places[-1] + 1
        names = [one[0].target.attname for one in compiler.select[first:last]]
        related = get_related_populators(info, compiler.select, DEFAULT_DB_ALIAS)  # type: ignore[call-arg]
        converters = compiler.get_converters([one[0] for one in compiler.select])
        made = []
        for row in compiler.apply_converters(found, converters) if converters else found:
            obj = info["model"].from_db(DEFAULT_DB_ALIAS, names, row[first:last])
            for populator in related:
                populator.populate(row, obj)
            made.append(obj)
        return made


def _among(column: str) -> str:
    """One parameter however many keys, so that the statement stays the same."""
    if connection.vendor == "postgresql":
        return f"{column} = ANY(%s)"
    return f"{column} IN (SELECT value FROM json_each(%s))"


def _as_parameter(keys: list[Any]) -> Any:
    if connection.vendor == "postgresql":
        return keys
    return json.dumps([key.hex if isinstance(key, UUID) else key for key in keys])


def update_rows(objs: Sequence[models.Model], names: Sequence[str]) -> None:
    """Write some columns of many rows, in one statement; the caller holds them locked."""
    if not objs:
        return
    meta = type(objs[0])._meta
    fields = _fields(type(objs[0]), names)
    quote = connection.ops.quote_name
    sets = ", ".join(f"{quote(str(field.column))} = %s" for field in fields)
    key = quote(str(meta.pk.column))
    sql = f"UPDATE {quote(meta.db_table)} SET {sets} WHERE {key} = %s"
    _send(sql, [[*_values(obj, fields), obj.pk] for obj in objs])


def insert_rows(objs: Sequence[models.Model], names: Sequence[str]) -> None:
    """Insert many rows in one statement; their own numbers are not read back."""
    if not objs:
        return
    fields = _fields(type(objs[0]), names)
    quote = connection.ops.quote_name
    columns = ", ".join(quote(str(field.column)) for field in fields)
    marks = ", ".join(["%s"] * len(fields))
    table = quote(type(objs[0])._meta.db_table)
    _send(
        f"INSERT INTO {table} ({columns}) VALUES ({marks})", [_values(obj, fields) for obj in objs]
    )


def _fields(model: type[models.Model], names: Sequence[str]) -> "list[models.Field[Any, Any]]":
    by_name = {field.name: field for field in model._meta.concrete_fields}
    return [by_name[name] for name in names]


def _values(obj: models.Model, fields: "Sequence[models.Field[Any, Any]]") -> list[Any]:
    return [_value(getattr(obj, field.attname), field) for field in fields]


def _value(value: Any, field: "models.Field[Any, Any]") -> Any:
    """What drivers take as it stands goes past Django's preparation, which takes longer."""
    if value is None or _AS_IT_STANDS.get(type(field)) is type(value):
        return value
    return field.get_db_prep_save(value, connections[DEFAULT_DB_ALIAS])


def _send(sql: str, rows: list[list[Any]]) -> None:
    with connection.cursor() as cursor:
        if len(rows) == 1:
            cursor.execute(sql, rows[0])
        else:
            cursor.executemany(sql, rows)

"""Sealed values moved to the current key, while the site goes on.

Every `SealedTextField` of every room is found by asking Django; of what is sealed inside JSON there
are the narratives of former versions. A value is replaced only where it still reads as it was read,
so that nothing written meanwhile is lost; whoever is stopped half-way begins again with what is
left.
"""

import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.apps import apps
from django.db import connection, models, transaction

from anlan.injuries.models import CaseVersion
from anlan.injuries.services.comparing import SEALED_AS
from anlan.lib.fields import SealedTextField, keyring

BATCH = 500


@dataclass(frozen=True)
class Column:
    """A column with sealed text, or with JSON in which the value at `key` is sealed."""

    table: str
    column: str
    pk: str
    bound_to: str
    key: str = ""

    def __str__(self) -> str:
        return f"{self.table}.{self.column}"


def sealed_columns() -> list[Column]:
    """Every place of the database where something is sealed, in a steady order."""
    found = [
        Column(*_place(model, field), field.bound_to)
        for model in apps.get_models()
        for field in model._meta.local_concrete_fields
        if isinstance(field, SealedTextField)
    ]
    versions = _place(CaseVersion, CaseVersion._meta.get_field("values"))
    found.append(Column(*versions, SEALED_AS, "narrative"))
    return sorted(found, key=str)


def _place(model: type[models.Model], field: object) -> tuple[str, str, str]:
    pk = model._meta.pk
    if not isinstance(field, models.Field) or pk is None or not pk.column or not field.column:
        raise TypeError(f"{model} keeps no such column")
    return model._meta.db_table, field.column, pk.column


def counts() -> Counter[str]:
    """How many values are sealed under each key of the database: `{"k1": 4100, "k2": 12}`."""
    found: Counter[str] = Counter()
    for column in sealed_columns():
        for _, text in _rows(column):
            found[_sealed(column, text).split(".", 2)[1]] += 1
    return found


def reseal() -> Iterator[tuple[Column, int]]:
    """Move everything to the current key, five hundred rows a transaction; tells each batch."""
    for column in sealed_columns():
        batch: list[tuple[Any, str]] = []
        for pk, text in _rows(column):
            if not _sealed(column, text).startswith(keyring().mark):
                batch.append((pk, text))
            if len(batch) == BATCH:
                yield column, _move(column, batch)
                batch = []
        if batch:
            yield column, _move(column, batch)


def _rows(column: Column) -> Iterator[tuple[Any, str]]:
    """Key and raw text of every row with something sealed in it, by key, a batch at a time."""
    name = connection.ops.quote_name
    text = f"CAST({name(column.column)} AS TEXT)"
    like = f'%"{column.key}": "_.k%' if column.key else "_.k%"
    where = f"{text} LIKE %s"
    asked: list[Any] = [like]
    while True:
        with connection.cursor() as cursor:
            cursor.execute(
                f"SELECT {name(column.pk)}, {text} FROM {name(column.table)} "
                f"WHERE {where} ORDER BY {name(column.pk)} LIMIT {BATCH}",
                asked,
            )
            rows = cursor.fetchall()
        yield from rows
        if len(rows) < BATCH:
            return
        where, asked = f"{text} LIKE %s AND {name(column.pk)} > %s", [like, rows[-1][0]]


def _sealed(column: Column, text: str) -> str:
    return str(json.loads(text)[column.key]) if column.key else text


def _moved(column: Column, text: str) -> str:
    """The row's text with its value under the current key."""
    ring = keyring()
    plain = ring.open(_sealed(column, text), bound_to=column.bound_to)
    again = ring.seal(plain, bound_to=column.bound_to)
    return json.dumps(json.loads(text) | {column.key: again}) if column.key else again


@transaction.atomic
def _move(column: Column, batch: list[tuple[Any, str]]) -> int:
    """How many of the batch still read as they were read, and are moved."""
    name = connection.ops.quote_name
    cast = "::jsonb" if column.key and connection.vendor == "postgresql" else ""
    change = (
        f"UPDATE {name(column.table)} SET {name(column.column)} = %s{cast} "
        f"WHERE {name(column.pk)} = %s AND CAST({name(column.column)} AS TEXT) = %s"
    )
    moved = 0
    with connection.cursor() as cursor:
        for pk, text in batch:
            cursor.execute(change, [_moved(column, text), pk, text])
            moved += cursor.rowcount
    return moved

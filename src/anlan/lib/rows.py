"""Plain reads for hot paths, where building a query costs more than running it.

    for pk, status in rows("SELECT id, status FROM classes_trainingclass WHERE id IN {}", pks): ...

Each `{}` takes one collection. Values come as the driver has them: numbers and texts are themselves
on every database; a UUID is asked for by `uuid_param`, read by `uuid_value`. For anything that is
asked for less often than thousands of times a minute the ORM is the better reader.
"""

import uuid
from collections.abc import Collection
from typing import Any

from django.db import connection

NOTHING = "(NULL)"  # IN (NULL) is true of no row


def rows(sql: str, *lists: Collection[Any]) -> list[tuple[Any, ...]]:
    """Every row of a SELECT whose `{}` are filled with these collections, in order."""
    places = [f"({','.join(['%s'] * len(one))})" if one else NOTHING for one in lists]
    with connection.cursor() as cursor:
        cursor.execute(sql.format(*places), [value for one in lists for value in one])
        return list(cursor.fetchall())


def uuid_param(value: uuid.UUID) -> Any:
    """A UUID as this database keeps it."""
    return value if connection.features.has_native_uuid_field else value.hex


def uuid_value(raw: Any) -> uuid.UUID:
    return raw if isinstance(raw, uuid.UUID) else uuid.UUID(raw)

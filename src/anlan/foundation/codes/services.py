"""Loading the code lists that ship with the product."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from datetime import date
from importlib.resources import files
from typing import TypedDict

from django.db import transaction

from anlan.foundation.codes import queries
from anlan.foundation.codes.models import Code, System

_DATA = files("anlan.foundation.codes").joinpath("data")
# GB/T 4754 codes carry their level and parent in their length: C, C26, C261, C2614.
_LEVEL_BY_LENGTH = {1: 1, 3: 2, 4: 3, 5: 4}
_PARENT_LENGTH = {1: 0, 3: 1, 4: 3, 5: 4}


class _Version(TypedDict):
    system: str
    valid_from: str
    valid_to: str


@transaction.atomic
def load_codes() -> int:
    """Write every shipped list, new rows and changed ones; answers the number of codes.

    Idempotent and under a second, so that set-up may always call it. Part of installing, not an act
    of the trade: no actor, no ledger line. A code is never deleted: old facts point at it.
    """
    codes = [code for version in _versions() for code in _codes(version)]
    Code.objects.bulk_create(
        codes,
        update_conflicts=True,
        unique_fields=["system", "code", "valid_from"],
        update_fields=["name", "parent_code", "level", "valid_to", "sort", "note"],
    )
    queries.forget()
    return len(codes)


def _versions() -> Iterator[_Version]:
    for row in _rows("systems"):
        yield _Version(system=row["system"], valid_from=row["valid_from"], valid_to=row["valid_to"])


def _codes(version: _Version) -> Iterator[Code]:
    system = version["system"]
    for sort, row in enumerate(_rows(system), start=1):
        code = row["code"]
        by_length = system == System.GB_T_4754
        yield Code(
            system=system,
            code=code,
            name=row["name"],
            parent_code=code[: _PARENT_LENGTH[len(code)]] if by_length else row.get("parent", ""),
            level=_LEVEL_BY_LENGTH[len(code)] if by_length else int(row.get("level", 1)),
            valid_from=date.fromisoformat(version["valid_from"]),
            valid_to=date.fromisoformat(version["valid_to"]) if version["valid_to"] else None,
            sort=sort,
            note=row.get("note", ""),
        )


def _rows(name: str) -> Iterator[dict[str, str]]:
    with _DATA.joinpath(f"{name}.csv").open(encoding="utf-8") as lines:
        yield from csv.DictReader(lines)

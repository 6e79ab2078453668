"""Loading the syllabi that the platform ships."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from django.db import transaction

from anlan.courses.models import Module, Syllabus, SyllabusModule

SHIPPED = Path(__file__).parents[1] / "data" / "syllabi.json"
Row = Mapping[str, Any]


@transaction.atomic
def load_syllabi(book: Path = SHIPPED) -> int:
    """Bring syllabi and modules to what the file says, by their keys; how many syllabi it holds.

    Idempotent. A module or syllabus that the file no longer names stays: classes may hold it.
    """
    rows: list[Row] = json.loads(book.read_text("utf-8"))
    modules = _keep_modules([module for row in rows for module in row["modules"]])
    syllabi = _keep_syllabi(rows)
    _keep_places(rows, syllabi, modules)
    return len(rows)


def _keep_modules(rows: Sequence[Row]) -> dict[str, Module]:
    wanted = {row["key"]: _module(row) for row in rows}
    Module.objects.bulk_create(
        wanted.values(),
        update_conflicts=True,
        unique_fields=["key"],
        update_fields=["title", "kind", "hours", "mode", "risks", "practical"],
    )
    return Module.objects.in_bulk(list(wanted), field_name="key")


def _keep_syllabi(rows: Sequence[Row]) -> dict[str, Syllabus]:
    names = ("key", "title", "industry", "role", "hours_required")
    Syllabus.objects.bulk_create(
        [Syllabus(**{name: row[name] for name in names}) for row in rows],
        update_conflicts=True,
        unique_fields=["key"],
        update_fields=["title", "industry", "role", "hours_required"],
    )
    return Syllabus.objects.in_bulk([row["key"] for row in rows], field_name="key")


def _keep_places(
    rows: Sequence[Row], syllabi: Mapping[str, Syllabus], modules: Mapping[str, Module]
) -> None:
    """Nothing refers to a place, so all are laid anew."""
    SyllabusModule.objects.filter(syllabus__in=syllabi.values()).delete()
    SyllabusModule.objects.bulk_create(
        SyllabusModule(syllabus=syllabi[row["key"]], module=modules[one["key"]], order=order)
        for row in rows
        for order, one in enumerate(row["modules"], start=1)
    )


def _module(row: Row) -> Module:
    return Module(
        key=row["key"],
        title=row["title"],
        kind=row["kind"],
        hours=row["hours"],
        mode=row["mode"],
        risks=row["risks"],
        practical=row["practical"] or "",
    )

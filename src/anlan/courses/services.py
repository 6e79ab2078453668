"""Loading the syllabi that the platform ships."""

import json
from pathlib import Path
from typing import Any

from django.db import transaction

from anlan.courses.models import Module, Syllabus, SyllabusModule

SHIPPED = Path(__file__).parent / "data" / "syllabi.json"


@transaction.atomic
def load_syllabi(file: Path = SHIPPED) -> int:
    """Add or mend the shipped syllabi and their modules; returns how many syllabi there are."""
    rows: list[dict[str, Any]] = json.loads(file.read_text("utf-8"))
    for row in rows:
        _load(row)
    return len(rows)


def _load(row: dict[str, Any]) -> None:
    facts = {name: row[name] for name in ("title", "industry", "role", "hours_required")}
    syllabus, _new = Syllabus.objects.update_or_create(key=row["key"], defaults=facts)
    for order, module in enumerate(row["modules"]):
        facts = {name: module[name] for name in ("title", "kind", "hours", "mode", "risks")}
        facts["practical"] = module["practical"] or ""
        taught, _new = Module.objects.update_or_create(key=module["key"], defaults=facts)
        SyllabusModule.objects.update_or_create(
            syllabus=syllabus, module=taught, defaults={"order": order}
        )

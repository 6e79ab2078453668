"""Loading the rule book that the platform ships; a city edits its own rows afterwards."""

import json
from datetime import date
from pathlib import Path
from typing import Any

from django.db import transaction

from anlan.foundation.rules.models import Rule

BOOK = Path(__file__).parent / "data" / "rules.json"


@transaction.atomic
def load_rules(book: Path = BOOK) -> int:
    """Add the shipped rules that are missing; never overwrite what a city has changed."""
    known = set(Rule.objects.values_list("key", "scope", "valid_from"))
    shipped = [_rule(row) for row in json.loads(book.read_text("utf-8"))]
    fresh = [r for r in shipped if (r.key, r.scope, r.valid_from) not in known]
    Rule.objects.bulk_create(fresh)
    return len(fresh)


def _rule(row: dict[str, Any]) -> Rule:
    until = row.get("valid_to")
    return Rule(
        key=row["key"],
        scope=row.get("scope", ""),
        value=row["value"],
        valid_from=date.fromisoformat(str(row["valid_from"])),
        valid_to=date.fromisoformat(str(until)) if until else None,
        label=row["label"],
        clause=row["clause"],
    )

"""A check frozen: canonical JSON (RFC 8785) whose SHA-256 stands in the ledger line.

It names every number with its definition, the rule and the clause, so that an outsider who has the
records can compute it again. Nobody's name is in it.
"""

import hashlib
from datetime import datetime
from typing import Any

from anlan.exemplars.queries.criteria import Criterion, Standing
from anlan.foundation.ledger.services import rfc3339
from anlan.proofs.canonical import canonical

FORMAT = "anlan-exemplar-check/1"
OUTCOMES = {True: "yes", False: "no", None: "unknown"}


def freeze(standing: Standing, at: datetime) -> tuple[str, str]:
    """The bytes as text, and their SHA-256."""
    body = standing.organization
    content = canonical(
        {
            "format": FORMAT,
            "organization": {"name": body.name, "uscc": body.uscc},
            "computed_at": rfc3339(at),
            "on": standing.on.isoformat(),
            "fulfilled": standing.fulfilled,
            "criteria": [_line(one) for one in standing.criteria],
        }
    )
    return content.decode(), hashlib.sha256(content).hexdigest()


def _line(one: Criterion) -> dict[str, Any]:
    return {
        "key": one.key,
        "name": one.name,
        "outcome": OUTCOMES[one.outcome],
        "value": one.value,
        "parts": one.parts,
        "wanted": one.wanted,
        "rule": {"key": one.rule, "value": str(one.ruling.value), "clause": one.ruling.clause},
        "since": one.since.isoformat(),
        "until": one.until.isoformat(),
        "definition": {"numerator": one.numerator, "denominator": one.denominator},
        "source": one.source,
        "data_on": one.data_on.isoformat() if one.data_on else "",
        "note": one.note,
    }

"""Reading cases with their former states, and the insured people, from the database."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, fields
from datetime import date, datetime
from typing import Any

import numpy as np
from django.db.models import Count, Max, Sum

from anlan.injuries.models import Case, CaseVersion, Source
from anlan.insights.distribution.columns import (
    FOREVER,
    Array,
    State,
    Vocabulary,
    month_number,
    second,
)
from anlan.organizations.models import InsuredHeadcount

AT_ONCE = 20_000
_CASE = (
    "id",
    "organization_id",
    "injured_on",
    "injured_hour",
    "age",
    "tenure_months",
    "lost_days",
    "district",
    "industry",
    "key_industry",
    "type_code",
    "part_code",
    "source_code",
    "occupation",
    "severity",
    "circumstance",
    "recognition__outcome",
    "recognition__decided_on",
    "report__reported_at",
)
_MORE = ("known_at", "withdrawn_at", "changed_at", "source_id")
_NAMES = tuple(field.name for field in fields(State))[: len(_CASE)]
# What a version calls a column; it keeps what isn't said as null.
_VERSION = {
    "organization_id": "organization",
    "recognition.outcome": "outcome",
    "recognition.decided_on": "decided_on",
    "report.reported_at": "reported_at",
}
_TEXTS = frozenset(field.name for field in fields(State) if field.type in ("str", str))
_DAYS = {"injured_on", "decided_on"}


@dataclass(frozen=True)
class Chunk:
    """States of some cases; `changed` is when each case last changed, by id."""

    states: list[State]
    changed: dict[int, datetime]


def foreign_sources() -> frozenset[int]:
    """Sources of figures of elsewhere, whose cases count nowhere."""
    return frozenset(Source.objects.filter(foreign=True).values_list("pk", flat=True))


def all_chunks(foreign: frozenset[int]) -> Iterator[Chunk]:
    """Every case in the order of its id, some thousands at once."""
    last = 0
    while True:
        rows = list(
            Case.objects.filter(pk__gt=last).order_by("pk").values_list(*_CASE, *_MORE)[:AT_ONCE]
        )
        if not rows:
            return
        first, last = rows[0][0], rows[-1][0]
        found = CaseVersion.objects.filter(case__gte=first, case__lte=last)
        yield _chunk(rows, _versions(found), foreign)


def chunks_of(ids: Sequence[int], foreign: frozenset[int]) -> Iterator[Chunk]:
    """The cases of these ids."""
    for start in range(0, len(ids), 500):
        some = ids[start : start + 500]
        rows = list(Case.objects.filter(pk__in=some).values_list(*_CASE, *_MORE))
        yield _chunk(rows, _versions(CaseVersion.objects.filter(case__in=some)), foreign)


def changed_after(moment: datetime) -> dict[int, datetime]:
    """Cases that changed or got a version since, with when; an undo sets a case's time back."""
    cases = Case.objects.filter(changed_at__gt=moment).values_list("pk", "changed_at")
    versions = CaseVersion.objects.filter(replaced_at__gt=moment).order_by("replaced_at", "pk")
    return dict(cases) | dict(versions.values_list("case_id", "replaced_at"))


def number_of_cases() -> int:
    return Case.objects.count()


def _versions(rows: Any) -> dict[int, list[tuple[dict[str, Any], datetime]]]:
    found: dict[int, list[tuple[dict[str, Any], datetime]]] = {}
    ordered = rows.order_by("case_id", "replaced_at", "pk")
    for case, values, replaced in ordered.values_list("case_id", "values", "replaced_at"):
        found.setdefault(case, []).append((values, replaced))
    return found


def _chunk(
    rows: Iterable[tuple[Any, ...]],
    versions: dict[int, list[tuple[dict[str, Any], datetime]]],
    foreign: frozenset[int],
) -> Chunk:
    states: list[State] = []
    changed: dict[int, datetime] = {}
    for row in rows:
        known_at, withdrawn_at, changed_at, source = row[-4:]
        changed[row[0]] = changed_at
        if source in foreign:
            continue
        end = FOREVER if withdrawn_at is None else second(withdrawn_at)
        now = State(*(*row[: len(_CASE)], second(known_at), end))
        former = versions.get(now.case)
        states += _history(now, former) if former else [now]
    return Chunk(states, changed)


def _history(now: State, versions: list[tuple[dict[str, Any], datetime]]) -> list[State]:
    """The present state and those before it, each with its span; what lasted no second is left."""
    values: dict[str, Any] = {name: getattr(now, name) for name in _NAMES}
    begun, until = now.since, now.until
    found = []
    for before, replaced in reversed(versions):
        since = max(second(replaced), begun)
        found.append(State(**values, since=since, until=until))
        values |= _former(before)
        until = since
    found.append(State(**values, since=begun, until=until))
    return [state for state in found if state.since < state.until]


def _former(before: dict[str, Any]) -> dict[str, Any]:
    said: dict[str, Any] = {}
    for key, value in before.items():
        name = _VERSION.get(key, key)
        if name not in _NAMES or name == "case":
            continue
        if value in (None, ""):
            said[name] = "" if name in _TEXTS else None
        elif name in _DAYS:
            said[name] = date.fromisoformat(str(value))
        elif name == "reported_at":
            said[name] = datetime.fromisoformat(str(value))
        else:
            said[name] = value
    return said


Signature = tuple[int, int, int]


def exposure_signature() -> Signature:
    """Tells whether insured people were added or changed: rows, newest row, people."""
    found = InsuredHeadcount.objects.aggregate(n=Count("pk"), last=Max("pk"), people=Sum("people"))
    return found["n"], found["last"] or 0, found["people"] or 0


def exposure_columns(books: dict[str, Vocabulary]) -> dict[str, Array]:
    """Insured people by month, district and industry of their enterprise as it is registered."""
    rows = list(
        InsuredHeadcount.objects.order_by()
        .values_list(
            "month",
            "organization__district",
            "organization__industry",
            "organization__key_industry",
        )
        .annotate(people=Sum("people"))
    )
    return {
        "month": np.fromiter((month_number(row[0]) for row in rows), np.uint16),
        "district": books["district"].array(row[1] for row in rows),
        "industry": books["industry"].array(row[2] for row in rows),
        "key_industry": books["key_industry"].array(row[3] for row in rows),
        "people": np.fromiter((row[4] for row in rows), np.int64),
    }

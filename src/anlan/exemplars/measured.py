"""Where PPE and mechanisation are counted: by experts (room `visits`) or by the enterprise itself.

Rows of an expert win over rows that the enterprise has declared.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from anlan.exemplars.models import DeclaredMeasure, Stand
from anlan.exemplars.spans import Span
from anlan.organizations.models import Organization
from anlan.visits.queries import inspections, visits

ONE_DAY = timedelta(days=1)


@dataclass(frozen=True)
class Counted:
    """What counts of a key in a span; `verified` unless only the enterprise says so."""

    numerator: int
    denominator: int
    on: date
    by_expert: bool
    verified: bool


def declared_measures(
    organization: Organization, key: str, since: date, until: date
) -> Sequence[Counted]:
    """The enterprise's own counts from `since` to `until` (both included), not those returned."""
    rows = DeclaredMeasure.objects.filter(
        organization=organization, key=key, on__gte=since, on__lte=until
    ).exclude(status=Stand.RETURNED)
    return [
        Counted(one.numerator, one.denominator, one.on, False, one.status == Stand.VERIFIED)
        for one in rows
    ]


def walked_measures(
    organization: Organization, key: str, since: date, until: date
) -> Sequence[Counted]:
    """What walks through the enterprise counted, from `since` to `until` (both included)."""
    rows = inspections.measures_of(organization, key, since, until + ONE_DAY)
    return [
        Counted(one.numerator, one.denominator, one.on, one.by_expert, one.by_expert)
        for one in rows
    ]


def newest_count(organization: Organization, key: str, span: Span) -> Counted | None:
    """The latest day's counts, added up; an expert's before the enterprise's own."""
    asked = (organization, key, span.since, span.last)
    rows = [
        row for row in (*walked_measures(*asked), *declared_measures(*asked)) if row.denominator
    ]
    seen = [row for row in rows if row.by_expert] or rows
    if not seen:
        return None
    on = max(row.on for row in seen)
    same = [row for row in seen if row.on == on]
    return Counted(
        sum(row.numerator for row in same),
        sum(row.denominator for row in same),
        on,
        same[0].by_expert,
        all(row.verified for row in same),
    )


def visit_days(organization: Organization, span: Span) -> list[date]:
    """Days on which an expert came."""
    return sorted(set(visits.days_of_visits(organization, span.since, span.last)))

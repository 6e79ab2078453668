"""Where PPE and mechanisation are counted: by experts (room `visits`) or by the enterprise itself.

Rows of an expert win over rows that the enterprise has declared.
"""

from collections import defaultdict
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from anlan.exemplars.models import DeclaredMeasure, Stand
from anlan.exemplars.spans import Span
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


def newest_counts(organizations: Collection[int], span: Span) -> dict[tuple[int, str], Counted]:
    """By enterprise and key: the latest day's counts, added up; an expert's before the own."""
    rows: dict[tuple[int, str], list[Counted]] = defaultdict(list)
    for body, key, row in (*_walked(organizations, span), *_declared(organizations, span)):
        if row.denominator:
            rows[body, key].append(row)
    return {key: _newest(many) for key, many in rows.items()}


def _walked(organizations: Collection[int], span: Span) -> Iterator[tuple[int, str, Counted]]:
    for one in inspections.measures_of(organizations, span.since, span.last + ONE_DAY):
        row = Counted(one.numerator, one.denominator, one.on, one.by_expert, one.by_expert)
        yield one.organization, one.key, row


def _declared(organizations: Collection[int], span: Span) -> Iterator[tuple[int, str, Counted]]:
    """The enterprises' own counts, not those returned."""
    rows = DeclaredMeasure.objects.filter(
        organization__in=organizations, on__gte=span.since, on__lte=span.last
    ).exclude(status=Stand.RETURNED)
    for one in rows:
        verified = one.status == Stand.VERIFIED
        row = Counted(one.numerator, one.denominator, one.on, False, verified)
        yield one.organization_id, one.key, row


def _newest(rows: list[Counted]) -> Counted:
    seen = [row for row in rows if row.by_expert] or rows
    on = max(row.on for row in seen)
    same = [row for row in seen if row.on == on]
    return Counted(
        sum(row.numerator for row in same),
        sum(row.denominator for row in same),
        on,
        same[0].by_expert,
        all(row.verified for row in same),
    )


def visit_days(organizations: Collection[int], span: Span) -> dict[int, list[date]]:
    """Days on which an expert came, in order."""
    found = visits.days_of_visits(organizations, span.since, span.last)
    return {body: sorted(days) for body, days in found.items()}

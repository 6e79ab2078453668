"""Reads of insured headcounts: what holds now, and what was known on any earlier day."""

from collections.abc import Collection, Iterator, Sequence
from datetime import date, datetime

from django.db.models import Q

from anlan.lib.dates import month_bounds
from anlan.organizations.models import FormerHeadcount, InsuredHeadcount

AT_ONCE = 500
Cell = tuple[int, date]  # organisation's key, first day of the month


def insured_on(
    day: date, *, known_at: datetime | None = None, organizations: Collection[int] | None = None
) -> dict[int, int]:
    """Insured people by organisation in the month of `day`; `known_at`: as it was known then."""
    month = month_bounds(day)[0]
    current = InsuredHeadcount.objects.filter(month=month)
    former = FormerHeadcount.objects.filter(month=month)
    if organizations is not None:
        current = current.filter(organization__in=organizations)
        former = former.filter(organization__in=organizations)
    if known_at is None:
        return dict(current.values_list("organization_id", "people"))
    heard = Q(known_at=None) | Q(known_at__lte=known_at)
    then = former.filter(heard, replaced_at__gt=known_at)
    return dict(then.values_list("organization_id", "people")) | dict(
        current.filter(heard).values_list("organization_id", "people")
    )


def standing(cells: Collection[Cell]) -> dict[Cell, InsuredHeadcount]:
    """The rows that hold now of these organisations and months."""
    wanted = set(cells)
    months = {month for _, month in wanted}
    found: dict[Cell, InsuredHeadcount] = {}
    for some in _some(sorted({organization for organization, _ in wanted})):
        rows = InsuredHeadcount.objects.filter(organization__in=some, month__in=months)
        found |= {(r.organization_id, r.month): r for r in rows}
    return {cell: row for cell, row in found.items() if cell in wanted}


def _some(wanted: Sequence[int]) -> Iterator[Sequence[int]]:
    yield from (wanted[at : at + AT_ONCE] for at in range(0, len(wanted), AT_ONCE))

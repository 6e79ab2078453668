"""The night's figures: each enterprise's indicators of this year and of the last, written down."""

from collections.abc import Sequence
from datetime import date

from django.db import transaction

from anlan.exemplars.models import IndicatorValue
from anlan.exemplars.queries.comparison import decimal_or_none
from anlan.exemplars.queries.indicators import Value, indicators
from anlan.exemplars.spans import year_span
from anlan.organizations.models import Organization

COLUMNS = ["numerator", "denominator", "share", "verified", "data_on", "note", "computed_on"]


@transaction.atomic
def keep_indicators(organizations: Sequence[Organization], *, today: date) -> None:
    """Derived figures: no ledger line, for the records they come from have theirs."""
    rows = [
        _row(one, year, value, today)
        for year in (today.year, today.year - 1)
        for one, values in _of_year(organizations, year, today)
        for value in values.values()
    ]
    IndicatorValue.objects.bulk_create(
        rows,
        update_conflicts=True,
        unique_fields=["organization", "year", "key"],
        update_fields=COLUMNS,
        batch_size=500,
    )


def _of_year(
    organizations: Sequence[Organization], year: int, today: date
) -> list[tuple[Organization, dict[str, Value]]]:
    found = indicators(organizations, year_span(year, today))
    return [(one, found[one.pk]) for one in organizations]


def _row(one: Organization, year: int, value: Value, today: date) -> IndicatorValue:
    return IndicatorValue(
        organization=one,
        year=year,
        key=value.key,
        numerator=decimal_or_none(value.numerator),
        denominator=decimal_or_none(value.denominator),
        share=value.share,
        verified=value.verified,
        data_on=value.data_on,
        note=value.note[:200],
        computed_on=today,
    )

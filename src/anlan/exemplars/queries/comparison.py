"""What the nightly job has written down: one enterprise beside its industry, the ranking."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db.models import Count, F, OuterRef, Q, QuerySet, Subquery, Window
from django.db.models.functions import RowNumber

from anlan.exemplars.definitions import BY_KEY
from anlan.exemplars.models import IndicatorValue
from anlan.exemplars.queries.indicators import Value, Values
from anlan.lib.bigrams import matching
from anlan.organizations import queries as organizations
from anlan.organizations.models import Organization
from anlan.organizations.models import Status as OrganizationStatus


@dataclass(frozen=True)
class Median:
    """Of an industry's enterprises that have a figure; `value` None where too few have."""

    n: int
    value: float | None


def medians(industry: str, year: int, least: int) -> dict[str, Median]:
    """By indicator; one query. Figures of fewer than `least` enterprises are not shown."""
    rows = IndicatorValue.objects.filter(
        year=year,
        share__isnull=False,
        organization__key_industry=industry,
        organization__status=OrganizationStatus.APPROVED,
    ).annotate(
        rank=Window(RowNumber(), partition_by="key", order_by=["share", "id"]),
        n=Window(Count("pk"), partition_by="key"),
    )
    middle = rows.annotate(off=F("rank") * 2 - F("n")).filter(off__gte=0, off__lte=2)
    found: dict[str, list[tuple[int, float]]] = {}
    for key, n, share in middle.values_list("key", "n", "share"):
        found.setdefault(key, []).append((n, share or 0.0))
    return {key: _median(same, least) for key, same in found.items()}


def _median(middle: list[tuple[int, float]], least: int) -> Median:
    n = middle[0][0]
    value = sum(share for _, share in middle) / len(middle)
    return Median(n, value if n >= least else None)


def kept_values(orgs: Iterable[int], year: int) -> dict[int, Values]:
    """What was computed last, by enterprise and key."""
    found: dict[int, Values] = {}
    for row in IndicatorValue.objects.filter(organization__in=list(orgs), year=year):
        if row.key in BY_KEY:
            found.setdefault(row.organization_id, {})[row.key] = value_of(row)
    return found


def values_of_today(organization: Organization, today: date) -> Values:
    """This year's figures, if the job has written all of them today; else none."""
    rows = IndicatorValue.objects.filter(
        organization=organization, year=today.year, computed_on=today, key__in=BY_KEY
    )
    found = {row.key: value_of(row) for row in rows}
    return found if len(found) == len(BY_KEY) else {}


def value_of(row: IndicatorValue) -> Value:
    return Value(row.key, row.numerator, row.denominator, row.verified, row.data_on, row.note)


@dataclass(frozen=True)
class Filters:
    """What the ranking is narrowed and sorted by; `order` is worst, best, or missing alone."""

    text: str = ""
    district: str = ""
    industry: str = ""
    key: str = "training"
    order: str = "worst"


def ranked(rows: QuerySet[Organization], by: Filters, year: int) -> QuerySet[Organization]:
    """Enterprises by one indicator; who has no figure stands at the end, never among the worst."""
    exact = {"district": by.district, "key_industry": by.industry}
    rows = rows.filter(**{name: value for name, value in exact.items() if value})
    rows = rows.filter(matching("search", by.text))
    own = IndicatorValue.objects.filter(organization=OuterRef("pk"), year=year, key=by.key)
    rows = rows.annotate(share=Subquery(own.values("share")[:1]))
    if by.order == "missing":
        return rows.filter(share__isnull=True).order_by("name", "id")
    up = BY_KEY[by.key].low == (by.order == "best")
    first = F("share").asc(nulls_last=True) if up else F("share").desc(nulls_last=True)
    return rows.order_by(first, "name", "id")


def computed_on(year: int) -> date | None:
    """The oldest day that a figure of this year was computed on, where any was."""
    rows = IndicatorValue.objects.filter(year=year, key="training")
    return rows.order_by("computed_on").values_list("computed_on", flat=True).first()


def to_compute(today: date) -> QuerySet[Organization]:
    """Approved employers whose figures were not computed today."""
    fresh = IndicatorValue.objects.filter(
        organization=OuterRef("pk"), year=today.year, key="training", computed_on=today
    )
    rows = organizations.approved().annotate(fresh=Subquery(fresh.values("pk")[:1]))
    return rows.filter(Q(fresh__isnull=True)).order_by("pk")


def decimal_or_none(number: Decimal | None) -> Decimal | None:
    return None if number is None else number.quantize(Decimal("0.01"))

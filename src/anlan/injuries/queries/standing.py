"""How injuries of one enterprise stand, and which clocks run: in a fixed number of queries."""

from dataclasses import dataclass
from datetime import date

from django.db.models import Count, Max, Q, QuerySet

from anlan.foundation.accounts.models import User
from anlan.injuries.clocks import Terms, application_due, years_later
from anlan.injuries.models import (
    Appraisal,
    AppraisalStatus,
    Case,
    Circumstance,
    Recognition,
    RecognitionStatus,
)
from anlan.injuries.queries.cases import visible_to
from anlan.organizations.models import Organization

# Counted by themselves wherever rates are made: they say nothing about the workplace.
APART = (Circumstance.COMMUTING, Circumstance.SUDDEN_DEATH, Circumstance.DISEASE)


@dataclass(frozen=True)
class YearCount:
    """Cases of one year by severity; `apart` are those of `APART`, in no other number."""

    year: int
    death: int = 0
    serious: int = 0
    minor: int = 0
    unknown: int = 0
    apart: int = 0

    @property
    def all(self) -> int:
        return self.death + self.serious + self.minor + self.unknown


def years_of(rows: QuerySet[Case], years: list[int]) -> list[YearCount]:
    """The years asked for, in their order, also those without a case."""
    span = (date(min(years), 1, 1), date(max(years), 12, 31))
    found = rows.filter(injured_on__range=span).order_by()
    sums: dict[int, dict[str, int]] = {year: {} for year in years}
    grouped = found.values_list("injured_on__year", "severity", "circumstance")
    for year, severity, circumstance, n in grouped.annotate(n=Count("pk")):
        key = "apart" if circumstance in APART else severity
        sums[year][key] = sums[year].get(key, 0) + n
    return [YearCount(year, **sums[year]) for year in years]


def last_day(rows: QuerySet[Case]) -> date | None:
    """The day of the latest injury, whatever its circumstance."""
    found: date | None = rows.aggregate(last=Max("injured_on"))["last"]
    return found


def types_since(rows: QuerySet[Case], first: date) -> list[tuple[date, str, int]]:
    """(a day of its list, code, cases) of the accident types since a day, without `APART`."""
    found = rows.filter(injured_on__gte=first).exclude(circumstance__in=APART)
    grouped = found.exclude(type_code="").order_by().values_list("type_code", "injured_on")
    return list(grouped.annotate(n=Count("pk")).values_list("injured_on", "type_code", "n"))


def unapplied(user: User, organization: Organization, *, on: date, terms: Terms) -> QuerySet[Case]:
    """Cases told by 快报 that nobody has applied for yet and somebody still may (条例 17)."""
    first = years_later(on, -terms.worker_years)
    rows = visible_to(user).filter(organization=organization, injured_on__gte=first)
    rows = rows.filter(report__isnull=False, recognition__isnull=True)
    return rows.defer("narrative").order_by("injured_on", "id")


def apply_by(case: Case, terms: Terms) -> date:
    """The employer's last day to apply, past a holiday."""
    return application_due(case.injured_on, by_employer=True, terms=terms)


def running_recognitions(user: User) -> QuerySet[Recognition]:
    """认定 without a decision, the nearest last day first."""
    rows = Recognition.objects.filter(case__in=visible_to(user))
    open_ones = rows.exclude(status=RecognitionStatus.DECIDED)
    return open_ones.select_related("case").defer("case__narrative").order_by("due_on", "id")


def running_appraisals(user: User) -> QuerySet[Appraisal]:
    """鉴定 without a conclusion, the nearest last day first."""
    rows = Appraisal.objects.filter(case__in=visible_to(user))
    open_ones = rows.exclude(status=AppraisalStatus.DECIDED)
    return open_ones.select_related("case").defer("case__narrative").order_by("due_on", "id")


@dataclass(frozen=True)
class Clocks:
    """Records without an end: how many, past their last day, with a clock that stands."""

    running: int
    late: int
    standing: int


def clocks_of(rows: QuerySet[Recognition] | QuerySet[Appraisal], *, on: date) -> Clocks:
    """Counts of `running_recognitions` or `running_appraisals`."""
    sums: dict[str, int] = rows.order_by().aggregate(
        running=Count("pk"),
        late=Count("pk", filter=Q(due_on__lt=on)),
        standing=Count("pk", filter=Q(due_on=None)),
    )
    return Clocks(**sums)


def grave(counts: list[YearCount]) -> int:
    """People killed or seriously hurt at work in these years."""
    return sum(one.death + one.serious for one in counts)

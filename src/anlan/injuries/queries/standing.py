"""How injuries of one enterprise stand, and which clocks run: in a fixed number of queries."""

from collections import Counter
from collections.abc import Sequence
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


@dataclass(frozen=True)
class Record:
    """Injuries of some years, read at once.

    `last`: the day of the latest, whatever its circumstance and however long ago. `types`: by a day
    of its list and the code, the cases with an accident type, without `APART`.
    """

    years: list[YearCount]
    last: date | None
    types: Counter[tuple[date, str]]


def record_of(rows: QuerySet[Case], years: list[int]) -> Record:
    """The years asked for, in their order, also those without a case."""
    span = (date(min(years), 1, 1), date(max(years), 12, 31))
    found = rows.filter(injured_on__range=span).order_by()
    sums: dict[int, Counter[str]] = {year: Counter() for year in years}
    types: Counter[tuple[date, str]] = Counter()
    last: date | None = None
    grouped = found.values_list("injured_on", "severity", "circumstance", "type_code")
    for day, severity, circumstance, code, n in grouped.annotate(n=Count("pk")):
        apart = circumstance in APART
        sums[day.year]["apart" if apart else severity] += n
        last = max(last or day, day)
        if code and not apart:
            types[day, code] += n
    if last is None:
        last = rows.aggregate(last=Max("injured_on"))["last"]
    return Record([YearCount(year, **sums[year]) for year in years], last, types)


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
    """认定 without an end, the nearest last day first."""
    rows = Recognition.objects.filter(case__in=visible_to(user))
    open_ones = rows.exclude(status__in=(RecognitionStatus.DECIDED, RecognitionStatus.DECLINED))
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


def clocks_among(read: Sequence[Recognition] | Sequence[Appraisal], *, on: date) -> Clocks:
    """The same as `clocks_of`, of all the records that run, where they have been read already."""
    late = sum(one.due_on is not None and one.due_on < on for one in read)
    return Clocks(len(read), late, sum(one.due_on is None for one in read))


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

"""How long it takes to apply and to decide: days from injury to filing, from filing to decision."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from math import ceil
from statistics import median
from typing import Any

from django.db.models import QuerySet

from anlan.foundation.accounts.models import User
from anlan.foundation.accounts.policies import is_city_official
from anlan.injuries.clocks import Terms, last_day, years_later
from anlan.injuries.models import Recognition, Source, SourceKind
from anlan.injuries.queries.cases import visible_to

# Longer than any holiday with its weekends: a lag past term and this can't be within the term.
HOLIDAYS_AT_MOST = 14


@dataclass(frozen=True)
class Lags:
    """Days of each 认定 that has both ends, ascending."""

    filing: list[int]
    decision: list[int]


@dataclass(frozen=True)
class Lag:
    """One lag over many 认定. `median` of an even number is the mean of the middle two; `p90` is
    the least number of days that nine tenths don't exceed (nearest rank). Empty without any."""

    label: str
    count: int
    median: float | None
    p90: int | None
    within: Sequence[tuple[str, int]]  # a term in words, how many kept it

    @property
    def shares(self) -> list[tuple[str, int, float]]:
        """A term, how many kept it, and their share in per cent."""
        return [(words, kept, 100 * kept / self.count) for words, kept in self.within if self.count]


def recognitions_of(
    user: User, *, source: Source | None = None, year: int | None = None
) -> QuerySet[Recognition]:
    """The 认定 of what the user may see; of a source of elsewhere only for the city's official.

    `year` is that of the injury.
    """
    rows = Recognition.objects.filter(case__withdrawn_at=None)
    if source is not None and source.foreign:
        rows = rows.filter(case__source=source) if is_city_official(user) else rows.none()
    else:
        rows = rows.filter(case__in=visible_to(user))
        rows = rows.filter(case__source=source) if source is not None else rows
    return rows.filter(case__injured_on__year=year) if year else rows


def sources_with_lags(user: User) -> QuerySet[Source]:
    """Sources to choose from: all for the city, none for others, who see their own cases only."""
    if not is_city_official(user):
        return Source.objects.none()
    return Source.objects.filter(kind=SourceKind.CASES).order_by("foreign", "title")


def lags(source: Source) -> Lags:
    """The days themselves, of one source's cases."""
    rows = Recognition.objects.filter(case__source=source, case__withdrawn_at=None)
    days = _days(rows)
    return Lags(
        filing=sorted((applied - injured).days for injured, applied, _, _ in days if applied),
        decision=sorted((done - applied).days for _, applied, _, done in days if applied and done),
    )


def lag_figures(rows: QuerySet[Recognition], terms: Terms) -> list[Lag]:
    """Injury → application, application → decision, acceptance → decision."""
    days = _days(rows)
    filed = [(injured, applied) for injured, applied, _, _ in days if applied]
    decided = [(applied, done) for _, applied, _, done in days if applied and done]
    accepted = [(began, done) for _, _, began, done in days if began and done]
    in_a_year = sum(applied <= years_later(day, terms.worker_years) for day, applied in filed)
    employer, decision = terms.employer, terms.decision
    clear = terms.decision_clear
    return [
        _lag(
            "受伤到申请",
            filed,
            [
                (f"{employer} 天内（单位的期限）", _within(filed, employer)),
                (f"{terms.worker_years} 年内（职工一方的期限）", in_a_year),
            ],
        ),
        _lag("申请到决定", decided, [(f"{decision} 天内", _within(decided, decision))]),
        _lag(
            "受理到决定",
            accepted,
            [
                (f"{clear} 天内（事实清楚的期限）", _within(accepted, clear)),
                (f"{decision} 天内（一般期限）", _within(accepted, decision)),
            ],
        ),
    ]


def _days(rows: QuerySet[Recognition]) -> list[Any]:
    columns = ("case__injured_on", "applied_on", "accepted_on", "decided_on")
    return list(rows.values_list(*columns))


def _lag(label: str, spans: list[tuple[date, date]], within: list[tuple[str, int]]) -> Lag:
    spent = sorted((end - start).days for start, end in spans)
    if not spent:
        return Lag(label, 0, None, None, [])
    return Lag(label, len(spent), median(spent), spent[ceil(0.9 * len(spent)) - 1], within)


def _within(spans: list[tuple[date, date]], term: int) -> int:
    """How many ended within a term that moves past holidays."""
    return sum(_in_time(start, end, term) for start, end in spans)


def _in_time(start: date, end: date, term: int) -> bool:
    spent = (end - start).days
    if spent <= term or spent > term + HOLIDAYS_AT_MOST:
        return spent <= term
    return end <= last_day(start, term)

"""The rates by their written rule (`definitions`), over orders to rectify that fell due."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from statistics import median

from django.db.models import Count, DurationField, ExpressionWrapper, F, Q, QuerySet

from anlan.foundation.accounts.models import User
from anlan.hazards.models import Grade, Hazard, Rectification, Status
from anlan.hazards.queries.hazards import visible_to
from anlan.hazards.states import OPEN


@dataclass(frozen=True)
class Period:
    """A half-open span; what falls due after `now` is not counted yet."""

    since: datetime
    until: datetime
    now: datetime

    @property
    def end(self) -> datetime:
        return min(self.until, self.now)


@dataclass(frozen=True)
class Kept:
    """Orders that fell due, and those of them that were kept in time."""

    due: int = 0
    in_time: int = 0

    @property
    def rate(self) -> float | None:
        """整改率: in time ÷ due; None when nothing fell due."""
        return self.in_time / self.due if self.due else None


@dataclass(frozen=True)
class Figures:
    """Of one group. `days` is the median from report to closing, None without a closed one."""

    key: str
    reported: int = 0
    due: int = 0
    in_time: int = 0
    overdue: int = 0
    closed: int = 0
    days: float | None = None

    @property
    def rate(self) -> float | None:
        return Kept(self.due, self.in_time).rate


# An order that was kept: handed in by its day, borne out by the re-check, not undone since.
IN_TIME = Q(closed_at__isnull=False, undone_at__isnull=True, rectified_at__lte=F("due_at"))


def figures_by(user: User, group: str, period: Period, *, grade: str = "") -> list[Figures]:
    """By `district` or `industry` of what the user sees, keys in their own order."""
    seen = visible_to(user)
    if grade:
        seen = seen.filter(grade=Grade(grade))
    return _figures(seen, group, period)


def figures_of(user: User, period: Period, *, grade: str = "") -> Figures:
    """All of what the user sees in one line."""
    seen = visible_to(user)
    if grade:
        seen = seen.filter(grade=Grade(grade))
    found = _figures(seen, "", period)
    return found[0] if found else Figures("")


def kept_among(seen: QuerySet[Hazard], period: Period) -> Kept:
    """The rate alone, of rows that the caller has narrowed to what may be seen."""
    return _due(seen, "", period).get("", Kept())


def kept_by_employers(organizations: Collection[int], period: Period) -> dict[int, Kept]:
    """By primary key of the employer, for the rooms above: nobody's reach is asked."""
    seen = Hazard.objects.filter(organization__in=organizations)
    return {int(key): kept for key, kept in _due(seen, "organization", period).items()}


def _figures(seen: QuerySet[Hazard], group: str, period: Period) -> list[Figures]:
    due = _due(seen, group, period)
    reported = _counts(
        seen.filter(reported_at__gte=period.since, reported_at__lt=period.end), group
    )
    overdue = _counts(seen.filter(status__in=OPEN, due_at__lt=period.now), group)
    spans = _spans(seen, group, period)
    keys = sorted({*due, *reported, *overdue, *spans})
    return [
        Figures(
            key=key,
            reported=reported.get(key, 0),
            due=due.get(key, Kept()).due,
            in_time=due.get(key, Kept()).in_time,
            overdue=overdue.get(key, 0),
            closed=len(spans.get(key, [])),
            days=median(spans[key]) if key in spans else None,
        )
        for key in keys
    ]


def _due(seen: QuerySet[Hazard], group: str, period: Period) -> dict[str, Kept]:
    orders = Rectification.objects.filter(
        hazard__in=seen, due_at__gte=period.since, due_at__lt=period.end
    ).order_by()
    if not group:
        row = orders.aggregate(due=Count("pk"), kept=Count("pk", filter=IN_TIME))
        return {"": Kept(row["due"], row["kept"])} if row["due"] else {}
    rows = orders.values_list(f"hazard__{group}").annotate(
        due=Count("pk"), kept=Count("pk", filter=IN_TIME)
    )
    return {key: Kept(due, kept) for key, due, kept in rows}


def _counts(rows: QuerySet[Hazard], group: str) -> dict[str, int]:
    if not group:
        count = rows.count()
        return {"": count} if count else {}
    return dict(rows.order_by().values_list(group).annotate(n=Count("pk")))


def _spans(seen: QuerySet[Hazard], group: str, period: Period) -> dict[str, list[float]]:
    """Days from report to closing of what was closed in the period and still is."""
    closed = seen.filter(
        status=Status.CLOSED, closed_at__gte=period.since, closed_at__lt=period.end
    )
    spent = ExpressionWrapper(F("closed_at") - F("reported_at"), DurationField())
    rows = closed.order_by().annotate(spent=spent).values_list(*([group] if group else []), "spent")
    found: dict[str, list[float]] = {}
    for row in rows.iterator():
        found.setdefault(row[0] if group else "", []).append(row[-1] / timedelta(days=1))
    return found

"""How hazards of one enterprise stand: in a fixed number of queries."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Q, QuerySet

from anlan.foundation.accounts.models import User
from anlan.hazards.models import Grade, Hazard, Status
from anlan.hazards.queries.figures import Kept, Period, kept_among
from anlan.hazards.queries.hazards import visible_to
from anlan.hazards.states import OPEN
from anlan.organizations.models import Organization


@dataclass(frozen=True)
class Standing:
    """Of what the user sees at one enterprise."""

    open: int
    major: int
    overdue: int
    year: Kept


def at_enterprise(user: User, organization: Organization) -> QuerySet[Hazard]:
    return visible_to(user).filter(organization=organization)


def standing_of(
    user: User, organization: Organization, period: Period, read: Sequence[Hazard] | None = None
) -> Standing:
    """Open hazards now, and the rate by its written rule over the period.

    `read`: every open hazard that the user sees there, where the caller has read them already.
    """
    rows = at_enterprise(user, organization)
    now = _now(rows, period.now) if read is None else _among(read, period.now)
    return Standing(*now, year=kept_among(rows, period))


def _now(rows: QuerySet[Hazard], at: datetime) -> tuple[int, int, int]:
    live = Q(status__in=OPEN)
    sums = rows.aggregate(
        open=Count("pk", filter=live),
        major=Count("pk", filter=live & Q(grade=Grade.MAJOR)),
        overdue=Count("pk", filter=live & Q(due_at__lt=at)),
    )
    return sums["open"], sums["major"], sums["overdue"]


def _among(read: Sequence[Hazard], at: datetime) -> tuple[int, int, int]:
    major = sum(one.grade == Grade.MAJOR for one in read)
    late = sum(one.due_at is not None and one.due_at < at for one in read)
    return len(read), major, late


def next_at(user: User, organization: Organization, until: datetime) -> QuerySet[Hazard]:
    """Open hazards and revisits due by `until`, oldest clock first."""
    revisit = Q(status=Status.CLOSED, due_at__lt=until)
    rows = at_enterprise(user, organization).filter(Q(status__in=OPEN) | revisit)
    return rows.order_by("due_at", "id")


def open_major(user: User, organization: Organization) -> QuerySet[Hazard]:
    rows = at_enterprise(user, organization).filter(status__in=OPEN, grade=Grade.MAJOR)
    return rows.order_by("due_at", "id")

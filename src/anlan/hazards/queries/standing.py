"""How hazards of one enterprise stand: in a fixed number of queries."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Q, QuerySet

from anlan.foundation.accounts.models import User
from anlan.hazards.models import Grade, Hazard, Status
from anlan.hazards.queries.figures import Figures, Period, figures_among
from anlan.hazards.queries.hazards import visible_to
from anlan.hazards.states import OPEN
from anlan.organizations.models import Organization


@dataclass(frozen=True)
class Standing:
    """Of what the user sees at one enterprise."""

    open: int
    major: int
    overdue: int
    year: Figures


def at_enterprise(user: User, organization: Organization) -> QuerySet[Hazard]:
    return visible_to(user).filter(organization=organization)


def standing_of(user: User, organization: Organization, period: Period) -> Standing:
    """Open hazards now, and the rate by its written rule over the period."""
    rows = at_enterprise(user, organization)
    live = Q(status__in=OPEN)
    now = rows.aggregate(
        open=Count("pk", filter=live),
        major=Count("pk", filter=live & Q(grade=Grade.MAJOR)),
        overdue=Count("pk", filter=live & Q(due_at__lt=period.now)),
    )
    return Standing(**now, year=figures_among(rows, period))


def next_at(user: User, organization: Organization, until: datetime) -> QuerySet[Hazard]:
    """Open hazards and revisits due by `until`, oldest clock first."""
    revisit = Q(status=Status.CLOSED, due_at__lt=until)
    rows = at_enterprise(user, organization).filter(Q(status__in=OPEN) | revisit)
    return rows.order_by("due_at", "id")


def open_major(user: User, organization: Organization) -> QuerySet[Hazard]:
    rows = at_enterprise(user, organization).filter(status__in=OPEN, grade=Grade.MAJOR)
    return rows.order_by("due_at", "id")

"""How far visits and self-inspections reach, what they find most, how long until it is closed."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from statistics import median

from django.db.models import Count, DurationField, ExpressionWrapper, F, Max, Q, QuerySet

from anlan.foundation.accounts.models import User
from anlan.hazards.models import Hazard
from anlan.hazards.models import Status as HazardStatus
from anlan.organizations import queries as organizations
from anlan.organizations.models import Kind as Body
from anlan.organizations.models import Organization, Status
from anlan.visits.models import Answer, Inspection, Kind, Outcome, Visit
from anlan.visits.states import MADE

MOST_COMMON = 12


@dataclass(frozen=True)
class Coverage:
    """Of one group: enterprises, each counted once."""

    key: str
    registered: int
    visited: int
    checked: int

    @property
    def visited_rate(self) -> float | None:
        return self.visited / self.registered if self.registered else None

    @property
    def checked_rate(self) -> float | None:
        return self.checked / self.registered if self.registered else None


@dataclass(frozen=True)
class Common:
    """One item: how often it was found wanting of how often it was asked, at how many places."""

    key: str
    text: str
    wanting: int
    asked: int
    enterprises: int

    @property
    def share(self) -> float:
        return self.wanting / self.asked


@dataclass(frozen=True)
class Span:
    """Half-open, in moments."""

    since: datetime
    until: datetime


def coverage_by(user: User, group: str, span: Span) -> list[Coverage]:
    """By `district`, `key_industry`, or ('') all in one line, of approved employers in reach."""
    rows = organizations.visible_to(user).filter(kind=Body.EMPLOYER, status=Status.APPROVED)
    visits = Visit.objects.filter(
        status__in=MADE, ended_at__gte=span.since, ended_at__lt=span.until
    ).values("organization")
    checks = Inspection.objects.filter(
        kind=Kind.SELF_CHECK, handed_in_at__gte=span.since, handed_in_at__lt=span.until
    ).values("organization")
    sums = {
        "registered": Count("pk"),
        "visited": Count("pk", filter=Q(pk__in=visits)),
        "checked": Count("pk", filter=Q(pk__in=checks)),
    }
    if not group:
        return [Coverage("", **rows.aggregate(**sums))]
    found = rows.order_by().values(group).annotate(**sums).order_by(group)
    return [Coverage(one.pop(group), **one) for one in found]


def common_findings(user: User, span: Span) -> list[Common]:
    """The items found wanting most often, of walks in reach."""
    asked = ~Q(outcome=Outcome.ABSENT)
    rows = (
        Answer.objects.filter(
            inspection__organization__in=_reached(user),
            inspection__handed_in_at__gte=span.since,
            inspection__handed_in_at__lt=span.until,
        )
        .order_by()
        .values("item__key")
        .annotate(
            text=Max("item__text"),
            asked=Count("pk", filter=asked),
            wanting=Count("pk", filter=Q(outcome=Outcome.WANTING)),
            enterprises=Count(
                "inspection__organization", filter=Q(outcome=Outcome.WANTING), distinct=True
            ),
        )
        .filter(wanting__gt=0)
        .order_by("-wanting", "item__key")[:MOST_COMMON]
    )
    return [
        Common(one["item__key"], one["text"], one["wanting"], one["asked"], one["enterprises"])
        for one in rows
    ]


def days_to_close(user: User, span: Span) -> tuple[float | None, int]:
    """Median days from finding to closing of what was closed in the period, and of how many."""
    found = Answer.objects.filter(
        inspection__organization__in=_reached(user), hazard__isnull=False
    ).values("hazard")
    closed = Hazard.objects.filter(
        pk__in=found,
        status=HazardStatus.CLOSED,
        closed_at__gte=span.since,
        closed_at__lt=span.until,
    )
    spent = ExpressionWrapper(F("closed_at") - F("reported_at"), DurationField())
    spans = closed.annotate(spent=spent).values_list("spent", flat=True)
    days = [one / timedelta(days=1) for one in spans]
    return (median(days) if days else None), len(days)


def _reached(user: User) -> QuerySet[Organization]:
    """Enterprises in reach, for a subquery."""
    return organizations.visible_to(user).order_by()

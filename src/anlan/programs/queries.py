"""Reading projects: which are in force, for whom, worth how much."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db.models import DecimalField, ExpressionWrapper, F, Q, QuerySet, Sum

from anlan.programs.models import Project


def in_force(on: date, *, industry: str = "") -> QuerySet[Project]:
    """Projects that a class held on a day may be charged to; those without industry serve any."""
    running = Project.objects.filter(since__lte=on, until__gte=on)
    if industry:
        running = running.filter(industry__in=["", industry])
    return running.order_by("code")


def filtered(
    projects: QuerySet[Project],
    *,
    on: date,
    text: str = "",
    industry: str = "",
    state: str = "",
) -> QuerySet[Project]:
    """The ledger's filters (`state`: coming, running, over); an empty one narrows nothing."""
    states = {
        "coming": Q(since__gt=on),
        "running": Q(since__lte=on, until__gte=on),
        "over": Q(until__lt=on),
    }
    found = projects.filter(states.get(state, Q()))
    if text:
        found = found.filter(Q(code__icontains=text) | Q(title__icontains=text))
    if industry:
        found = found.filter(industry=industry)
    return found.order_by("-since", "code")


@dataclass(frozen=True)
class Totals:
    """What the filtered projects add up to, in people and yuan."""

    people: int
    budget: Decimal


def totals(projects: QuerySet[Project]) -> Totals:
    """Planned attendances, and what they would cost at each project's unit price."""
    cost = ExpressionWrapper(
        F("quota_people") * F("unit_price"), DecimalField(max_digits=18, decimal_places=2)
    )
    sums = projects.order_by().aggregate(people=Sum("quota_people"), budget=Sum(cost))
    return Totals(people=sums["people"] or 0, budget=sums["budget"] or Decimal(0))

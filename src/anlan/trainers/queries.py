"""Reading trainers: who sees which, who may be sent, what came of their classes."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.db.models import Q, QuerySet, Sum, TextField
from django.db.models.functions import Cast

from anlan.foundation.accounts.models import Role, ScopeKind, User
from anlan.foundation.accounts.queries import reach
from anlan.organizations.models import Kind, Organization, Status
from anlan.trainers.models import Outcome, Trainer, TrainerStatus

STAFF = (Role.CLASS_MANAGER, Role.TRAINER, Role.EXAMINER)


def visible_to(user: User) -> QuerySet[Trainer]:
    """Officials and operators see all, a provider's staff their own, others none."""
    seen = reach(user)
    if seen.official or seen.whole_city:
        return Trainer.objects.all()
    return Trainer.objects.filter(provider__uid__in=seen.keys(ScopeKind.ORGANIZATION, *STAFF))


def trainer_for(user: User, uid: UUID) -> Trainer:
    """One visible trainer; `DoesNotExist` for an outsider."""
    return visible_to(user).select_related("provider").get(uid=uid)


def providers_of(user: User) -> list[Organization]:
    """The approved providers that this class manager may register trainers for."""
    own = reach(user).keys(ScopeKind.ORGANIZATION, Role.CLASS_MANAGER)
    found = Organization.objects.filter(uid__in=own, kind=Kind.PROVIDER, status=Status.APPROVED)
    return list(found.order_by("name"))


def available(provider: Organization, industry: str, on: date) -> QuerySet[Trainer]:
    """Whom the provider may send to teach an industry on a day: active and qualified then."""
    active = Trainer.objects.filter(provider=provider, status=TrainerStatus.ACTIVE)
    return of_industry(active.filter(qualified_until__gte=on), industry).order_by("name", "id")


def of_industry(trainers: QuerySet[Trainer], industry: str) -> QuerySet[Trainer]:
    """Those who teach a key industry; a trainer without industries teaches any.

    The list is compared as text, so that SQLite and PostgreSQL answer alike.
    """
    written = trainers.annotate(written=Cast("industries", TextField()))
    return written.filter(Q(written__contains=f'"{industry}"') | Q(written="[]"))


def filtered(
    trainers: QuerySet[Trainer], *, text: str = "", industry: str = "", status: str = ""
) -> QuerySet[Trainer]:
    """The ledger's filters; an empty one narrows nothing. Active first, then by name."""
    found = trainers.select_related("provider")
    if text:
        found = found.filter(Q(name__icontains=text) | Q(provider__name__icontains=text))
    if status:
        found = found.filter(status=status)
    if industry:
        found = of_industry(found, industry)
    return found.order_by("status", "name", "id")


@dataclass(frozen=True)
class Rates:
    """The double indicator as sums: who passed at the first try, how learners rated."""

    classes: int = 0
    sat: int = 0
    passed: int = 0
    ratings: int = 0
    rating_sum: int = 0

    @property
    def pass_rate(self) -> float | None:
        """None while nobody has sat."""
        return self.passed / self.sat if self.sat else None

    @property
    def rating(self) -> float | None:
        """1 to 5; None while nobody has rated."""
        return self.rating_sum / self.ratings if self.ratings else None


def rates_of(trainers: Iterable[Trainer]) -> dict[int, Rates]:
    """Trainer id → sums over every class; whoever has taught none stands in it with zeros."""
    rates = {trainer.pk: Rates() for trainer in trainers}
    told: dict[int, list[Outcome]] = {pk: [] for pk in rates}
    for outcome in Outcome.objects.filter(trainer__in=rates):
        told[outcome.trainer_id].append(outcome)
    return {pk: _summed(outcomes) for pk, outcomes in told.items()}


def total_rates(trainers: QuerySet[Trainer]) -> Rates:
    """The sums over all of these trainers; a class with two trainers counts for both."""
    sums = Outcome.objects.filter(trainer__in=trainers.order_by().values("pk")).aggregate(
        **{name: Sum(name, default=0) for name in ("sat", "passed", "ratings", "rating_sum")}
    )
    return Rates(**sums)


def _summed(outcomes: list[Outcome]) -> Rates:
    return Rates(
        classes=len(outcomes),
        sat=sum(one.sat for one in outcomes),
        passed=sum(one.passed for one in outcomes),
        ratings=sum(one.ratings for one in outcomes),
        rating_sum=sum(one.rating_sum for one in outcomes),
    )

"""Reading venues: who sees which, which may be used, how many people fit."""

from collections.abc import Collection
from decimal import Decimal
from uuid import UUID

from django.db.models import Q, QuerySet, Sum

from anlan.foundation.accounts.models import Role, ScopeKind, User
from anlan.foundation.accounts.queries import reach
from anlan.foundation.rules.queries import Rulebook
from anlan.organizations.models import Kind, Organization, Status
from anlan.resources.models import Venue, VenueKind

STAFF = (Role.CLASS_MANAGER, Role.TRAINER, Role.EXAMINER)


def visible_to(user: User) -> QuerySet[Venue]:
    """Officials and operators see all, a provider's staff their own, others none."""
    seen = reach(user)
    if seen.official or seen.whole_city:
        return Venue.objects.all()
    return Venue.objects.filter(owner__uid__in=seen.keys(ScopeKind.ORGANIZATION, *STAFF))


def venue_for(user: User, uid: UUID) -> Venue:
    """One visible venue; `DoesNotExist` for an outsider."""
    return visible_to(user).select_related("owner").get(uid=uid)


def owners_of(user: User) -> list[Organization]:
    """The approved providers that this class manager may register venues for."""
    own = reach(user).keys(ScopeKind.ORGANIZATION, Role.CLASS_MANAGER)
    found = Organization.objects.filter(uid__in=own, kind=Kind.PROVIDER, status=Status.APPROVED)
    return list(found.order_by("name"))


def available(owner: Organization) -> QuerySet[Venue]:
    """What an owner may plan a session in."""
    return Venue.objects.filter(owner=owner, retired_at__isnull=True).order_by("name", "id")


def filtered(
    venues: QuerySet[Venue],
    *,
    text: str = "",
    kind: str = "",
    district: str = "",
    status: str = "",
) -> QuerySet[Venue]:
    """The ledger's filters (`status`: active or retired); an empty one narrows nothing."""
    wanted = {"kind": kind, "district": district}
    found = venues.select_related("owner").filter(**{k: v for k, v in wanted.items() if v})
    if text:
        named = Q(name__icontains=text) | Q(address__icontains=text)
        found = found.filter(named | Q(owner__name__icontains=text))
    if status:
        found = found.filter(retired_at__isnull=status == "active")
    return found.order_by("owner__name", "name", "id")


def total_area(venues: QuerySet[Venue]) -> Decimal:
    """㎡ of these venues that are still in use."""
    in_use = venues.filter(retired_at__isnull=True)
    return in_use.aggregate(area=Sum("area_m2"))["area"] or Decimal(0)


def seats(venue: Venue, rules: Rulebook) -> int | None:
    """How many people the area rule allows; None for an enterprise's own place, which it exempts.

    AQ 8011-2023 binds a provider's own rooms; by `venue.area_per_person_m2`.
    """
    if venue.kind == VenueKind.SITE:
        return None
    return int(venue.area_m2 / Decimal(str(rules.ruling("venue.area_per_person_m2").value)))


def classroom_areas(owners: Collection[int]) -> dict[int, Decimal]:
    """㎡ of the classrooms in use of each of these owners, taken together, by the owner's key."""
    rooms = Venue.objects.filter(
        owner__in=owners, kind=VenueKind.CLASSROOM, retired_at__isnull=True
    )
    return dict(rooms.order_by().values_list("owner").annotate(area=Sum("area_m2")))


def too_small(venue: Venue, together: Decimal, rules: Rulebook) -> bool:
    """A classroom of an owner whose classrooms come to less than `venue.area_min_m2` `together`
    can't be applied with: AQ 8011-2023 counts them as one (60 people at 1.5 ㎡)."""
    least = Decimal(str(rules.ruling("venue.area_min_m2").value))
    return venue.kind == VenueKind.CLASSROOM and together < least

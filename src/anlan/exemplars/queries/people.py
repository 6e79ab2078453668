"""Who is told, and who sees which enterprise's figures, declarations and applications."""

from django.db.models import Q, QuerySet

from anlan.exemplars.models import Exemplar
from anlan.foundation.accounts.models import Role, ScopeKind, User
from anlan.foundation.accounts.queries import reach, users_with
from anlan.organizations import queries as organizations
from anlan.organizations.models import Kind, Organization
from anlan.organizations.models import Status as OrganizationStatus


def within(user: User, prefix: str = "") -> Q:
    """City all; district its own; department its industry; safety officer the own enterprise."""
    mine = reach(user)
    if mine.whole_city:
        return Q()
    own = mine.keys(ScopeKind.ORGANIZATION, Role.SAFETY_OFFICER)
    return (
        Q(**{f"{prefix}district__in": mine.districts})
        | Q(**{f"{prefix}key_industry__in": mine.industries})
        | Q(**{f"{prefix}uid__in": own})
    )


def enterprises_visible_to(user: User) -> QuerySet[Organization]:
    """Approved employers whose figures this user may see."""
    rows = Organization.objects.filter(kind=Kind.EMPLOYER, status=OrganizationStatus.APPROVED)
    return rows.filter(within(user))


def own_enterprise(user: User) -> Organization | None:
    """The enterprise that a safety officer declares for; of several the first registered."""
    keys = reach(user).keys(ScopeKind.ORGANIZATION, Role.SAFETY_OFFICER)
    rows = organizations.approved().filter(uid__in=keys)
    return rows.order_by("registered_at", "id").first()


def officers_of(organization: Organization) -> list[User]:
    return users_with(Role.SAFETY_OFFICER, ScopeKind.ORGANIZATION, str(organization.uid))


def officials_of(organization: Organization) -> list[User]:
    """The district's officials; the city's where a district has none yet."""
    return organizations.deciders_of(organization)


def city_officials() -> list[User]:
    return users_with(Role.CITY_OFFICIAL, ScopeKind.CITY)


def exemplars_visible_to(user: User) -> QuerySet[Exemplar]:
    return Exemplar.objects.filter(within(user, "organization__"))

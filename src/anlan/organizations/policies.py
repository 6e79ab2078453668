"""Who may do what with an organisation's registration."""

from anlan.foundation.accounts.models import Role, User
from anlan.foundation.accounts.queries import reach
from anlan.organizations.models import Organization, Status


def may_use_ledger(user: User) -> bool:
    """The ledger of organisations is the officials' (and the operators') page."""
    seen = reach(user)
    return seen.official or seen.whole_city


def may_see(user: User, organization: Organization) -> bool:
    """Whoever `organization_for` let through may read the record."""
    return user.is_active


def may_approve(user: User, organization: Organization) -> bool:
    """By an official of its district or of the city, and never by who registered it."""
    waits = organization.status == Status.PENDING and organization.registered_by_id != user.pk
    return waits and decides_for(user, organization)


def decides_for(user: User, organization: Organization) -> bool:
    """Whether decisions on this organisation are this official's, whatever its state."""
    seen = reach(user)
    return seen.has(Role.CITY_OFFICIAL) or organization.district in seen.districts


def may_edit(user: User, organization: Organization) -> bool:
    """Its own staff may mend a registration that was returned."""
    return organization.status == Status.RETURNED and works_for(user, organization)


def may_see_licence(user: User, organization: Organization) -> bool:
    """What was photographed is for its own staff and for whoever decides on it."""
    return works_for(user, organization) or decides_for(user, organization)


def works_for(user: User, organization: Organization) -> bool:
    """Its own safety officer or class manager."""
    return reach(user).works_for(organization.uid, Role.SAFETY_OFFICER, Role.CLASS_MANAGER)

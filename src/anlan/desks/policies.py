"""Who reads the pages that span rooms."""

from anlan.bookings.policies import booking_organization
from anlan.foundation.accounts.models import Role, User
from anlan.foundation.accounts.queries import reach
from anlan.organizations.models import Organization


def may_see_enterprise(user: User, organization: Organization) -> bool:
    """Officials in whose reach it lies, and its own safety officer."""
    mine = reach(user)
    if mine.official or mine.whole_city:
        return True
    return is_own(user, organization)


def is_own(user: User, organization: Organization) -> bool:
    """The enterprise's safety officer, who does what its file asks for."""
    return reach(user).works_for(organization.uid, Role.SAFETY_OFFICER)


def may_follow_progress(user: User) -> bool:
    """An approved enterprise's safety officer follows its people."""
    return booking_organization(user) is not None

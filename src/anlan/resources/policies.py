"""Who may see and keep venues."""

from anlan.foundation.accounts.models import Role, User
from anlan.foundation.accounts.queries import reach
from anlan.resources.models import Venue


def may_use_ledger(user: User) -> bool:
    """Officials, operators, and the staff of providers; what each finds there differs."""
    seen = reach(user)
    staff = seen.has(Role.CLASS_MANAGER, Role.TRAINER, Role.EXAMINER)
    return seen.official or seen.whole_city or staff


def may_add(user: User) -> bool:
    """A provider registers its own places."""
    return reach(user).has(Role.CLASS_MANAGER)


def may_see(user: User, venue: Venue) -> bool:
    """Whoever `venue_for` let through may read the record."""
    return user.is_active


def may_retire(user: User, venue: Venue) -> bool:
    """Its owner's class manager, while it is in use."""
    own = reach(user).works_for(venue.owner.uid, Role.CLASS_MANAGER)
    return own and venue.retired_at is None

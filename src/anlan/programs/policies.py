"""Who may see and keep projects."""

from anlan.foundation.accounts.models import User
from anlan.foundation.accounts.policies import is_city_official
from anlan.foundation.accounts.queries import reach


def may_use_ledger(user: User) -> bool:
    """Officials and operators; a provider meets its project in the application form."""
    seen = reach(user)
    return seen.official or seen.whole_city


def may_add(user: User) -> bool:
    """The city puts projects on the books."""
    return is_city_official(user)

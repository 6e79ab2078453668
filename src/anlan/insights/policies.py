"""Who reads the figures: whoever supervises; each sees what lies in their reach."""

from anlan.foundation.accounts.models import User
from anlan.foundation.accounts.queries import reach


def may_supervise(user: User) -> bool:
    mine = reach(user)
    return mine.official or mine.whole_city

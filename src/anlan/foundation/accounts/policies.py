"""Rules about roles that more than one room asks."""

from anlan.foundation.accounts.models import Role, User
from anlan.foundation.accounts.queries import reach


def is_official(user: User) -> bool:
    """City, district or department: those who supervise."""
    return reach(user).official


def is_city_official(user: User) -> bool:
    return reach(user).has(Role.CITY_OFFICIAL)


def is_operator(user: User) -> bool:
    return reach(user).has(Role.OPERATOR)


def supervises(user: User) -> bool:
    """Officials and operators read; each sees what lies in their reach, people masked."""
    mine = reach(user)
    return mine.official or mine.whole_city


def decides_in(user: User, district: str) -> bool:
    """City officials, and those of the district; departments and operators only read."""
    mine = reach(user)
    return mine.has(Role.CITY_OFFICIAL) or district in mine.districts


def decides_somewhere(user: User) -> bool:
    return reach(user).has(Role.CITY_OFFICIAL, Role.DISTRICT_OFFICIAL)

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

"""Who looks after accounts."""

from anlan.foundation.access.models import RoleProposal
from anlan.foundation.accounts.models import Grant, Role, User
from anlan.foundation.accounts.queries import reach

# Who may give which roles: the officials and operators all, a district official these.
DISTRICT_GIVES = (
    Role.DISTRICT_OFFICIAL,
    Role.CLASS_MANAGER,
    Role.TRAINER,
    Role.EXAMINER,
    Role.SAFETY_OFFICER,
)
GIVEN = tuple(role for role in Role if role != Role.LEARNER)


def looks_after_accounts(user: User) -> bool:
    """Operators and city officials look after every account, district officials after theirs."""
    return reach(user).has(Role.OPERATOR, Role.CITY_OFFICIAL, Role.DISTRICT_OFFICIAL)


def looks_after(user: User, account: User) -> bool:
    """Whoever could load another's account looks after it; nobody after the own."""
    return looks_after_accounts(user) and user.pk != account.pk


def looks_after_holder(user: User, grant: Grant) -> bool:
    """A role is ended by whoever looks after its holder's account."""
    return looks_after(user, grant.user)


def acts_for(user: User, chosen: tuple[User, object]) -> bool:
    """Reset codes, unlocking, closing: for whoever looks after the account."""
    return looks_after(user, chosen[0])


def decides_proposals(user: User, proposal: RoleProposal) -> bool:
    """Roles over the whole city are confirmed by city officials and operators."""
    return looks_after_all(user)


def may_look_at(user: User, account: User) -> bool:
    """The own account's page is shown too, without its acts."""
    return looks_after_accounts(user)


def looks_after_all(user: User) -> bool:
    """What concerns the whole city: accounts opened by hand, the access matrix."""
    return reach(user).has(Role.OPERATOR, Role.CITY_OFFICIAL)


def may_give(user: User) -> tuple[Role, ...]:
    if looks_after_all(user):
        return GIVEN
    return DISTRICT_GIVES if reach(user).has(Role.DISTRICT_OFFICIAL) else ()


def has_password(user: User) -> bool:
    """Pages about passwords and second factors are for those who log in with a password."""
    return user.is_active and user.has_usable_password()

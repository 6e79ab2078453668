"""Who reports, handles, re-checks and revisits; who hears of a tip, and who never does."""

from anlan.foundation.accounts.models import Role, ScopeKind, User
from anlan.foundation.accounts.policies import decides_in as decides_in
from anlan.foundation.accounts.policies import decides_somewhere as decides_somewhere
from anlan.foundation.accounts.policies import supervises as supervises
from anlan.foundation.accounts.queries import reach
from anlan.foundation.files.models import StoredFile
from anlan.hazards.models import Grade, Hazard, Reward, RewardStatus, Tip
from anlan.organizations.models import Organization


def may_use_ledger(user: User) -> bool:
    """Whoever supervises, and safety officers for the own enterprise."""
    mine = reach(user)
    return mine.official or mine.whole_city or mine.has(Role.SAFETY_OFFICER)


def keeps(user: User, organization: Organization) -> bool:
    """The enterprise's own safety officer."""
    return reach(user).works_for(organization.uid, Role.SAFETY_OFFICER)


def is_anybody(user: User) -> bool:
    """Whose employer can't be found is told so on the page."""
    return user.is_active


def may_see(user: User, hazard: Hazard) -> bool:
    """Whoever `hazard_for` let through."""
    return user.is_active


def may_see_file(user: User, file: StoredFile) -> bool:
    """Whoever the query let through to the file."""
    return user.is_active


def may_handle(user: User, hazard: Hazard) -> bool:
    """Accept, decline, assign: the enterprise's safety officer, or the officials of the place."""
    return keeps(user, hazard.organization) or decides_in(user, hazard.district)


def may_decline(user: User, hazard: Hazard) -> bool:
    """That a major hazard is none is said by an official, not by who would have to mend it."""
    if hazard.grade == Grade.MAJOR:
        return decides_in(user, hazard.district)
    return may_handle(user, hazard)


def may_revisit(user: User, hazard: Hazard) -> bool:
    return decides_in(user, hazard.district)


def may_reopen(user: User, hazard: Hazard) -> bool:
    """Who handles it, and who reported it: a worker who still sees it may say so."""
    return may_handle(user, hazard) or hazard.reporter_id == user.pk


def shows_source(user: User, hazard: Hazard) -> bool:
    """Only those who handle tips learn that a hazard came from one."""
    return decides_in(user, hazard.district) and not _is_concerned(user, hazard.organization)


def may_see_tip(user: User, tip: Tip) -> bool:
    """Officials of the place; nobody who works for the enterprise complained of."""
    concerned = tip.organization is not None and _is_concerned(user, tip.organization)
    return decides_in(user, tip.district) and not concerned


def may_approve(user: User, reward: Reward) -> bool:
    """The city, and never who proposed it."""
    mine = reach(user).has(Role.CITY_OFFICIAL) and reward.proposed_by_id != user.pk
    return mine and may_see_tip(user, reward.tip)


def may_pay(user: User, reward: Reward) -> bool:
    return reward.status == RewardStatus.APPROVED and may_see_tip(user, reward.tip)


def _is_concerned(user: User, organization: Organization) -> bool:
    return str(organization.uid) in reach(user).keys(ScopeKind.ORGANIZATION)

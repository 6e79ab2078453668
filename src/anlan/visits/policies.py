"""Who asks for a visit, sends an expert, walks, signs; who edits the lists."""

from anlan.foundation.accounts.models import Role, User
from anlan.foundation.accounts.policies import decides_in as decides_in
from anlan.foundation.accounts.policies import decides_somewhere as decides_somewhere
from anlan.foundation.accounts.policies import is_city_official, supervises
from anlan.foundation.accounts.policies import supervises as may_use_ledger
from anlan.foundation.accounts.queries import reach
from anlan.foundation.files.models import StoredFile
from anlan.hazards.policies import keeps as keeps
from anlan.visits.models import Checklist, Inspection, Issue, Visit

__all__ = ["decides_in", "decides_somewhere", "keeps", "may_use_ledger"]


def is_officer(user: User) -> bool:
    """Whose enterprise is not approved yet is told so on the page."""
    return reach(user).has(Role.SAFETY_OFFICER)


def is_expert(user: User) -> bool:
    return reach(user).has(Role.EXPERT)


def may_see(user: User, visit: Visit) -> bool:
    """Whoever `visit_for` let through."""
    return user.is_active


def may_see_inspection(user: User, inspection: Inspection) -> bool:
    """Whoever `inspection_for` let through."""
    return user.is_active


def may_see_file(user: User, file: StoredFile) -> bool:
    """Whoever the query let through to the file."""
    return user.is_active


def arranges(user: User, visit: Visit) -> bool:
    """Sends the expert: officials of the place."""
    return decides_in(user, visit.district)


def is_its_expert(user: User, visit: Visit) -> bool:
    return visit.expert_id == user.pk and is_expert(user)


def chooses(user: User, visit: Visit) -> bool:
    """Picks the time, signs for the report: the enterprise's officer."""
    return keeps(user, visit.organization)


def may_move(user: User, visit: Visit) -> bool:
    """Whoever is concerned by the appointment."""
    return any(ask(user, visit) for ask in (is_its_expert, chooses, arranges))


def follows_up(user: User, visit: Visit) -> bool:
    """Ends a visit, or orders the second one."""
    return is_its_expert(user, visit) or arranges(user, visit)


def may_read_lists(user: User) -> bool:
    mine = reach(user)
    return supervises(user) or mine.has(Role.SAFETY_OFFICER, Role.EXPERT)


def may_see_list(user: User, checklist: Checklist) -> bool:
    """Drafts are the city's own."""
    return may_read_lists(user) and (checklist.status == Issue.ISSUED or is_city_official(user))


def edits_lists(user: User) -> bool:
    return is_city_official(user)


def may_edit(user: User, checklist: Checklist) -> bool:
    return is_city_official(user)

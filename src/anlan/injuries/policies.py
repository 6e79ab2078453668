"""Who may read, import, report and decide."""

from anlan.foundation.accounts.models import Role, ScopeKind, User
from anlan.foundation.accounts.policies import is_city_official
from anlan.foundation.accounts.queries import reach
from anlan.injuries.models import Batch, Case, CoderVersion, CodeSuggestion, EmployerName


def may_list(user: User) -> bool:
    """Officials, operators, and safety officers for their own enterprise."""
    seen = reach(user)
    return seen.official or seen.whole_city or seen.has(Role.SAFETY_OFFICER)


def may_see(user: User, case: Case) -> bool:
    """Whoever `case_for` let through."""
    return may_list(user)


def may_read_narrative(user: User, case: Case) -> bool:
    """It names people: for the city, the district where it happened, and who reported it.

    Of somebody who was deleted at the own wish it is for the city alone.
    """
    seen = reach(user)
    if case.person is not None and case.person.erased_at is not None:
        return seen.has(Role.CITY_OFFICIAL)
    report = getattr(case, "report", None)
    own = report is not None and report.by_id == user.pk
    return own or seen.has(Role.CITY_OFFICIAL) or case.district in seen.districts


def may_decide(user: User, case: Case) -> bool:
    """认定 and 鉴定 are recorded by the city or by the district where it happened."""
    seen = reach(user)
    return seen.has(Role.CITY_OFFICIAL) or case.district in seen.districts


def may_import(user: User) -> bool:
    """Files of the whole city are the city official's."""
    return is_city_official(user)


def may_follow(user: User, batch: Batch) -> bool:
    return may_import(user)


def may_undo_naming(user: User, decision: EmployerName) -> bool:
    return may_import(user)


def may_report(user: User) -> bool:
    """快报 is the safety officer's, for the own enterprise."""
    return bool(own_organizations(user))


def may_watch_clocks(user: User) -> bool:
    """What is overdue is the officials' to see."""
    seen = reach(user)
    return seen.has(Role.CITY_OFFICIAL, Role.DISTRICT_OFFICIAL)


def own_organizations(user: User) -> list[str]:
    """`uid`s of the enterprises that the user reports for."""
    return sorted(reach(user).keys(ScopeKind.ORGANIZATION, Role.SAFETY_OFFICER))


def may_review_codes(user: User) -> bool:
    """Codes are decided from narratives, so by those who may read them."""
    seen = reach(user)
    return seen.has(Role.CITY_OFFICIAL, Role.DISTRICT_OFFICIAL)


def may_answer(user: User, question: CodeSuggestion) -> bool:
    """Whoever the queue let through, and may read this narrative."""
    return may_review_codes(user) and may_read_narrative(user, question.case)


def may_recode(user: User, case: Case) -> bool:
    return may_review_codes(user) and may_read_narrative(user, case)


def may_watch_coders(user: User) -> bool:
    """What the models are worth is for all who work with their codes."""
    seen = reach(user)
    return may_review_codes(user) or seen.whole_city


def may_see_coder(user: User, version: CoderVersion) -> bool:
    return may_watch_coders(user)


def may_manage_coders(user: User) -> bool:
    """A city official asks for versions and puts them in use."""
    return is_city_official(user)


def may_manage_coder(user: User, version: CoderVersion) -> bool:
    return may_manage_coders(user)

"""Who declares, verifies, applies, examines, decides."""

from anlan.exemplars.models import Exemplar, Objection, Stand, Status
from anlan.exemplars.models.declarations import Declaration
from anlan.foundation.accounts.models import Role, User
from anlan.foundation.accounts.policies import decides_in as decides_in
from anlan.foundation.accounts.policies import supervises as supervises
from anlan.foundation.accounts.queries import reach
from anlan.foundation.files.models import StoredFile
from anlan.organizations.models import Organization


def may_see(user: User, seen: object) -> bool:
    """Whoever the query let through."""
    return user.is_active


def may_see_file(user: User, file: StoredFile) -> bool:
    return user.is_active


def may_use_lists(user: User) -> bool:
    """Whoever supervises, and safety officers for the own enterprise."""
    return supervises(user) or keeps_something(user)


def keeps_something(user: User) -> bool:
    return reach(user).has(Role.SAFETY_OFFICER)


def keeps(user: User, organization: Organization) -> bool:
    """The enterprise's own safety officer."""
    return reach(user).works_for(organization.uid, Role.SAFETY_OFFICER)


def may_mend(user: User, one: Declaration) -> bool:
    """What was returned is mended by the enterprise."""
    return one.status == Stand.RETURNED and keeps(user, one.organization)


def may_verify(user: User, one: Declaration) -> bool:
    """An official of the district or the city who doesn't work for the enterprise."""
    return _official_of(user, one.organization)


def may_propose(user: User, organization: Organization) -> bool:
    return _official_of(user, organization)


def may_examine(user: User, exemplar: Exemplar) -> bool:
    return _official_of(user, exemplar.organization)


def may_decide(user: User, exemplar: Exemplar) -> bool:
    """The city, and never who gave the district's opinion."""
    city = reach(user).has(Role.CITY_OFFICIAL)
    own = reach(user).works_for(exemplar.organization.uid)
    return city and not own and exemplar.examined_by_id != user.pk


def may_name(user: User, exemplar: Exemplar) -> bool:
    """Naming, keeping and withdrawing are the city's."""
    own = reach(user).works_for(exemplar.organization.uid)
    return reach(user).has(Role.CITY_OFFICIAL) and not own


def may_cancel(user: User, exemplar: Exemplar) -> bool:
    open_ones = (Status.APPLIED, Status.EXAMINED, Status.RETURNED, Status.ANNOUNCED)
    return exemplar.status in open_ones and keeps(user, exemplar.organization)


def may_reapply(user: User, exemplar: Exemplar) -> bool:
    return keeps(user, exemplar.organization)


def may_answer(user: User, objection: Objection) -> bool:
    """Officials of the place; nobody who works for the enterprise sees who objects."""
    return _official_of(user, objection.exemplar.organization)


def _official_of(user: User, organization: Organization) -> bool:
    own = reach(user).works_for(organization.uid)
    return decides_in(user, organization.district) and not own

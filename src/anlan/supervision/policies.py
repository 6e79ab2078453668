"""Who looks into doubts, who answers, who inspects and who calls."""

from anlan.classes.models import TrainingClass
from anlan.foundation.accounts.models import Role, User
from anlan.foundation.accounts.policies import decides_in as decides_in
from anlan.foundation.accounts.policies import decides_somewhere as decides_somewhere
from anlan.foundation.accounts.policies import supervises as supervises
from anlan.foundation.accounts.queries import reach
from anlan.foundation.files.models import StoredFile
from anlan.supervision.models import CallBack, Draw, Inquiry, SpotCheck, Ticket


def may_see_ticket(user: User, ticket: Ticket) -> bool:
    """Whoever could load it may see it."""
    return supervises(user)


def may_handle(user: User, ticket: Ticket) -> bool:
    return decides_in(user, ticket.district)


def may_be_asked(user: User) -> bool:
    """A provider's class managers answer for it."""
    return reach(user).has(Role.CLASS_MANAGER)


def may_answer(user: User, inquiry: Inquiry) -> bool:
    return reach(user).works_for(inquiry.ticket.provider.uid, Role.CLASS_MANAGER)


def may_see_class(user: User, klass: TrainingClass) -> bool:
    """The provider sees outcomes in the class's own record, not the watch that is kept on it."""
    return supervises(user)


def may_see_draw(user: User, draw: Draw) -> bool:
    return supervises(user)


def may_see_check(user: User, check: SpotCheck) -> bool:
    return supervises(user)


def may_assign_check(user: User, check: SpotCheck) -> bool:
    return decides_in(user, check.klass.district)


def may_inspect(user: User, check: SpotCheck) -> bool:
    """Who was sent; while nobody was, any official who decides there."""
    if check.inspector_id is not None:
        return check.inspector_id == user.pk
    return decides_in(user, check.klass.district)


def may_call(user: User, call: CallBack) -> bool:
    return decides_in(user, call.klass.district)


def may_see_file(user: User, file: StoredFile) -> bool:
    """Whoever the query let through to the file may open it."""
    return user.is_active

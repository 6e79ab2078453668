"""Who takes a class along, and who judges what came back."""

from anlan.classes.models import Status, TrainingClass
from anlan.classes.policies import is_watching, may_run
from anlan.foundation.accounts.models import Role, User
from anlan.foundation.accounts.queries import reach
from anlan.kits.models import Conflict, Kit, Tablet

WITH_KITS = (Status.APPROVED, Status.RUNNING)


def may_examine(user: User, klass: TrainingClass) -> bool:
    return reach(user).works_for(klass.provider.uid, Role.EXAMINER)


def may_carry(user: User, klass: TrainingClass) -> bool:
    """The class's manager takes registers and papers along, its examiner papers and checklists."""
    return klass.status in WITH_KITS and (may_run(user, klass) or may_examine(user, klass))


def may_look(user: User, klass: TrainingClass) -> bool:
    """Officials and the provider's staff see what is out and what came back."""
    return is_watching(user, klass)


def may_look_at(user: User, kit: Kit) -> bool:
    return may_look(user, kit.klass)


def may_fetch(user: User, kit: Kit) -> bool:
    """Only who packed it, on the day."""
    return kit.by_id == user.pk


def may_decide(user: User, conflict: Conflict) -> bool:
    """The class manager decides; the ledger says who and why."""
    return may_run(user, conflict.record.kit.klass)


def may_stop(user: User, tablet: Tablet) -> bool:
    """The provider's class managers stop a tablet that is lost."""
    return reach(user).works_for(tablet.organization.uid, Role.CLASS_MANAGER)


may_pass_gap = may_wait_no_longer = may_stop

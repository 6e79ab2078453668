"""Who may see and keep trainers."""

from anlan.foundation.accounts.models import Role, User
from anlan.foundation.accounts.queries import reach
from anlan.trainers.models import Trainer, TrainerStatus


def may_use_ledger(user: User) -> bool:
    """Officials, operators, and the staff of providers; what each finds there differs."""
    seen = reach(user)
    staff = seen.has(Role.CLASS_MANAGER, Role.TRAINER, Role.EXAMINER)
    return seen.official or seen.whole_city or staff


def may_add(user: User) -> bool:
    """A provider registers its own trainers."""
    return reach(user).has(Role.CLASS_MANAGER)


def may_see(user: User, trainer: Trainer) -> bool:
    """Whoever `trainer_for` let through may read the record."""
    return user.is_active


def may_retire(user: User, trainer: Trainer) -> bool:
    """Its provider's class manager, while the trainer is active."""
    own = reach(user).works_for(trainer.provider.uid, Role.CLASS_MANAGER)
    return own and trainer.status == TrainerStatus.ACTIVE

"""Who may keep item banks. A sitting asks nothing: only its own person ever finds it."""

from collections.abc import Callable

from django.conf import settings
from django.utils.module_loading import import_string

from anlan.assessments.models import Item
from anlan.foundation.accounts.models import Role, User
from anlan.foundation.accounts.policies import is_city_official
from anlan.foundation.accounts.queries import reach


def may_keep_banks(user: User) -> bool:
    """City officials keep the city's banks, class managers their provider's."""
    return reach(user).has(Role.CITY_OFFICIAL, Role.CLASS_MANAGER)


def may_keep(user: User, kept: object) -> bool:
    """The bank, upload or item was found through `banks_for`, so it is the user's to keep."""
    return may_keep_banks(user)


def may_approve(user: User, item: Item, *, second: bool) -> bool:
    """Whoever wrote or imported an item doesn't put it into use, where the rule asks for two."""
    return not second or item.author_id != user.pk


def may_set_papers(user: User) -> bool:
    """What a paper must hold is the city's to say."""
    return is_city_official(user)


def may_set_paper(user: User, rule: object) -> bool:
    return may_set_papers(user)


def is_the_learner(user: User, sitting: object) -> bool:
    """The sitting was found through `sitting_for`, so it is the user's own."""
    return user.is_active


def may_proctor(user: User, sitting: object) -> bool:
    """Whoever runs or examines what the sitting belongs to; the room above that holds it knows."""
    asked: Callable[[User, object], bool] = import_string(settings.ANLAN_PROCTORS)
    return asked(user, sitting)

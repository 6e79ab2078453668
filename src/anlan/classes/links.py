"""What rooms above have to show about a class: links they hand down by a dotted path in settings.

`ANLAN_CLASS_LINKS` lists functions `(user, klass) -> list[Link]`.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

from django.conf import settings
from django.utils.module_loading import import_string

from anlan.classes.models import TrainingClass
from anlan.foundation.accounts.models import User


@dataclass(frozen=True)
class Link:
    """One link; the giver has asked whether the user may follow it."""

    label: str
    url: str


Givers = Callable[[User, TrainingClass], list[Link]]


def links_for(user: User, klass: TrainingClass) -> list[Link]:
    """Every link that a room above offers this user about this class, in the settings' order."""
    named = tuple(getattr(settings, "ANLAN_CLASS_LINKS", ()))
    return [link for giver in _givers(named) for link in giver(user, klass)]


@lru_cache(maxsize=8)
def _givers(named: tuple[str, ...]) -> list[Givers]:
    return [import_string(path) for path in named]

"""How often one person may mistype the six digits: a million codes can't be tried by hand.

Counted in Django's cache. With several server processes and a cache of each its own, the limit
holds for each process; a shared cache makes it one.
"""

from django.core.cache import cache

from anlan.identity.models import Person
from anlan.lib.refusals import Refused

MOST = 10
SECONDS = 600


class TooManyTries(Refused):
    """Ten wrong codes within ten minutes."""

    status = 429


def require_tries_left(person: Person) -> None:
    """Refuse a person who has mistyped too often of late."""
    if cache.get(_key(person), 0) >= MOST:
        raise TooManyTries(
            "签到码输错次数太多，请 10 分钟后再试。",
            "现在可以直接扫屏幕上的二维码，或请班主任代签。",
        )


def count_wrong_try(person: Person) -> None:
    cache.add(_key(person), 0, SECONDS)
    cache.incr(_key(person))


def _key(person: Person) -> str:
    return f"sign-tries/{person.uid}"

"""How often one person may mistype the six digits: a million codes can't be tried by hand.

Counted in the database, so that it is one limit over all server processes. Who is over it is
remembered in this process, so that a machine that goes on guessing costs no query.
"""

from collections import Counter
from collections.abc import Iterable
from datetime import datetime, timedelta

from django.core.cache import cache

from anlan.classes.models import WrongCode
from anlan.identity.models import Person
from anlan.lib.refusals import Refused

MOST = 10
WITHIN = timedelta(minutes=10)


class TooManyTries(Refused):
    """Ten wrong codes within ten minutes."""

    status = 429

    def __init__(self) -> None:
        super().__init__(
            "签到码输错次数太多，请 10 分钟后再试。",
            "现在可以直接扫屏幕上的二维码，或请班主任代签。",
        )


def require_tries_left(person: Person, *, at: datetime) -> None:
    """Refuse a person who has mistyped too often of late."""
    if person.pk in without_tries([person.pk], at=at):
        raise TooManyTries


def without_tries(people: Iterable[int], *, at: datetime) -> set[int]:
    """Who of these persons has no try left; one query at most."""
    asked = set(people)
    known = {pk for pk in asked if cache.get(_key(pk), at) > at}
    unknown = asked - known
    if not unknown:
        return known
    rows = WrongCode.objects.filter(person__in=unknown, at__gt=at - WITHIN)
    tries: dict[int, list[datetime]] = {}
    for pk, moment in rows.values_list("person_id", "at"):
        tries.setdefault(pk, []).append(moment)
    for pk, moments in tries.items():
        if len(moments) >= MOST:
            known.add(pk)
            cache.set(_key(pk), min(moments) + WITHIN, WITHIN.total_seconds())
    return known


def count_wrong_try(person: Person, *, at: datetime) -> None:
    count_wrong_tries([person.pk], at=at)


def count_wrong_tries(people: Iterable[int], *, at: datetime) -> None:
    """Count a wrong code for each of these persons; their old ones are forgotten."""
    tries = Counter(people)
    if tries:
        WrongCode.objects.filter(person__in=tries, at__lte=at - WITHIN).delete()
        WrongCode.objects.bulk_create(WrongCode(person_id=pk, at=at) for pk in tries.elements())


def _key(person: int) -> str:
    return f"sign-tries/{person}"

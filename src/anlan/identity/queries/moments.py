"""Random moments of learning: which lessons ask who it is, and how far into them.

Chosen by the server with a keyed hash of person and lesson: nobody can foretell them, asking again
changes nothing, and no row is needed before somebody is asked.
"""

from collections.abc import Sequence
from uuid import UUID

from django.utils.crypto import salted_hmac

from anlan.identity.models import Person

EARLY, LATE = 0.2, 0.8  # of a lesson: neither at its door nor after its end


def moments_of(person: Person, lessons: Sequence[UUID], most: int) -> dict[UUID, float]:
    """At most `most` of these lessons, each with the share of it after which is asked."""
    ranked = sorted(lessons, key=lambda uid: _chance(person, uid, "rank"))
    return {uid: _share(person, uid) for uid in ranked[: max(most, 0)]}


def _share(person: Person, uid: UUID) -> float:
    return round(EARLY + (LATE - EARLY) * _chance(person, uid, "moment"), 3)


def _chance(person: Person, uid: UUID, what: str) -> float:
    """From 0 to 1, the same each time."""
    said = salted_hmac("anlan.moments", f"{person.uid}:{uid}:{what}", algorithm="sha256")
    return int.from_bytes(said.digest()[:6], "big") / float(1 << 48)

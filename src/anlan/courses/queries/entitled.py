"""Who may learn what. A provider's learners are known upstairs: the room above hands that in."""

from collections.abc import Callable, Iterable
from functools import cache

from django.conf import settings
from django.utils.module_loading import import_string

from anlan.courses.models import Lesson
from anlan.identity.models import Person

# Person ids → the pairs (person id, provider id) of who is taught by whom.
Taught = Callable[[Iterable[int]], set[tuple[int, int]]]


def taught(people: Iterable[int]) -> set[tuple[int, int]]:
    """Who of these is enrolled with which provider, as `ANLAN_LEARNERS` tells."""
    return _asked(settings.ANLAN_LEARNERS)(people)


def may_learn(person: Person, lesson: Lesson) -> bool:
    """The city's published lessons are for everybody, a provider's for those in its classes."""
    if lesson.published_at is None or lesson.retired_at is not None:
        return False
    return lesson.owner_id is None or (person.pk, lesson.owner_id) in taught([person.pk])


@cache
def _asked(path: str) -> Taught:
    found: Taught = import_string(path)
    return found

"""Many learners with accounts and passes, written in bulk."""

from collections.abc import Iterable
from datetime import datetime

from django.contrib.auth.hashers import make_password

from anlan.foundation.accounts.models import Grant, Role, ScopeKind, User
from anlan.foundation.intake import passes
from anlan.foundation.ledger.services import keys_for
from anlan.identity.models import Person
from anlan.identity.services.people import new_person
from anlan.operations.story.names import Inventor

AT_ONCE = 500


def learners(count: int, *, at: datetime, seed: int = 4, start: int = 0) -> list[Person]:
    """Invented people with accounts; what they did before (registration) is no part of a burst.

    The keys that salt their ledger lines are made here too, as registering would have.
    """
    inventor = Inventor(seed, start=start)
    closed = make_password(None)
    people = []
    for _ in range(count):
        one = inventor.person()
        person = new_person(one.name, one.id_number, one.phone, at=at, synthetic=True)
        name = f"p-{person.uid.hex}"
        person.user = User(username=name, name=one.name, password=closed, is_synthetic=True)
        people.append(person)
    users = [person.user for person in people if person.user]
    User.objects.bulk_create(users, batch_size=AT_ONCE)
    Grant.objects.bulk_create((_learner(user, at) for user in users), batch_size=AT_ONCE)
    Person.objects.bulk_create(people, batch_size=AT_ONCE)
    for first in range(0, count, AT_ONCE):
        keys_for(str(person.uid) for person in people[first : first + AT_ONCE])
    return people


def passes_of(people: Iterable[Person], *, at: datetime, device: str = "0" * 32) -> list[str]:
    """What each learner's phone carries."""
    return [passes.issue(_user(person), at=at, device=device) for person in people]


def _user(person: Person) -> User:
    if person.user is None:
        raise ValueError(f"{person} has no account")
    return person.user


def _learner(user: User, at: datetime) -> Grant:
    return Grant(
        user=user, role=Role.LEARNER, scope_kind=ScopeKind.CITY, since=at, reason="实名学员"
    )

"""Who is on the list of a half-day, asked for many half-days and people at once."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.db.models import Q

from anlan.classes.models import EnrolmentStatus, HoursMadeUp, Session
from anlan.identity.models import Person
from anlan.lib.fields import keyring
from anlan.lib.rows import rows, uuid_value


@dataclass
class Places:
    """Who is on which list, found by person or by account, for a batch of wishes."""

    people: dict[tuple[int, str, int], Person]

    def person_of(self, session: Session, *, person: int = 0, user: int = 0) -> Person | None:
        """The person behind a wish, if there is a place for them at this half-day."""
        key = ("person", person) if person else ("user", user)
        own = self.people.get((session.klass_id, *key))
        return own or self.people.get((-session.pk, *key))


def people_at(asked: Sequence[tuple[Session, int, int]]) -> Places:
    """Whether each person or account (0 where it is not known) stands on the list of its half-day.

    One read, and a second for guests.
    """
    people = {person for _, person, _ in asked if person}
    users = {user for _, _, user in asked if user}
    places = Places(_enrolled({session.klass_id for session, _, _ in asked}, people, users))
    strange = {
        session.pk
        for session, person, user in asked
        if places.person_of(session, person=person, user=user) is None
    }
    if strange:
        places.people |= _guests(strange, people, users)
    return places


ON_LIST = """SELECT e.klass_id, p.id, p.uid, p.name, p.id_number, p.user_id
    FROM classes_enrolment e JOIN identity_person p ON p.id = e.person_id
    WHERE e.status = 'enrolled' AND e.klass_id IN {} AND """


def _enrolled(
    classes: set[int], people: set[int], users: set[int]
) -> dict[tuple[int, str, int], Person]:
    found = rows(ON_LIST + "p.user_id IN {}", classes, users) if users else []
    found += rows(ON_LIST + "p.id IN {}", classes, people) if people else []
    return _keyed((klass, _person(*facts)) for klass, *facts in found)


def _person(pk: int, uid: object, name: str, sealed: str, user: int | None) -> Person:
    """As much of a person as a mark and its ledger line need."""
    ring = keyring()
    number = ring.open(sealed, bound_to="identity.Person.id_number").decode() if sealed else ""
    return Person(pk=pk, uid=uuid_value(uid), name=name, id_number=number, user_id=user)


def _guests(
    sessions: set[int], people: set[int], users: set[int]
) -> dict[tuple[int, str, int], Person]:
    """Learners of other classes who make up hours at one of these half-days."""
    rows = HoursMadeUp.objects.filter(host__in=sessions, withdrawn_at=None)
    rows = rows.filter(_who(people, users, "enrolment__"))
    found = rows.filter(enrolment__status=EnrolmentStatus.ENROLLED)
    return _keyed(
        (-one.host_id, one.enrolment.person)
        for one in found.select_related("enrolment__person")
        if one.host_id
    )


def _who(people: set[int], users: set[int], prefix: str = "") -> Q:
    """Named by person or by account; an empty half would make the database look everywhere."""
    found = Q()
    if people:
        found |= Q(**{f"{prefix}person__in": people})
    if users:
        found |= Q(**{f"{prefix}person__user__in": users})
    return found


def _keyed(found: Iterable[tuple[int, Person]]) -> dict[tuple[int, str, int], Person]:
    known: dict[tuple[int, str, int], Person] = {}
    for place, person in found:
        known[place, "person", person.pk] = person
        if person.user_id:
            known[place, "user", person.user_id] = person
    return known

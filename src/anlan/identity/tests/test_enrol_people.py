"""The bulk way and the one-by-one way end with the same records."""

from typing import Any

from anlan.foundation.ledger.models import Entry
from anlan.identity import services
from anlan.identity.models import Employment, Person
from anlan.identity.rosters import PersonRow
from anlan.identity.tests.builders import an_id
from anlan.lib import phones
from anlan.testing.cast import NOW, Cast

ROWS = [
    PersonRow(
        n, f"王样{n}", an_id(n), phones.synthetic(n) if n % 2 else "", "worker", "钳工", "一车间"
    )
    for n in range(1, 8)
]


def records() -> list[Any]:
    """Everything that must be equal, without what is drawn at random."""
    jobs = Employment.objects.select_related("person").order_by("person__name")
    people = [
        (
            p.name,
            p.id_number,
            p.id_index,
            p.phone,
            p.phone_index,
            p.search,
            p.created_at,
            p.is_synthetic,
        )
        for p in Person.objects.order_by("name")
    ]
    work = [
        (j.person.name, j.organization_id, j.role, j.trade, j.department, j.since, j.until)
        for j in jobs
    ]
    lines = Entry.objects.filter(verb="person_registered").order_by("id")
    return [people, work, [(line.actor, line.at, line.verb) for line in lines]]


def test_many_at_once_equal_one_by_one(cast: Cast) -> None:
    by = cast.safety_officer
    hand = services.NewHand(cast.enterprise, by, NOW, synthetic=True)
    outcome = services.enrol_people(ROWS, hand)
    assert outcome.new == [row.number for row in ROWS]
    in_bulk = records()
    Entry.objects.all().delete()
    Person.objects.all().delete()
    for row in ROWS:
        person, _new = services.register_person(
            name=row.name, id_number=row.id_number, phone=row.phone, by=by, at=NOW, synthetic=True
        )
        services.employ(
            person,
            cast.enterprise,
            role=row.role,
            trade=row.trade,
            department=row.department,
            on=hand.day,
            by=by,
        )
    assert records() == in_bulk


def test_the_bulk_way_costs_few_statements(cast: Cast, django_assert_max_num_queries: Any) -> None:
    hand = services.NewHand(cast.enterprise, cast.safety_officer, NOW)
    with django_assert_max_num_queries(16):
        services.enrol_people(ROWS, hand)

"""One person, one record; where they work; who looked at their data."""

from datetime import date, timedelta

import pytest
from django.db import connection

from anlan.foundation.ledger.models import Entry
from anlan.foundation.notices.models import TextMessage
from anlan.identity import queries, services
from anlan.identity.models import Employment, Person, Reveal
from anlan.identity.queries import RosterFilters
from anlan.identity.tests.builders import a_row, a_worker, imported
from anlan.lib.refusals import BadInput, Refused
from anlan.testing.cast import NOW, Cast, an_id_number

DAY = date(2026, 11, 23)


def register(name: str, number: str, phone: str = "", *, cast: Cast) -> tuple[Person, bool]:
    return services.register_person(
        name=name, id_number=number, phone=phone, by=cast.safety_officer, at=NOW
    )


def test_one_record_by_id_number_however_it_is_typed(cast: Cast) -> None:
    number = an_id_number(3)
    first, new = register("李样例", number, cast=cast)
    again, new_again = register(
        "李样例", f" {number[:6]} {number[6:].lower()} ", "15400000003", cast=cast
    )
    assert (new, new_again) == (True, False)
    assert first.pk == again.pk
    assert again.phone == "15400000003"
    assert Entry.objects.filter(verb="person_registered").count() == 1


def test_the_same_number_under_another_name_is_refused_with_both_names_masked(cast: Cast) -> None:
    register("李样例", an_id_number(3), cast=cast)
    with pytest.raises(Refused) as refused:
        register("欧阳样例", an_id_number(3), cast=cast)
    assert "李*" in refused.value.message
    assert "欧阳*" in refused.value.message
    assert "样例" not in refused.value.message
    assert Person.objects.count() == 1


@pytest.mark.parametrize(
    ("name", "number", "phone"),
    [
        ("", an_id_number(1), ""),
        ("李样例", "370102199001010002", ""),
        ("李样例", an_id_number(1), "12"),
    ],
)
def test_wrong_data_is_refused_and_nothing_kept(
    cast: Cast, name: str, number: str, phone: str
) -> None:
    with pytest.raises(BadInput):
        register(name, number, phone, cast=cast)
    assert not Person.objects.exists()
    assert not Entry.objects.exists()


def test_nothing_personal_stands_in_clear_in_the_database(cast: Cast) -> None:
    person = a_worker(cast.enterprise, cast.safety_officer)
    imported([a_row(1)], cast.enterprise, cast.safety_officer)
    numbers = [person.id_number, person.phone, a_row(1)[1], a_row(1)[2]]
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names():
            cursor.execute(f'SELECT * FROM "{table}"')
            text = repr(cursor.fetchall())
            assert not [number for number in numbers if number in text], table


def test_one_open_employment_an_organisation(cast: Cast) -> None:
    person = a_worker(cast.enterprise, cast.safety_officer)
    job = services.employ(person, cast.enterprise, role="team_leader", on=DAY)
    assert (job.role, job.trade) == ("team_leader", "焊工")
    services.employ(person, cast.rival_enterprise, role="worker", on=DAY)
    assert Employment.objects.count() == 2
    services.leave(person, cast.enterprise, on=DAY + timedelta(days=3))
    services.employ(person, cast.enterprise, role="worker", on=DAY + timedelta(days=9))
    assert Employment.objects.filter(organization=cast.enterprise).count() == 2
    assert queries.roster_of(cast.enterprise).count() == 1
    assert queries.roster_of(cast.enterprise, RosterFilters(left=True)).count() == 1


def test_leaving_before_coming_or_twice_is_refused(cast: Cast) -> None:
    person = a_worker(cast.enterprise, cast.safety_officer)
    with pytest.raises(BadInput):
        services.leave(person, cast.enterprise, on=date(2020, 1, 1))
    with pytest.raises(Refused):
        services.leave(person, cast.rival_enterprise, on=DAY)
    assert Employment.objects.get().until is None


def test_a_roster_is_found_by_name_whole_number_and_phone(cast: Cast) -> None:
    person = a_worker(cast.enterprise, cast.safety_officer)
    imported([a_row(n) for n in range(5)], cast.enterprise, cast.safety_officer)

    def found(text: str) -> list[int]:
        rows = queries.roster_of(cast.enterprise, RosterFilters(text=text))
        return [job.person_id for job in rows]

    assert found("样例") == found(person.id_number) == found(person.phone) == [person.pk]
    assert found(person.id_number[:10]) == []
    assert len(found("")) == 6


def test_a_changed_phone_tells_the_old_one(cast: Cast) -> None:
    person = a_worker(cast.enterprise, cast.safety_officer)
    old = person.phone
    services.change_phone(person, "15400001234", reason="换号", by=cast.safety_officer, at=NOW)
    assert Person.objects.get().phone == "15400001234"
    assert TextMessage.objects.get().phone == old
    assert Entry.objects.filter(verb="phone_changed").count() == 1
    with pytest.raises(BadInput):
        services.change_phone(person, "15400001235", reason=" ", by=cast.safety_officer, at=NOW)
    assert Person.objects.get().phone == "15400001234"


def test_a_reveal_is_kept_for_the_person_and_in_the_ledger(cast: Cast) -> None:
    person = a_worker(cast.enterprise, cast.safety_officer)
    seen = services.reveal(
        person, "phone", reason="电话通知本人", by=cast.district_official, at=NOW
    )
    assert seen == person.phone
    assert queries.reveals_of(person).get().by == cast.district_official
    entry = Entry.objects.get(verb="field_revealed")
    assert person.phone not in entry.leaf
    for field, reason in (("phone", " "), ("search", "好奇")):
        with pytest.raises(BadInput):
            services.reveal(person, field, reason=reason, by=cast.district_official, at=NOW)
    assert Reveal.objects.count() == 1

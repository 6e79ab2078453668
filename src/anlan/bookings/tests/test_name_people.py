"""The safety officer names people from the own roster for the booked seats."""

from datetime import date

import pytest
from django.urls import reverse

from anlan.bookings.models import Booking
from anlan.bookings.services import enrol_from_roster
from anlan.bookings.tests.builders import Enter, booked, stand
from anlan.classes.models import Enrolment, EnrolmentStatus, TrainingClass
from anlan.classes.queries import seats_taken
from anlan.identity.models import Person
from anlan.identity.services import employ, register_person
from anlan.lib.dates import local_date
from anlan.lib.refusals import Refused
from anlan.testing.cast import NOW, Cast, an_id_number
from anlan.testing.classes import a_bookable_class, a_worker
from anlan.testing.queries import counted


@pytest.fixture
def klass(cast: Cast) -> TrainingClass:
    return a_bookable_class(cast, quota=10)


@pytest.fixture
def booking(cast: Cast, klass: TrainingClass) -> Booking:
    return booked(cast, klass, 3)


def a_stranger(cast: Cast) -> Person:
    """Somebody on the rival's roster."""
    person, _new = register_person(
        name="外单位人", id_number=an_id_number(700), phone="", by=cast.rival_officer, at=NOW
    )
    employ(person, cast.rival_enterprise, on=local_date(NOW), by=cast.rival_officer)
    return person


def test_ticked_people_are_enrolled_and_told(
    cast: Cast, booking: Booking, browser_of: Enter
) -> None:
    people = [a_worker(cast, serial) for serial in range(2)]
    url = reverse("bookings:people", args=[booking.uid])
    client = browser_of(cast.safety_officer)
    assert client.get(url).status_code == 200
    answer = client.post(url, {"person": [str(one.uid) for one in people]}, follow=True)
    page = answer.content.decode()
    assert "已报名 2 人" in page
    assert people[0].name in page
    assert seats_taken(booking.klass) == 2
    assert all(Person.objects.get(pk=one.pk).user is not None for one in people)


def test_the_checklist_stays_cheap(cast: Cast, booking: Booking, browser_of: Enter) -> None:
    for serial in range(8):
        a_worker(cast, serial)
    client = browser_of(cast.safety_officer)
    for name in ("bookings:people", "bookings:record"):
        url = reverse(name, args=[booking.uid])
        client.get(url)
        with counted(name):
            assert client.get(url).status_code == 200


def test_a_search_keeps_what_was_ticked_on_top(
    cast: Cast, booking: Booking, browser_of: Enter
) -> None:
    chosen, sought, other = (a_worker(cast, serial) for serial in range(3))
    url = reverse("bookings:people", args=[booking.uid])
    query = {"text": sought.name, "person": str(chosen.uid)}
    rows = browser_of(cast.safety_officer).get(url, query, headers={"HX-Request": "true"})
    page = rows.content.decode()
    assert page.index(chosen.name) < page.index(sought.name)
    assert "checked" in page
    assert other.name not in page
    assert "<html" not in page


def test_who_is_in_or_was_trained_is_marked(
    cast: Cast, klass: TrainingClass, booking: Booking, browser_of: Enter
) -> None:
    inside, before = a_worker(cast, 0), a_worker(cast, 1)
    enrol_from_roster(booking, [inside], by=cast.safety_officer, at=NOW)
    earlier = a_bookable_class(cast, first_day=date(2026, 11, 27), title="另一期")
    enrol_from_roster(booked(cast, earlier, 1), [before], by=cast.safety_officer, at=NOW)
    url = reverse("bookings:people", args=[booking.uid])
    page = browser_of(cast.safety_officer).get(url).content.decode()
    assert f"本年度已参训 {earlier.number}" in page
    assert "已在本班名单" in page
    assert page.count("disabled>") == 1


def test_people_of_others_are_refused_and_nobody_is_enrolled(
    cast: Cast, booking: Booking, browser_of: Enter
) -> None:
    own, stranger = a_worker(cast, 0), a_stranger(cast)
    before = stand(cast)
    url = reverse("bookings:people", args=[booking.uid])
    uids = [str(own.uid), str(stranger.uid)]
    answer = browser_of(cast.safety_officer).post(url, {"person": uids})
    assert "不在贵单位的花名册上" in answer.content.decode()
    assert (seats_taken(booking.klass), stand(cast)) == (0, before)


@pytest.mark.parametrize("uids", [[], ["nonsense"], ["00000000-0000-0000-0000-000000000000"]])
def test_nobody_chosen_is_said(
    cast: Cast, booking: Booking, browser_of: Enter, uids: list[str]
) -> None:
    before = stand(cast)
    url = reverse("bookings:people", args=[booking.uid])
    answer = browser_of(cast.safety_officer).post(url, {"person": uids})
    assert "还没有选人" in answer.content.decode()
    assert stand(cast) == before


def test_more_people_than_seats_are_refused_whole(cast: Cast, booking: Booking) -> None:
    people = [a_worker(cast, serial) for serial in range(4)]
    before = stand(cast)
    with pytest.raises(Refused, match="还能报 3 人，您选了 4 人"):
        enrol_from_roster(booking, people, by=cast.safety_officer, at=NOW)
    assert (seats_taken(booking.klass), stand(cast)) == (0, before)


def test_who_waits_names_nobody(cast: Cast, klass: TrainingClass) -> None:
    booked(cast, klass, 10, rival=True)
    waiting = booked(cast, klass, 2, minute=1)
    person = a_worker(cast, 0)
    before = stand(cast)
    with pytest.raises(Refused, match="还没有确认座位"):
        enrol_from_roster(waiting, [person], by=cast.safety_officer, at=NOW)
    assert (seats_taken(klass), stand(cast)) == (0, before)


def test_somebody_is_taken_off_and_the_seat_stays(
    cast: Cast, booking: Booking, browser_of: Enter
) -> None:
    [one] = enrol_from_roster(booking, [a_worker(cast, 0)], by=cast.safety_officer, at=NOW)
    url = reverse("bookings:take_off", args=[one.uid])
    client = browser_of(cast.safety_officer)
    assert "请写明移出的理由" in client.post(url, {"reason": ""}).content.decode()
    client.post(url, {"reason": "当天倒班"})
    one.refresh_from_db()
    booking.refresh_from_db()
    assert (one.status, one.reason) == (EnrolmentStatus.WITHDRAWN, "当天倒班")
    assert booking.seats == 3


def test_outsiders_name_and_remove_nobody(cast: Cast, booking: Booking, browser_of: Enter) -> None:
    [one] = enrol_from_roster(booking, [a_worker(cast, 0)], by=cast.safety_officer, at=NOW)
    other = a_worker(cast, 1)
    before = stand(cast)
    for user in (cast.rival_officer, cast.outsider, cast.class_manager, cast.district_official):
        client = browser_of(user)
        url = reverse("bookings:people", args=[booking.uid])
        assert client.get(url).status_code == 404
        assert client.post(url, {"person": [str(other.uid)]}).status_code == 404
        url = reverse("bookings:take_off", args=[one.uid])
        assert client.post(url, {"reason": "外人"}).status_code == 404
    assert stand(cast) == before
    assert Enrolment.objects.filter(status=EnrolmentStatus.ENROLLED).count() == 1

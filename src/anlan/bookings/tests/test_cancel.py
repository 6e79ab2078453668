"""Seats are changed and given back; who waits first is promoted by itself."""

import pytest
from django.urls import reverse

from anlan.bookings.jobs import promote_waiters
from anlan.bookings.models import Booking, BookingStatus
from anlan.bookings.services import book_seats, cancel_booking, change_seats, enrol_from_roster
from anlan.bookings.tests.builders import Enter, booked, minutes_later, stand
from anlan.foundation.ledger.models import Entry
from anlan.foundation.notices.models import Notice
from anlan.lib.refusals import NotAllowed, Refused
from anlan.organizations.models import Kind
from anlan.testing.cast import NOW, Cast, an_organization
from anlan.testing.classes import a_bookable_class, a_worker
from anlan.testing.queries import counted


def test_a_cancelled_booking_lets_the_first_in_line_up(cast: Cast, browser_of: Enter) -> None:
    klass = a_bookable_class(cast, quota=10)
    mine = booked(cast, klass, 8)
    waiting = booked(cast, klass, 5, minute=1, rival=True)
    client = browser_of(cast.safety_officer)
    page = client.get(reverse("bookings:record", args=[mine.uid])).content.decode()
    assert "座位将让给候补第一位" in page
    client.post(reverse("bookings:cancel", args=[mine.uid]))
    mine.refresh_from_db()
    waiting.refresh_from_db()
    assert (mine.status, waiting.status) == (BookingStatus.CANCELLED, BookingStatus.CONFIRMED)
    told = Notice.objects.get(user=cast.rival_officer, dedupe=f"promoted/{waiting.uid}")
    assert told.url == reverse("bookings:record", args=[waiting.uid])
    verbs = list(Entry.objects.order_by("-id").values_list("verb", flat=True)[:2])
    assert verbs == ["booking_promoted", "booking_cancelled"]


def test_nobody_overtakes_the_first_who_does_not_fit_yet(cast: Cast) -> None:
    klass = a_bookable_class(cast, quota=10)
    third = an_organization("第三家化工（演示）有限公司", Kind.EMPLOYER, 9)
    mine = booked(cast, klass, 8)
    first = booked(cast, klass, 9, minute=1, rival=True)
    last = book_seats(klass, third, seats=1, by=cast.rival_officer, at=minutes_later(2))
    change_seats(mine, seats=5, by=cast.safety_officer, at=minutes_later(3))
    assert statuses(first, last) == ["waiting", "waiting"]
    change_seats(mine, seats=1, by=cast.safety_officer, at=minutes_later(4))
    assert statuses(first, last) == ["confirmed", "waiting"]


def test_more_seats_only_while_they_are_free(cast: Cast, browser_of: Enter) -> None:
    klass = a_bookable_class(cast, quota=10)
    mine = booked(cast, klass, 4)
    booked(cast, klass, 5, rival=True)
    client = browser_of(cast.safety_officer)
    url = reverse("bookings:change", args=[mine.uid])
    assert client.post(url, {"seats": "5"}).status_code == 302
    before = stand(cast)
    assert "只剩 0 个座位" in client.post(url, {"seats": "6"}).content.decode()
    assert client.post(url, {"seats": "0"}).status_code == 422
    assert stand(cast) == before


def test_not_fewer_seats_than_people_named(cast: Cast) -> None:
    klass = a_bookable_class(cast, quota=10)
    mine = booked(cast, klass, 4)
    people = [a_worker(cast, serial) for serial in range(3)]
    enrol_from_roster(mine, people, by=cast.safety_officer, at=NOW)
    before = stand(cast)
    with pytest.raises(Refused, match="已经报了 3 人"):
        change_seats(mine, seats=2, by=cast.safety_officer, at=NOW)
    with pytest.raises(Refused, match="不能取消预约"):
        cancel_booking(mine, by=cast.safety_officer, at=NOW)
    assert stand(cast) == before


def test_a_booking_is_cancelled_once(cast: Cast) -> None:
    klass = a_bookable_class(cast, quota=10)
    mine = booked(cast, klass, 4)
    cancel_booking(mine, by=cast.safety_officer, at=NOW)
    before = stand(cast)
    with pytest.raises(NotAllowed):
        cancel_booking(mine, by=cast.safety_officer, at=NOW)
    with pytest.raises(Refused, match="已取消"):
        change_seats(mine, seats=2, by=cast.safety_officer, at=NOW)
    assert stand(cast) == before


def test_the_worker_promotes_where_seats_came_free_otherwise(cast: Cast) -> None:
    klass = a_bookable_class(cast, quota=4)
    booked(cast, klass, 4)
    waiting = booked(cast, klass, 3, rival=True)
    klass.quota = 8
    klass.save(update_fields=["quota"])
    assert promote_waiters(NOW) == 1
    assert promote_waiters(NOW) == 0
    assert statuses(waiting) == ["confirmed"]


def test_outsiders_neither_see_nor_change_a_booking(cast: Cast, browser_of: Enter) -> None:
    klass = a_bookable_class(cast, quota=10)
    mine = booked(cast, klass, 4)
    before = stand(cast)
    for user in (cast.rival_officer, cast.outsider, cast.other_district_official):
        client = browser_of(user)
        assert client.get(reverse("bookings:record", args=[mine.uid])).status_code == 404
        assert client.post(reverse("bookings:cancel", args=[mine.uid])).status_code == 404
        url = reverse("bookings:change", args=[mine.uid])
        assert client.post(url, {"seats": "1"}).status_code == 404
    for user in (cast.class_manager, cast.district_official):
        client = browser_of(user)
        assert client.get(reverse("bookings:record", args=[mine.uid])).status_code == 200
        assert client.post(reverse("bookings:cancel", args=[mine.uid])).status_code == 404
    assert stand(cast) == before


def test_the_provider_sees_seats_and_queue_in_order(cast: Cast, browser_of: Enter) -> None:
    klass = a_bookable_class(cast, quota=10)
    third = an_organization("第三家化工（演示）有限公司", Kind.EMPLOYER, 9)
    booked(cast, klass, 8)
    book_seats(klass, third, seats=4, by=cast.safety_officer, at=minutes_later(1))
    booked(cast, klass, 3, minute=2, rival=True)
    url = reverse("bookings:queue", args=[klass.uid])
    client = browser_of(cast.class_manager)
    client.get(url)
    with counted("bookings:queue"):
        page = client.get(url).content.decode()
    assert "候补 7 座" in page
    assert page.index(third.name) < page.index(cast.rival_enterprise.name)
    for user in (cast.safety_officer, cast.outsider, cast.rival_manager):
        assert browser_of(user).get(url).status_code == 404


def test_own_bookings_stand_in_a_list(cast: Cast, browser_of: Enter) -> None:
    klass = a_bookable_class(cast, quota=10)
    booked(cast, klass, 8)
    url = reverse("bookings:mine")
    client = browser_of(cast.safety_officer)
    client.get(url)
    with counted("bookings:mine"):
        page = client.get(url).content.decode()
    assert "0 / 8" in page
    assert klass.title not in browser_of(cast.rival_officer).get(url).content.decode()


def statuses(*bookings: Booking) -> list[str]:
    for one in bookings:
        one.refresh_from_db()
    return [one.status for one in bookings]

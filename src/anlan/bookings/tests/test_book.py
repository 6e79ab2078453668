"""An enterprise finds a class and books seats in it."""

import pytest
from django.urls import reverse

from anlan.bookings.models import Booking, BookingStatus
from anlan.bookings.services import book_seats
from anlan.bookings.tests.builders import Enter, booked, stand
from anlan.classes.models import TrainingClass
from anlan.lib.refusals import BadInput, Refused
from anlan.organizations.models import Kind, Status
from anlan.testing.cast import NOW, Cast, an_organization
from anlan.testing.classes import a_bookable_class, a_submitted_class
from anlan.testing.queries import counted


def test_free_seats_are_confirmed_at_once(cast: Cast, browser_of: Enter) -> None:
    klass = a_bookable_class(cast, quota=10)
    url = reverse("bookings:book", args=[klass.uid])
    answer = browser_of(cast.safety_officer).post(url, {"seats": "6"}, follow=True)
    booking = Booking.objects.get()
    assert (booking.seats, booking.status) == (6, BookingStatus.CONFIRMED)
    assert "6 个座位已确认" in answer.content.decode()


def test_more_than_the_free_seats_wait_whole(cast: Cast, browser_of: Enter) -> None:
    klass = a_bookable_class(cast, quota=10)
    booked(cast, klass, 8, rival=True)
    url = reverse("bookings:book", args=[klass.uid])
    answer = browser_of(cast.safety_officer).post(url, {"seats": "3"}, follow=True)
    booking = Booking.objects.get(organization=cast.enterprise)
    assert booking.status == BookingStatus.WAITING
    assert "候补第 1 位" in answer.content.decode()


def test_who_comes_after_a_waiter_waits_though_seats_are_free(cast: Cast) -> None:
    klass = a_bookable_class(cast, quota=10)
    third = an_organization("第三家化工（演示）有限公司", Kind.EMPLOYER, 9)
    booked(cast, klass, 8)
    booked(cast, klass, 5, minute=1, rival=True)
    late = book_seats(klass, third, seats=1, by=cast.safety_officer, at=NOW)
    assert late.status == BookingStatus.WAITING


def test_more_than_the_class_holds_is_refused(cast: Cast, browser_of: Enter) -> None:
    klass = a_bookable_class(cast, quota=10)
    before = stand(cast)
    url = reverse("bookings:book", args=[klass.uid])
    answer = browser_of(cast.safety_officer).post(url, {"seats": "11"})
    assert answer.status_code == 422
    assert "一共 10 个名额" in answer.content.decode()
    with pytest.raises(BadInput):
        booked(cast, klass, 11)
    assert stand(cast) == before


@pytest.mark.parametrize("seats", ["0", "-3", "两个", ""])
def test_nonsense_is_said_beside_the_field(cast: Cast, browser_of: Enter, seats: str) -> None:
    klass = a_bookable_class(cast, quota=10)
    before = stand(cast)
    url = reverse("bookings:book", args=[klass.uid])
    assert browser_of(cast.safety_officer).post(url, {"seats": seats}).status_code == 422
    assert stand(cast) == before


def test_a_second_booking_leads_to_the_first(cast: Cast, browser_of: Enter) -> None:
    klass = a_bookable_class(cast, quota=10)
    first = booked(cast, klass, 2)
    before = stand(cast)
    with pytest.raises(Refused, match="已经预约"):
        booked(cast, klass, 3)
    url = reverse("bookings:book", args=[klass.uid])
    answer = browser_of(cast.safety_officer).post(url, {"seats": "3"})
    assert answer["Location"] == reverse("bookings:record", args=[first.uid])
    assert stand(cast) == before


def test_an_unapproved_enterprise_looks_and_does_not_book(cast: Cast, browser_of: Enter) -> None:
    klass = a_bookable_class(cast)
    cast.enterprise.status = Status.PENDING
    cast.enterprise.save(update_fields=["status"])
    before = stand(cast)
    client = browser_of(cast.safety_officer)
    assert "不能预约" in client.get(reverse("bookings:browse")).content.decode()
    assert (
        client.post(reverse("bookings:book", args=[klass.uid]), {"seats": "1"}).status_code == 404
    )
    with pytest.raises(Refused, match="没有通过审核"):
        booked(cast, klass, 1)
    assert stand(cast) == before


def test_a_class_that_is_not_approved_cannot_be_booked(cast: Cast) -> None:
    klass = a_submitted_class(cast)
    before = stand(cast)
    with pytest.raises(Refused, match="不能预约"):
        booked(cast, klass, 1)
    assert stand(cast) == before


def test_outsiders_find_nothing_and_change_nothing(cast: Cast, browser_of: Enter) -> None:
    klass = a_bookable_class(cast)
    before = stand(cast)
    for user in (cast.outsider, cast.class_manager, cast.trainer_user, cast.district_official):
        client = browser_of(user)
        assert client.get(reverse("bookings:browse")).status_code == 404
        url = reverse("bookings:book", args=[klass.uid])
        assert client.get(url).status_code == 404
        assert client.post(url, {"seats": "1"}).status_code == 404
    assert stand(cast) == before


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", True),
        ("?district=370112&industry=hazchem&role=team_leader", True),
        ("?month=2026-12", True),
        ("?month=2026-11", False),
        ("?district=370102", False),
        ("?industry=mining", False),
        ("?role=worker", False),
        ("?month=nonsense&page=77", True),
    ],
)
def test_the_list_is_narrowed_by_what_one_looks_for(
    cast: Cast, browser_of: Enter, query: str, found: bool
) -> None:
    klass = a_bookable_class(cast)
    page = browser_of(cast.safety_officer).get(reverse("bookings:browse") + query)
    assert (klass.title in page.content.decode()) is found


def test_the_list_shows_free_seats_and_the_own_booking(cast: Cast, browser_of: Enter) -> None:
    klass = a_bookable_class(cast, quota=10)
    booked(cast, klass, 4)
    client = browser_of(cast.safety_officer)
    client.get(reverse("bookings:browse"))
    with counted("bookings:browse"):
        page = client.get(reverse("bookings:browse")).content.decode()
    assert "6 / 10" in page
    assert "已确认" in page


def test_two_enterprises_ask_for_the_last_seat_and_one_waits(cast: Cast) -> None:
    """Both hold the class as it was before the other asked: the row decides, not the object."""
    klass = a_bookable_class(cast, quota=1)
    mine, theirs = (TrainingClass.objects.get(pk=klass.pk) for _ in range(2))
    first = booked(cast, mine, 1)
    second = booked(cast, theirs, 1, rival=True)
    assert [first.status, second.status] == [BookingStatus.CONFIRMED, BookingStatus.WAITING]

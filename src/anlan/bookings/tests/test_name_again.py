"""Somebody who was taken off a list may come back; nobody stands on it twice."""

import pytest

from anlan.bookings.services import book_seats, enrol_from_roster
from anlan.classes import queries
from anlan.classes.models import EnrolmentStatus
from anlan.classes.services.enrolments import withdraw
from anlan.lib.refusals import Refused
from anlan.testing.cast import NOW, Cast
from anlan.testing.classes import a_bookable_class, a_worker


def test_whoever_was_taken_off_can_be_named_again(cast: Cast) -> None:
    klass, worker = a_bookable_class(cast), a_worker(cast, 1)
    officer = cast.safety_officer
    booking = book_seats(klass, cast.enterprise, seats=2, by=officer, at=NOW)
    first = enrol_from_roster(booking, [worker], by=officer, at=NOW)[0]
    withdraw(first, reason="倒班", by=officer, at=NOW)
    enrol_from_roster(booking, [worker], by=officer, at=NOW)
    assert [one.person for one in queries.enrolled(klass)] == [worker]
    assert klass.enrolments.get(pk=first.pk).status == EnrolmentStatus.WITHDRAWN


def test_nobody_is_named_twice(cast: Cast) -> None:
    klass, worker = a_bookable_class(cast), a_worker(cast, 1)
    officer = cast.safety_officer
    booking = book_seats(klass, cast.enterprise, seats=2, by=officer, at=NOW)
    enrol_from_roster(booking, [worker], by=officer, at=NOW)
    with pytest.raises(Refused, match="已在本班名单"):
        enrol_from_roster(booking, [worker], by=officer, at=NOW)
    assert queries.seats_taken(klass) == 1

"""Twelve hands reach for the same thing in the same moment: one gets it, eleven are told why not."""

import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from threading import Barrier, Thread

import pytest
from django.db import connection

from anlan.assessments.models import Checklist, Sitting, SittingStatus
from anlan.assessments.services import start_sitting, submit_sitting
from anlan.attendance.codes import code_at
from anlan.attendance.models import Mark, MarkKind
from anlan.attendance.services import AlreadySigned
from anlan.bookings.models import Booking, BookingStatus
from anlan.bookings.services import book_seats, cancel_booking
from anlan.classes import queries
from anlan.classes.models import Closing, EnrolmentSource, Session, Status, TrainingClass
from anlan.classes.services.closing import close_class
from anlan.classes.services.door import sign_by_code
from anlan.classes.services.enrolments import enrol
from anlan.classes.services.exams import arrange_exam
from anlan.classes.services.reviews import approve_class
from anlan.foundation.accounts.models import User
from anlan.foundation.ledger.models import Entry
from anlan.identity.models import Person
from anlan.identity.services import ensure_account
from anlan.lib.refusals import NotAllowed, Refused
from anlan.organizations.models import Kind, Organization
from anlan.testing.cast import NOW, Cast, an_organization, the_cast
from anlan.testing.classes import (
    a_bookable_class,
    a_finished_class,
    a_reviewed_class,
    a_running_class,
    a_worker,
)
from anlan.trainers.models import Outcome
from tests.long.city import City
from tests.long.ledger import torn_leaves

HANDS = 12
SECONDS = 120


@pytest.fixture(scope="module")
def cast(city: City) -> Cast:
    return the_cast()


@dataclass
class Race:
    """What came of it: who got through, who was refused by name. Anything else fails the test."""

    won: list[object] = field(default_factory=list)
    refused: list[Refused] = field(default_factory=list)
    fell: list[BaseException] = field(default_factory=list)

    def run(self, acts: Sequence[Callable[[], object]]) -> "Race":
        """Each act in a thread with its own connection, all let go at once."""
        gate = Barrier(len(acts))
        threads = [Thread(target=self._reach, args=(act, gate), daemon=True) for act in acts]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(SECONDS)
            assert not thread.is_alive(), "a racer hangs"
        assert self.fell == []
        return self

    def _reach(self, act: Callable[[], object], gate: Barrier) -> None:
        try:
            connection.ensure_connection()
            gate.wait(30)
            self.won.append(act())
        except Refused as refusal:
            self.refused.append(refusal)
        except BaseException as fall:  # shown by the test, not lost in a thread
            self.fell.append(fall)
        finally:
            connection.close()


def race(act: Callable[[int], object], hands: int = HANDS) -> Race:
    """Let so many hands do it; each knows its number."""
    return Race().run([lambda n=n: act(n) for n in range(hands)])  # type: ignore[misc]


def told(verb: str, subject: str) -> int:
    return Entry.objects.filter(verb=verb, subject=subject).count()


def again(klass: TrainingClass) -> TrainingClass:
    """The class as this hand has it on its own screen."""
    return TrainingClass.objects.get(pk=klass.pk)


def assert_one_won(found: Race) -> None:
    assert (len(found.won), len(found.refused)) == (1, HANDS - 1)
    assert all(refusal.message and refusal.next_step for refusal in found.refused)


def rivals(count: int) -> list[tuple[Organization, User]]:
    """Approved enterprises, each with somebody who asks for it."""
    found = []
    for n in range(count):
        house = an_organization(f"竞争者{n}（演示）有限公司", Kind.EMPLOYER, 700 + n)
        found.append((house, User.objects.create(username=f"racer-{n}", name="安全员")))
    return found


def test_the_last_seat_goes_to_one_and_then_to_the_first_in_line(city: City, cast: Cast) -> None:
    """Fails when two enterprises hold the last seat, when one of twelve is neither confirmed nor
    waiting, or when giving the seat back twelve times at once promotes more than one of them."""
    klass = a_bookable_class(cast, quota=20)
    full = book_seats(klass, cast.enterprise, seats=19, by=cast.safety_officer, at=NOW)
    others = rivals(HANDS)

    def book(n: int) -> Booking:
        at = NOW + timedelta(minutes=1, seconds=n)
        return book_seats(again(klass), others[n][0], seats=1, by=others[n][1], at=at)

    assert len(race(book).won) == HANDS
    asked = Booking.objects.filter(klass=klass).exclude(pk=full.pk)
    assert asked.filter(status=BookingStatus.CONFIRMED).count() == 1
    assert asked.filter(status=BookingStatus.WAITING).count() == HANDS - 1
    assert told("seats_booked", klass.subject) == HANDS + 1
    got = asked.get(status=BookingStatus.CONFIRMED)

    def give_back(n: int) -> None:
        one = Booking.objects.get(pk=got.pk)
        cancel_booking(one, by=one.asked_by, at=NOW + timedelta(minutes=2))

    assert_one_won(race(give_back))
    assert asked.filter(status=BookingStatus.CONFIRMED).count() == 1
    assert told("booking_promoted", klass.subject) == told("booking_cancelled", klass.subject) == 1


def test_a_booking_sent_twelve_times_is_one_booking(city: City, cast: Cast) -> None:
    """Fails when an impatient finger books the seats more than once, or gets an error page."""
    klass = a_bookable_class(cast)

    def book(n: int) -> Booking:
        return book_seats(again(klass), cast.enterprise, seats=2, by=cast.safety_officer, at=NOW)

    assert_one_won(race(book))
    assert Booking.objects.get(klass=klass).seats == 2
    assert told("seats_booked", klass.subject) == 1


def test_one_of_twelve_approvals_counts(city: City, cast: Cast) -> None:
    """Fails when two decisions stand for one class, or a half-day gets two registers."""
    klass = a_reviewed_class(cast)

    def approve(n: int) -> None:
        approve_class(again(klass), by=cast.city_official, at=NOW, reason="同意开班")

    assert_one_won(race(approve))
    assert again(klass).status == Status.APPROVED
    assert klass.reviews.filter(stage="city").count() == 1
    assert told("class_approved", klass.subject) == 1
    assert len(queries.registers_of(klass)) == klass.sessions.count()


def test_one_person_signs_in_once(city: City, cast: Cast) -> None:
    """Fails when twelve taps of one learner make two marks or two ledger lines, when a refused tap
    is not told that it is signed already, or when a repeated request (same nonce) is refused."""
    klass = a_running_class(cast, learners=1)
    session, person = queries.sessions_of(klass)[0], queries.enrolled(klass)[0].person
    found = race(lambda n: tap(session, person, uuid.uuid4()))
    assert_one_won(found)
    assert all(isinstance(refusal, AlreadySigned) for refusal in found.refused)
    mark = Mark.objects.get(register=session.register, person=person)
    again_and_again = race(lambda n: tap(session, person, mark.nonce))
    assert {one.pk for one in again_and_again.won if isinstance(one, Mark)} == {mark.pk}
    assert len(again_and_again.won) == HANDS
    assert told("signed_in", mark.register.subject) == 1


def test_twelve_are_first_and_the_class_begins_once(city: City, cast: Cast) -> None:
    """Fails when the first sign-ins of a class trip over each other, or begin it twice."""
    klass = a_bookable_class(cast)
    people = [a_worker(cast, 100 + n) for n in range(HANDS)]
    how = {"organization": cast.enterprise, "source": EnrolmentSource.BOOKING, "at": NOW}
    enrol(klass, people, by=cast.safety_officer, **how)  # type: ignore[arg-type]
    session = queries.sessions_of(klass)[0]
    found = race(lambda n: tap(session, people[n], uuid.uuid4()))
    assert len(found.won) == HANDS
    assert Mark.objects.filter(register=session.register).count() == HANDS
    assert told("class_started", klass.subject) == 1


def tap(session: Session, person: Person, nonce: uuid.UUID | None) -> Mark:
    """Scan and tap at the moment at which the session begins."""
    mine = Session.objects.select_related("klass", "register").get(pk=session.pk)
    assert mine.register is not None
    at, by = mine.register.starts_at, ensure_account(person, at=NOW)
    code = code_at(mine.register, at).token
    return sign_by_code(mine, person, MarkKind.IN, code, by=by, at=at, nonce=nonce)


def test_one_paper_is_handed_in_once(city: City, cast: Cast) -> None:
    """Fails when a paper is graded twice, or a second hand changes its score."""
    klass = a_running_class(cast, learners=1)
    at = queries.registers_of(klass)[0].starts_at
    trial = arrange(klass, cast, at)
    start_sitting(trial, by=trial.person.user, at=at)

    def submit(n: int) -> Sitting:
        mine = Sitting.objects.get(pk=trial.pk)
        return submit_sitting(mine, by=mine.person.user, at=at, answers={"1": [n % 2]})

    found = race(submit)
    assert_one_won(found)
    assert all(isinstance(refusal, NotAllowed) for refusal in found.refused)
    kept = Sitting.objects.get(pk=trial.pk)
    winner = found.won[0]
    assert isinstance(winner, Sitting)
    assert kept.status == SittingStatus.SUBMITTED
    assert (kept.answers, kept.score) == (winner.answers, winner.score)
    assert told("sitting_submitted", kept.subject) == 1


def arrange(klass: TrainingClass, cast: Cast, at: datetime) -> Sitting:
    """The sitting of the class's one learner."""
    trials = arrange_exam(
        klass,
        opens_at=at,
        closes_at=at + timedelta(hours=4),
        checklist=Checklist.objects.order_by("id")[0],
        by=cast.class_manager,
        at=at,
    )
    sitting = trials[0].sitting
    assert sitting is not None
    return sitting


def test_a_class_is_closed_once(city: City, cast: Cast) -> None:
    """Fails when a class gets two closing figures or its trainers' outcomes count double; also
    when any leaf of this file's stories is torn."""
    klass = a_finished_class(cast)
    at = queries.registers_of(klass)[-1].ends_at + timedelta(days=1)

    def close(n: int) -> Closing:
        return close_class(again(klass), by=cast.class_manager, at=at)

    assert_one_won(race(close))
    assert again(klass).status == Status.CLOSED
    assert Closing.objects.filter(klass=klass).count() == 1
    assert told("class_closed", klass.subject) == 1
    trainers = queries.sessions_of(klass).values("trainer").distinct().count()
    assert Outcome.objects.filter(occasion=klass.uid).count() == trainers
    assert torn_leaves() == []

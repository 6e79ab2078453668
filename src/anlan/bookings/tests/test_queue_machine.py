"""Whatever enterprises do in whatever order: seats never exceed the quota, nobody overtakes."""

from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta

from django.db import transaction
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    rule,
    run_state_machine_as_test,
)

from anlan.bookings import queries
from anlan.bookings.models import Booking, BookingStatus
from anlan.bookings.services import book_seats, cancel_booking, change_seats
from anlan.classes.models import TrainingClass
from anlan.foundation.accounts.models import User
from anlan.lib.refusals import Refused
from anlan.organizations.models import Kind, Organization
from anlan.testing.cast import NOW, Cast, an_organization
from anlan.testing.classes import a_bookable_class

Stage = tuple[TrainingClass, User, list[Organization]]
QUOTA = 6
WHO = st.integers(0, 4)
SEATS = st.integers(1, QUOTA)


class Queue(RuleBasedStateMachine):
    """Five enterprises book, change and cancel; refusals are part of the game."""

    def __init__(self, stage: Stage) -> None:
        super().__init__()
        Booking.objects.all().delete()
        self.klass, self.officer, self.enterprises = stage
        self.minute = 0

    @rule(who=WHO, seats=SEATS)
    def book(self, who: int, seats: int) -> None:
        self.minute += 1
        at = NOW + timedelta(minutes=self.minute)
        self._try(
            lambda: book_seats(
                self.klass, self.enterprises[who], seats=seats, by=self.officer, at=at
            )
        )

    @rule(who=WHO, seats=SEATS)
    def change(self, who: int, seats: int) -> None:
        if (mine := queries.open_booking(self.klass, self.enterprises[who])) is not None:
            self._try(lambda: change_seats(mine, seats=seats, by=self.officer, at=NOW))

    @rule(who=WHO)
    def cancel(self, who: int) -> None:
        if (mine := queries.open_booking(self.klass, self.enterprises[who])) is not None:
            self._try(lambda: cancel_booking(mine, by=self.officer, at=NOW))

    def _try(self, act: Callable[[], object]) -> None:
        with suppress(Refused), transaction.atomic():
            act()

    @invariant()
    def seats_never_exceed_the_quota(self) -> None:
        assert queries.seats_of(self.klass).held <= QUOTA

    @invariant()
    def the_first_in_line_would_not_fit(self) -> None:
        if (first := queries.waiting_list(self.klass).first()) is not None:
            assert first.seats > queries.seats_of(self.klass).left

    @invariant()
    def nobody_overtakes(self) -> None:
        """Who was confirmed from the queue had asked before everybody who still waits."""
        promoted = Booking.objects.filter(status=BookingStatus.CONFIRMED).exclude(confirmed_at=None)
        for waiting in Booking.objects.filter(status=BookingStatus.WAITING):
            assert not promoted.filter(asked_at__gt=waiting.asked_at).exists()


def test_any_order_of_bookings_keeps_the_queue_fair(cast: Cast) -> None:
    enterprises = [
        an_organization(f"第{n}家（演示）有限公司", Kind.EMPLOYER, 20 + n) for n in range(5)
    ]
    stage = (a_bookable_class(cast, quota=QUOTA), cast.safety_officer, enterprises)
    run_state_machine_as_test(
        lambda: Queue(stage),  # type: ignore[arg-type]
        settings=settings(max_examples=10, stateful_step_count=15, deadline=None),
    )

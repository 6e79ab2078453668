"""What the stories of this room begin with."""

from collections.abc import Callable
from datetime import datetime, timedelta

from django.test import Client

from anlan.bookings.models import Booking
from anlan.bookings.services import book_seats
from anlan.classes.models import TrainingClass
from anlan.foundation.accounts.models import User
from anlan.foundation.ledger.models import Entry
from anlan.organizations.models import Organization
from anlan.testing.cast import NOW, Cast

Enter = Callable[[User], Client]


def booked(
    cast: Cast, klass: TrainingClass, seats: int, *, minute: int = 0, rival: bool = False
) -> Booking:
    """The cast's enterprise, or its rival, asks for seats so many minutes after `NOW`."""
    organization, officer = whose(cast, rival)
    return book_seats(
        klass, organization, seats=seats, by=officer, at=NOW + timedelta(minutes=minute)
    )


def whose(cast: Cast, rival: bool) -> tuple[Organization, User]:
    if rival:
        return cast.rival_enterprise, cast.rival_officer
    return cast.enterprise, cast.safety_officer


def stand(cast: Cast) -> tuple[list[tuple[object, ...]], int]:
    """Every booking and how many ledger lines: equal before and after a refusal."""
    rows = Booking.objects.order_by("pk").values_list("pk", "seats", "status", "cancelled_at")
    return list(rows), Entry.objects.count()


def minutes_later(minutes: int) -> datetime:
    return NOW + timedelta(minutes=minutes)

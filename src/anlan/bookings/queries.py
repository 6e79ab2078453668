"""Reading bookings: seats, queue, what an enterprise may enrol."""

import uuid
from dataclasses import dataclass

from django.db.models import Count, F, Q, QuerySet, Sum, Value
from django.db.models.functions import Coalesce

from anlan.bookings.models import Booking, BookingStatus
from anlan.classes.models import Enrolment, EnrolmentSource, Status, TrainingClass
from anlan.classes.queries import COUNTED
from anlan.foundation.accounts.models import Role, ScopeKind, User
from anlan.foundation.accounts.queries import reach
from anlan.organizations.models import Organization

OPEN = (BookingStatus.CONFIRMED, BookingStatus.WAITING)


def visible_to(user: User) -> QuerySet[Booking]:
    """An enterprise sees its own bookings, a provider those of its classes, officials their part."""
    mine = reach(user)
    if mine.whole_city:
        return Booking.objects.all()
    return Booking.objects.filter(
        Q(organization__uid__in=mine.keys(ScopeKind.ORGANIZATION, Role.SAFETY_OFFICER))
        | Q(klass__provider__uid__in=mine.organizations)
        | Q(klass__district__in=mine.districts)
        | Q(klass__industry__in=mine.industries)
    )


def booking_for(user: User, uid: uuid.UUID) -> Booking:
    """One visible booking; `DoesNotExist` for an outsider."""
    found = visible_to(user).select_related("klass__provider", "organization", "klass__syllabus")
    return found.get(uid=uid)


@dataclass(frozen=True)
class Seats:
    """How a class's seats stand. Booked seats are held whether people are named yet or not."""

    quota: int
    held: int
    waiting: int

    @property
    def left(self) -> int:
        return max(self.quota - self.held, 0)


def seats_of(klass: TrainingClass) -> Seats:
    """Seats held by confirmed bookings, or by enrolled people beyond them (walk-ins)."""
    sums = Booking.objects.filter(klass=klass).aggregate(
        booked=Coalesce(Sum("seats", filter=Q(status=BookingStatus.CONFIRMED)), Value(0)),
        waiting=Coalesce(Sum("seats", filter=Q(status=BookingStatus.WAITING)), Value(0)),
    )
    walked_in = Enrolment.objects.filter(
        klass=klass, status__in=COUNTED, source=EnrolmentSource.WALK_IN
    ).count()
    return Seats(klass.quota, sums["booked"] + walked_in, sums["waiting"])


def bookable() -> QuerySet[TrainingClass]:
    """Classes that enterprises may book now, the soonest first, each with `booked` seats."""
    confirmed = Q(bookings__status=BookingStatus.CONFIRMED)
    return (
        TrainingClass.objects.filter(status=Status.APPROVED)
        .annotate(booked=Coalesce(Sum("bookings__seats", filter=confirmed), Value(0)))
        .select_related("provider", "syllabus")
        .order_by("first_day", "id")
    )


def waiting_list(klass: TrainingClass) -> QuerySet[Booking]:
    """Who waits, in the order in which they asked."""
    return Booking.objects.filter(klass=klass, status=BookingStatus.WAITING).order_by(
        "asked_at", "id"
    )


def named(booking: Booking) -> QuerySet[Enrolment]:
    """People that the booking's enterprise has put on the class's list."""
    return Enrolment.objects.filter(
        klass=booking.klass, organization=booking.organization, status__in=COUNTED
    ).exclude(source=EnrolmentSource.WALK_IN)


def with_waiters() -> QuerySet[TrainingClass]:
    """Approved classes with a wait-list, for the job that promotes."""
    return TrainingClass.objects.filter(
        status=Status.APPROVED, bookings__status=BookingStatus.WAITING
    ).distinct()


def bookings_of(organization: Organization) -> QuerySet[Booking]:
    """An enterprise's bookings, the newest class first, each with `people` named."""
    mine = Q(
        klass__enrolments__organization=F("organization"), klass__enrolments__status__in=COUNTED
    )
    return (
        Booking.objects.filter(organization=organization)
        .select_related("klass__provider")
        .annotate(people=Count("klass__enrolments", filter=mine, distinct=True))
        .order_by("-klass__first_day", "-id")
    )

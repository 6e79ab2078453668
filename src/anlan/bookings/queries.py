"""Reading bookings: seats, queue, what an enterprise may enrol."""

import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.db.models import Case, Count, F, Q, QuerySet, Sum, Value, When
from django.db.models.functions import Coalesce

from anlan.bookings.models import Booking, BookingStatus
from anlan.classes.models import (
    Enrolment,
    EnrolmentSource,
    Status,
    TrainingClass,
)
from anlan.classes.queries import COUNTED, trained_before
from anlan.classes.states import UNDER_WAY
from anlan.foundation.accounts.models import Role, ScopeKind, User
from anlan.foundation.accounts.queries import reach
from anlan.identity.models import Employment, Person
from anlan.identity.queries import RosterFilters, roster_of
from anlan.organizations.models import Organization

BY_BOOKING = (EnrolmentSource.BOOKING, EnrolmentSource.SUBSTITUTE)
OPEN = (BookingStatus.CONFIRMED, BookingStatus.WAITING)


def visible_to(user: User) -> QuerySet[Booking]:
    """An enterprise sees its own bookings, a provider its classes', officials their part."""
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


@dataclass(frozen=True)
class Wanted:
    """What an enterprise looks for; empty means anything."""

    district: str = ""
    industry: str = ""
    role: str = ""
    since: date | None = None
    until: date | None = None


def offered(by: Wanted, today: date) -> QuerySet[TrainingClass]:
    """Bookable classes that have not begun and fit what is wanted."""
    exact = {"district": by.district, "industry": by.industry, "syllabus__role": by.role}
    rows = bookable().filter(first_day__gte=today)
    rows = rows.filter(**{name: value for name, value in exact.items() if value})
    if by.since and by.until:
        rows = rows.filter(first_day__range=(by.since, by.until))
    return rows


def open_booking(klass: TrainingClass, organization: Organization) -> Booking | None:
    """The enterprise's booking in a class that is not cancelled."""
    return Booking.objects.filter(klass=klass, organization=organization, status__in=OPEN).first()


def open_bookings_in(
    classes: Iterable[TrainingClass], organization: Organization
) -> dict[int, Booking]:
    """Class id → the enterprise's open booking in it."""
    rows = Booking.objects.filter(
        klass__in=list(classes), organization=organization, status__in=OPEN
    )
    return {booking.klass_id: booking for booking in rows}


def place_in_queue(booking: Booking) -> int:
    """1 is promoted next; 0 when the booking doesn't wait."""
    if booking.status != BookingStatus.WAITING:
        return 0
    return waiting_list(booking.klass).filter(_ahead_of(booking)).count() + 1


def seats_before(booking: Booking) -> int:
    """Seats that those ahead in the queue wait for."""
    rows = waiting_list(booking.klass).filter(_ahead_of(booking))
    return int(rows.aggregate(n=Coalesce(Sum("seats"), Value(0)))["n"])


def _ahead_of(booking: Booking) -> Q:
    """The queue goes by the moment of asking, then by id."""
    return Q(asked_at__lt=booking.asked_at) | Q(asked_at=booking.asked_at, pk__lt=booking.pk)


def bookings_in(klass: TrainingClass) -> QuerySet[Booking]:
    """Every booking of a class for its provider: confirmed, then the queue, then cancelled."""
    rank = Case(
        When(status=BookingStatus.CONFIRMED, then=0),
        When(status=BookingStatus.WAITING, then=1),
        default=2,
    )
    named_by_it = Q(
        klass__enrolments__organization=F("organization"),
        klass__enrolments__status__in=COUNTED,
        klass__enrolments__source__in=BY_BOOKING,
    )
    return (
        Booking.objects.filter(klass=klass)
        .select_related("organization")
        .annotate(rank=rank, people=Count("klass__enrolments", filter=named_by_it, distinct=True))
        .order_by("rank", "asked_at", "id")
    )


@dataclass(frozen=True)
class Candidate:
    """One employee who may be named. `before` is a class of the same project this person is in."""

    employment: Employment
    before: str
    standing: str
    chosen: bool

    @property
    def person(self) -> Person:
        return self.employment.person

    @property
    def flag(self) -> str:
        return f"本年度已参训 {self.before}" if self.before else ""


def candidates(
    booking: Booking, by: RosterFilters, chosen: frozenset[str], most: int = 100
) -> list[Candidate]:
    """Employees that fit the filters, the chosen always among them and on top."""
    roster = roster_of(booking.organization)
    picked = list(roster.filter(person__uid__in=chosen))
    found = roster_of(booking.organization, by).exclude(person__in=[e.person_id for e in picked])
    rows = [*picked, *found[:most]]
    before = trained_before([one.person for one in rows], booking.klass)
    places = booking.klass.enrolments.filter(person__in=[one.person_id for one in rows])
    inside = set(places.filter(status__in=COUNTED).values_list("person_id", flat=True))
    return [
        Candidate(
            employment=one,
            before=before.get(one.person_id, ""),
            standing="已在本班名单" if one.person_id in inside else "",
            chosen=str(one.person.uid) in chosen and one.person_id not in inside,
        )
        for one in rows
    ]


def enrolment_for(user: User, uid: uuid.UUID) -> Enrolment:
    """An enrolment that the user's own enterprise sent; `DoesNotExist` otherwise."""
    own = reach(user).keys(ScopeKind.ORGANIZATION, Role.SAFETY_OFFICER)
    rows = Enrolment.objects.select_related("klass", "person", "organization")
    return rows.get(uid=uid, organization__uid__in=own)


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
        klass__enrolments__organization=F("organization"),
        klass__enrolments__status__in=COUNTED,
        klass__enrolments__source__in=BY_BOOKING,
    )
    return (
        Booking.objects.filter(organization=organization)
        .select_related("klass__provider")
        .annotate(people=Count("klass__enrolments", filter=mine, distinct=True))
        .order_by("-klass__first_day", "-id")
    )


def short_of_names(organization: Organization) -> QuerySet[Booking]:
    """Confirmed bookings of open classes with fewer people named than seats, the soonest first."""
    unnamed = Q(people__lt=F("seats"))
    rows = bookings_of(organization).filter(
        unnamed, status=BookingStatus.CONFIRMED, klass__status__in=UNDER_WAY
    )
    return rows.order_by("klass__first_day", "id")

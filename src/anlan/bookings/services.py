"""Booking seats, waiting for them, naming people for them."""

from collections.abc import Sequence
from datetime import datetime

from django.db import IntegrityError, transaction

from anlan.bookings import queries
from anlan.bookings.models import Booking, BookingStatus
from anlan.bookings.states import STEPS
from anlan.classes.models import Enrolment, EnrolmentSource, Status, TrainingClass
from anlan.classes.services.enrolments import enrol
from anlan.foundation.accounts.models import Role, ScopeKind, User
from anlan.foundation.accounts.queries import users_with
from anlan.foundation.ledger.services import record
from anlan.foundation.notices.services import tell
from anlan.identity.models import Person
from anlan.lib.masking import mask_name
from anlan.lib.refusals import BadInput, Refused
from anlan.lib.states import advance
from anlan.organizations.models import Organization
from anlan.organizations.models import Status as OrganizationStatus


@transaction.atomic
def book_seats(
    klass: TrainingClass, organization: Organization, *, seats: int, by: User, at: datetime
) -> Booking:
    """Book seats; when they are not to be had the whole booking waits its turn."""
    if organization.status != OrganizationStatus.APPROVED:
        raise Refused("贵单位的注册还没有通过审核，暂不能预约。", "请等待区县审核。")
    locked = _locked(klass)
    _require_sane(seats, locked)
    waits = seats > queries.seats_of(locked).left or queries.waiting_list(locked).exists()
    status = BookingStatus.WAITING if waits else BookingStatus.CONFIRMED
    try:
        with transaction.atomic():
            booking = Booking.objects.create(
                klass=locked,
                organization=organization,
                seats=seats,
                status=status,
                asked_by=by,
                asked_at=at,
                confirmed_at=None if waits else at,
            )
    except IntegrityError as again:
        raise Refused("贵单位已经预约了这个班。", "如需增减座位，请修改原预约。") from again
    _record(booking, "seats_booked", by, at)
    return booking


@transaction.atomic
def change_seats(booking: Booking, *, seats: int, by: User, at: datetime) -> None:
    """Fewer seats free some for those who wait; more seats only while they are free."""
    klass = _locked(booking.klass)
    _require_sane(seats, klass)
    booking.refresh_from_db()
    if booking.status == BookingStatus.CANCELLED:
        raise Refused("这条预约已取消。", "请重新预约。")
    people = queries.named(booking).count()
    if seats < people:
        raise Refused(f"已经报了 {people} 人，座位不能少于 {people} 个。", "请先从名单中减人。")
    extra = seats - booking.seats
    if booking.status == BookingStatus.CONFIRMED and extra > queries.seats_of(klass).left:
        raise Refused(
            f"只剩 {queries.seats_of(klass).left} 个座位，不够再加 {extra} 个。",
            "请减少人数，或另约一个班。",
        )
    booking.seats = seats
    booking.save(update_fields=["seats"])
    _record(booking, "seats_changed", by, at)
    promote_waiting(klass, at=at)


@transaction.atomic
def cancel_booking(booking: Booking, *, by: User, at: datetime) -> None:
    """Give the seats back; who waits first is promoted in the same breath."""
    klass = _locked(booking.klass)
    if queries.named(booking).exists():
        raise Refused("名单里还有已报名的学员，不能取消预约。", "请先把学员移出名单。")
    advance(booking, BookingStatus.CANCELLED, STEPS, cancelled_at=at)
    record(klass.subject, "booking_cancelled", by=by, at=at, seats=booking.seats)
    promote_waiting(klass, at=at)


@transaction.atomic
def promote_waiting(klass: TrainingClass, *, at: datetime) -> int:
    """Confirm waiting bookings that fit, strictly in order: nobody overtakes the first."""
    locked = _locked(klass)
    left = queries.seats_of(locked).left
    promoted = 0
    for booking in queries.waiting_list(locked).select_related("organization"):
        if booking.seats > left:
            break
        advance(booking, BookingStatus.CONFIRMED, STEPS, confirmed_at=at)
        left -= booking.seats
        promoted += 1
        _record(booking, "booking_promoted", None, at)
        _tell_promoted(booking, at)
    return promoted


@transaction.atomic
def enrol_from_roster(
    booking: Booking, persons: Sequence[Person], *, by: User, at: datetime
) -> list[Enrolment]:
    """Name people for booked seats, from the enterprise's own roster."""
    klass = _locked(booking.klass)
    booking.refresh_from_db()
    if booking.status != BookingStatus.CONFIRMED:
        raise Refused("这条预约还没有确认座位。", "候补转正后会通知您，届时再报名单。")
    left = booking.seats - queries.named(booking).count()
    if len(persons) > left:
        raise Refused(
            f"预约了 {booking.seats} 个座位，还能报 {left} 人，您选了 {len(persons)} 人。",
            "请减少人数，或先增加座位。",
        )
    _require_own(persons, booking.organization)
    return enrol(
        klass,
        persons,
        organization=booking.organization,
        source=EnrolmentSource.BOOKING,
        by=by,
        at=at,
    )


def _locked(klass: TrainingClass) -> TrainingClass:
    return TrainingClass.objects.select_for_update().get(pk=klass.pk)


def _require_sane(seats: int, klass: TrainingClass) -> None:
    if klass.status not in {Status.APPROVED, Status.RUNNING}:
        raise Refused(f"「{klass.get_status_display()}」的班不能预约。", "请选择正在报名的班。")
    if seats < 1:
        raise BadInput("座位数至少为 1。", "请填写要预约的人数。")
    if seats > klass.quota:
        raise BadInput(f"本班一共 {klass.quota} 个名额。", "请减少座位数，或分几个班预约。")


def _require_own(persons: Sequence[Person], organization: Organization) -> None:
    own = set(
        organization.employments.filter(person__in=persons, until=None).values_list(
            "person_id", flat=True
        )
    )
    strangers = [mask_name(person.name) for person in persons if person.pk not in own]
    if strangers:
        raise Refused(f"{'、'.join(strangers)} 不在贵单位的花名册上。", "请先把他们加入花名册。")


def _record(booking: Booking, verb: str, by: User | None, at: datetime) -> None:
    record(
        booking.klass.subject,
        verb,
        by=by,
        at=at,
        seats=booking.seats,
        status=BookingStatus(booking.status).label,
        organization=booking.organization.uscc,
    )


def _tell_promoted(booking: Booking, at: datetime) -> None:
    uid = str(booking.organization.uid)
    tell(
        users_with(Role.SAFETY_OFFICER, ScopeKind.ORGANIZATION, uid),
        f"候补已转正：{booking.klass.title}",
        body=f"{booking.seats} 个座位已为您保留，请尽快报送名单。",
        url=f"/bookings/{booking.uid}/",
        at=at,
        dedupe=f"promoted/{booking.uid}",
    )

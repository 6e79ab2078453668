"""Who books: an approved enterprise's safety officer."""

from anlan.bookings.models import Booking
from anlan.classes.models import TrainingClass
from anlan.foundation.accounts.models import Role, ScopeKind, User
from anlan.foundation.accounts.queries import reach
from anlan.organizations.models import Organization, Status


def booking_organization(user: User) -> Organization | None:
    """The approved enterprise that this user books for."""
    keys = reach(user).keys(ScopeKind.ORGANIZATION, Role.SAFETY_OFFICER)
    return Organization.objects.filter(uid__in=keys, status=Status.APPROVED).first()


def may_book(user: User, klass: TrainingClass) -> bool:
    return booking_organization(user) is not None


def may_browse(user: User) -> bool:
    return reach(user).has(Role.SAFETY_OFFICER)


def may_change(user: User, booking: Booking) -> bool:
    """Only the enterprise that booked changes or cancels its booking."""
    return reach(user).works_for(booking.organization.uid, Role.SAFETY_OFFICER)

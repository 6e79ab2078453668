"""Who books: an approved enterprise's safety officer."""

from anlan.bookings.models import Booking
from anlan.classes.models import Enrolment, Status, TrainingClass
from anlan.classes.policies import is_watching
from anlan.foundation.accounts.models import Role, ScopeKind, User
from anlan.foundation.accounts.queries import reach
from anlan.organizations.models import Organization
from anlan.organizations.models import Status as OrganizationStatus


def booking_organization(user: User) -> Organization | None:
    """The approved enterprise that this user books for."""
    keys = reach(user).keys(ScopeKind.ORGANIZATION, Role.SAFETY_OFFICER)
    return Organization.objects.filter(uid__in=keys, status=OrganizationStatus.APPROVED).first()


def may_book(user: User, klass: TrainingClass) -> bool:
    return booking_organization(user) is not None


def may_browse(user: User) -> bool:
    return reach(user).has(Role.SAFETY_OFFICER)


def may_change(user: User, booking: Booking) -> bool:
    """Only the enterprise that booked changes or cancels its booking."""
    return reach(user).works_for(booking.organization.uid, Role.SAFETY_OFFICER)


def may_see(user: User, booking: Booking) -> bool:
    """Whoever could load it may see it."""
    return user.is_active


def may_see_queue(user: User, klass: TrainingClass) -> bool:
    """Officials and the provider's staff; an enterprise learns its own place only."""
    return is_watching(user, klass)


def may_name(user: User, booking: Booking) -> bool:
    """The enterprise names people once its seats are confirmed; the service says so otherwise."""
    return may_change(user, booking)


def may_take_off(user: User, enrolment: Enrolment) -> bool:
    """The enterprise takes its own people off the list while the class has not begun."""
    own = reach(user).works_for(enrolment.organization.uid, Role.SAFETY_OFFICER)
    return own and enrolment.klass.status == Status.APPROVED

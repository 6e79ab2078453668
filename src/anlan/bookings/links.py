"""What this room shows on a class's page (classes/links.py asks by a dotted path)."""

from django.urls import reverse

from anlan.bookings import policies, queries
from anlan.classes.links import Link
from anlan.classes.models import Status, TrainingClass
from anlan.foundation.accounts.models import User

WITH_SEATS = (Status.APPROVED, Status.RUNNING, Status.CLOSED)


def for_class(user: User, klass: TrainingClass) -> list[Link]:
    """The queue for who runs or watches the class; own booking, or booking, for an enterprise."""
    links = []
    if klass.status in WITH_SEATS and policies.may_see_queue(user, klass):
        links.append(Link("座位与候补", reverse("bookings:queue", args=[klass.uid])))
    if policies.may_browse(user) and klass.status in WITH_SEATS:
        links += _own(user, klass)
    return links


def _own(user: User, klass: TrainingClass) -> list[Link]:
    organization = policies.booking_organization(user)
    if organization is None:
        return []
    own = queries.open_booking(klass, organization)
    if own is not None:
        return [Link("本企业的预约", reverse("bookings:record", args=[own.uid]))]
    if klass.status == Status.APPROVED:
        return [Link("预约座位", reverse("bookings:book", args=[klass.uid]))]
    return []

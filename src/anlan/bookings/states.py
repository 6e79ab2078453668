"""The life of a booking."""

from anlan.bookings.models import BookingStatus
from anlan.lib.states import Steps

STEPS: Steps = {
    BookingStatus.WAITING: {BookingStatus.CONFIRMED, BookingStatus.CANCELLED},
    BookingStatus.CONFIRMED: {BookingStatus.CANCELLED},
    BookingStatus.CANCELLED: set(),
}

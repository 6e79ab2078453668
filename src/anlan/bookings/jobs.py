"""What the worker finds to do for bookings."""

from datetime import datetime

from anlan.bookings import queries, services


def promote_waiters(at: datetime) -> int:
    """Promote wherever seats came free by another way than a cancellation."""
    return sum(services.promote_waiting(klass, at=at) for klass in queries.with_waiters()[:50])

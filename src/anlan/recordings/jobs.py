"""What the worker finds to do for recordings."""

from datetime import datetime

from anlan.recordings.retention import forget_expired


def forget_expired_recordings(at: datetime) -> int:
    """Films whose time is over, unless somebody holds them."""
    return forget_expired(at)

"""What this room finds to do by asking the database."""

from datetime import datetime

from anlan.courses.queries.reviewing import sittings_to_glean
from anlan.courses.services.reviewing import glean

AT_ONCE = 200


def glean_sittings(at: datetime) -> int:
    """Missed questions of exams that are over become review cards."""
    found = list(sittings_to_glean(at)[:AT_ONCE])
    return glean(found, at=at) if found else 0

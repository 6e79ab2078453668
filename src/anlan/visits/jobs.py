"""What the worker finds to do for visits."""

from datetime import datetime

from anlan.visits.queries import visits as queries
from anlan.visits.services.escalating import escalate

AT_ONCE = 50


def escalate_visits(at: datetime) -> int:
    """Tell the districts about up to fifty steps that have run out."""
    return sum(escalate(visit, at=at) for visit in list(queries.past_due(at)[:AT_ONCE]))

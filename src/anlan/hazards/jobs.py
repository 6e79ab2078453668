"""What the worker finds to do for hazards."""

from datetime import datetime

from anlan.hazards.queries import hazards as queries
from anlan.hazards.services.escalating import escalate

AT_ONCE = 50


def escalate_overdue(at: datetime) -> int:
    """Tell the districts about up to fifty steps that have run out."""
    return sum(escalate(hazard, at=at) for hazard in list(queries.past_due(at)[:AT_ONCE]))

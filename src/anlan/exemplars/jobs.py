"""What the worker finds to do: figures of the day, namings that ran out or may not hold."""

from datetime import datetime

from anlan.exemplars.queries import exemplars as queries
from anlan.exemplars.queries.comparison import to_compute
from anlan.exemplars.services.computing import keep_indicators
from anlan.exemplars.services.naming import expire, watch
from anlan.lib.dates import local_date

AT_ONCE = 50


def compute_indicators(at: datetime) -> int:
    """Fifty enterprises whose figures are not of today."""
    today = local_date(at)
    found = list(to_compute(today)[:AT_ONCE])
    if found:
        keep_indicators(found, today=today)
    return len(found)


def expire_namings(at: datetime) -> int:
    return sum(expire(one, at=at) for one in list(queries.run_out(local_date(at))[:AT_ONCE]))


def watch_namings(at: datetime) -> int:
    """Look at namings that nobody has looked at today; how many were looked at."""
    found = list(queries.to_watch(local_date(at))[:AT_ONCE])
    for one in found:
        watch(one, at=at)
    return len(found)

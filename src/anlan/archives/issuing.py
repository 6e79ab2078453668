"""What the worker does for runs; see `services.runs`."""

import time
from datetime import datetime, timedelta

from anlan.archives.models import RunStatus
from anlan.archives.run_queries import open_runs
from anlan.archives.services.runs import work_on

LONG_ENOUGH = 5.0  # seconds a round: other jobs wait meanwhile


def work_on_runs(at: datetime) -> int:
    """The oldest open run, piece by piece, until it is done or the round has lasted long enough."""
    run = open_runs().first()
    if run is None:
        return 0
    began, done, spent = time.monotonic(), 1, 0.0
    while spent < LONG_ENOUGH and run.status == RunStatus.OPEN:
        done += work_on(run, at=at + timedelta(seconds=spent))
        run.refresh_from_db()
        spent = time.monotonic() - began
    return done

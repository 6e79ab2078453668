"""Running the schedule: each job asks the database what there is to do and does a bounded part."""

import logging
import traceback
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F, Q
from django.utils.timezone import now

from anlan.foundation.jobs.models import Lease

log = logging.getLogger(__name__)
LEASE = timedelta(minutes=10)


@dataclass(frozen=True)
class Job:
    """A function that does what it finds and says how much it did.

    `every` is the least time between two runs; a run that did something is followed at once.
    """

    run: Callable[[datetime], int]
    every: timedelta = timedelta(seconds=1)

    @property
    def name(self) -> str:
        return f"{self.run.__module__}.{self.run.__qualname__}"


def run_due(schedule: Sequence[Job], *, worker: str, at: datetime | None = None) -> int:
    """One round over the schedule; returns how many pieces of work were done."""
    return sum(_run(job, worker, at or now()) for job in schedule)


def _run(job: Job, worker: str, at: datetime) -> int:
    if not _take(job, worker, at):
        return 0
    try:
        done = job.run(at)
    except Exception:
        log.exception("job %s failed", job.name)
        _give_back(job, at, done=0, error=traceback.format_exc()[-4000:])
        return 0
    _give_back(job, at, done=done, error="")
    return done


@transaction.atomic
def _take(job: Job, worker: str, at: datetime) -> bool:
    Lease.objects.get_or_create(job=job.name)
    free = Q(held_until__isnull=True) | Q(held_until__lte=at)
    due = Q(last_run_at__isnull=True) | Q(last_run_at__lte=at - job.every) | Q(last_done__gt=0)
    mine = Lease.objects.filter(free & due, job=job.name)
    return bool(mine.update(holder=worker, held_until=at + LEASE))


def _give_back(job: Job, at: datetime, *, done: int, error: str) -> None:
    Lease.objects.filter(job=job.name).update(
        held_until=None, last_run_at=at, last_done=done, last_error=error, holder=F("holder")
    )

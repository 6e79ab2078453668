"""Running the schedule: each job asks the database what there is to do and does a bounded part."""

import logging
import threading
import time
import traceback
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import DatabaseError, connection, transaction
from django.db.models import Q
from django.utils.timezone import now

from anlan.foundation.jobs.models import Lease

log = logging.getLogger(__name__)
# A worker that dies keeps its job from the others for so long; one that lives renews in time.
LEASE = timedelta(seconds=40)
RENEW_EVERY = timedelta(seconds=10)
# Lanes: workers of their own, so that what must be prompt never waits behind what takes long.
# Films take a core for minutes or hours; somebody stands before a camera and waits for the eyes.
PROMPT, STEADY, FILMS, EYES = "prompt", "steady", "films", "eyes"


@dataclass(frozen=True)
class Job:
    """A function that does what it finds and says how much it did.

    `every` is the least time between two runs; a run that did something is followed at once.
    """

    run: Callable[[datetime], int]
    every: timedelta = timedelta(seconds=1)
    lane: str = STEADY

    @property
    def name(self) -> str:
        return f"{self.run.__module__}.{self.run.__qualname__}"


def run_due(schedule: Sequence[Job], *, worker: str, at: datetime | None = None) -> int:
    """One round over the schedule; returns how many pieces of work were done."""
    return sum(_run(job, worker, at or now()) for job in schedule)


def renew(job: Job, *, worker: str, at: datetime) -> bool:
    """Hold the job for another while; False when somebody else has taken it meanwhile."""
    mine = Lease.objects.filter(job=job.name, holder=worker, held_until__isnull=False)
    return bool(mine.update(held_until=at + LEASE))


def _run(job: Job, worker: str, at: datetime) -> int:
    if not _take(job, worker, at):
        return 0
    try:
        with _held(job, worker, at):
            done = job.run(at)
    except Exception:
        log.exception("job %s failed", job.name)
        _give_back(job, worker, at, done=0, error=traceback.format_exc()[-4000:])
        return 0
    _give_back(job, worker, at, done=done, error="")
    return done


@transaction.atomic
def _take(job: Job, worker: str, at: datetime) -> bool:
    Lease.objects.get_or_create(job=job.name)
    free = Q(held_until__isnull=True) | Q(held_until__lte=at)
    due = Q(last_run_at__isnull=True) | Q(last_run_at__lte=at - job.every) | Q(last_done__gt=0)
    mine = Lease.objects.filter(free & due, job=job.name)
    return bool(mine.update(holder=worker, held_until=at + LEASE))


@contextmanager
def _held(job: Job, worker: str, at: datetime) -> Iterator[None]:
    """The lease is renewed beside the work, however long it takes."""
    over = threading.Event()
    words = {"job": job, "worker": worker, "at": at, "over": over}
    beside = threading.Thread(target=_keep_renewing, kwargs=words, daemon=True)
    beside.start()
    try:
        yield
    finally:
        over.set()
        beside.join()


def _keep_renewing(job: Job, worker: str, at: datetime, over: threading.Event) -> None:
    """Until the work is over. A renewal that fails is tried again: the lease lasts for four."""
    began = time.monotonic()
    while not over.wait(RENEW_EVERY.total_seconds()):
        try:
            renew(job, worker=worker, at=at + timedelta(seconds=time.monotonic() - began))
        except DatabaseError:
            log.warning("the lease of %s could not be renewed", job.name, exc_info=True)
        finally:
            connection.close()


def _give_back(job: Job, worker: str, at: datetime, *, done: int, error: str) -> None:
    """Free the job, unless the lease has run out and somebody else holds it by now."""
    Lease.objects.filter(job=job.name, holder=worker).update(
        held_until=None, last_run_at=at, last_done=done, last_error=error
    )

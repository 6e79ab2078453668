"""`anlan work`: do what the schedule finds, until told to stop."""

import argparse
import logging
import os
import signal
import socket
from collections.abc import Sequence
from threading import Event, Thread

from django.conf import settings
from django.db import DatabaseError, close_old_connections, connections
from django.utils.module_loading import import_string

from anlan.foundation.jobs.services import EYES, FILMS, PROMPT, STEADY, Job, run_due

log = logging.getLogger(__name__)
NOTHING_TO_DO_SECONDS = 1.0
DATABASE_AWAY_SECONDS = 5.0
BESIDE = (FILMS, EYES)  # what takes long walks in threads of its own


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--once", action="store_true", help="只做一轮就结束")
    help_of_lane = (
        f"只做一条道上的任务：{PROMPT} 是签名日志，{FILMS} 是课件制作，{EYES} 是证件与人脸，"
    )
    help_of_lane += f"{STEADY} 是其余；不写则都做"
    parser.add_argument("--lane", choices=[PROMPT, STEADY, FILMS, EYES], help=help_of_lane)


def run(args: argparse.Namespace) -> int:
    """A signal ends it after the job in hand, unless that is a film; a database is waited for."""
    schedule = _of_lane(import_string(settings.ANLAN_SCHEDULE), args.lane)
    worker = f"{socket.gethostname()[:48]}:{os.getpid()}"
    if args.once:
        print(f"完成 {run_due(schedule, worker=worker)} 项。")
        return 0
    stop = Event()
    for name in (signal.SIGINT, signal.SIGTERM):
        signal.signal(name, lambda *_: stop.set())
    rest = [job for job in schedule if job.lane not in BESIDE]
    for lane in BESIDE:
        # Left behind at a stop: what was cut off is found again, and nobody waits an hour for it.
        if found := _of_lane(schedule, lane):
            Thread(target=_walk, args=(found, worker, stop), daemon=True).start()
    if rest:
        _walk(rest, worker, stop)
    stop.wait()
    connections.close_all()
    return 0


def _walk(schedule: list[Job], worker: str, stop: Event) -> None:
    while not stop.is_set():
        close_old_connections()
        stop.wait(_round(schedule, worker, stop))


def _of_lane(schedule: Sequence[Job], lane: str | None) -> list[Job]:
    return [job for job in schedule if lane in (None, job.lane)]


def _round(schedule: list[Job], worker: str, stop: Event) -> float:
    """One round, job by job so that a stop needn't wait for all; seconds until the next."""
    done = 0
    try:
        for job in schedule:
            if stop.is_set():
                break
            done += run_due([job], worker=worker)
    except DatabaseError:
        log.exception("the database can't be reached; trying again")
        connections.close_all()
        return DATABASE_AWAY_SECONDS
    if done:
        return 0.0
    return min([NOTHING_TO_DO_SECONDS, *(job.every.total_seconds() for job in schedule)])

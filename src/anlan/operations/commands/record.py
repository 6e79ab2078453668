"""`anlan record`: make segments of what is live, look at what was filed, until told to stop."""

import argparse
import logging
import signal
from threading import Event

from django.db import DatabaseError, close_old_connections, connections

from anlan.classes.services.filming import hold_filed
from anlan.recordings.live.recorder import Recorder, only_one
from anlan.recordings.looking import Looker

log = logging.getLogger(__name__)
LOOK_EVERY = 1.0
SOMEBODY_ELSE_SECONDS = 5.0
DATABASE_AWAY_SECONDS = 5.0


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--no-look", action="store_true", help="不清点人数、不核对视频时长")


def run(args: argparse.Namespace) -> int:
    """One process for one folder of live recordings; a second waits for the first to end."""
    stop = Event()
    for name in (signal.SIGINT, signal.SIGTERM):
        signal.signal(name, lambda *_: stop.set())
    while not stop.is_set():
        with only_one() as alone:
            if alone:
                _record(stop, looking=not args.no_look)
            else:
                stop.wait(SOMEBODY_ELSE_SECONDS)
    return 0


def _record(stop: Event, *, looking: bool) -> None:
    recorder, looker = Recorder(hold_filed, stop), Looker(stop)
    if looking:
        looker.start()
    while not stop.is_set():
        try:
            close_old_connections()
            recorder.look()
            stop.wait(LOOK_EVERY)
        except DatabaseError:
            log.exception("the database can't be reached; trying again")
            connections.close_all()
            stop.wait(DATABASE_AWAY_SECONDS)
    recorder.end()
    looker.join()
    connections.close_all()

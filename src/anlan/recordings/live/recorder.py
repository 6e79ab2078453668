"""The recorder's round: every unfinished live recording has a thread that sees to it."""

import fcntl
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Event, Thread

from django.conf import settings
from django.db import DatabaseError, close_old_connections, connection
from django.utils.timezone import now

from anlan.recordings.live.queries import unfinished
from anlan.recordings.live.services import OnFiled
from anlan.recordings.live.takes import Take, take_of
from anlan.recordings.models import LiveRecording

log = logging.getLogger(__name__)
LOOK_EVERY = 0.4


@contextmanager
def only_one() -> Iterator[bool]:
    """Whether this process alone records out of this folder; a dead one's claim ends with it."""
    folder = Path(settings.ANLAN_LIVE)
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / ".lock").open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            yield False
            return
        yield True


class Recorder:
    """Finds what is live by a query, so a crash or a restart forgets nothing."""

    def __init__(self, on_filed: OnFiled, stop: Event) -> None:
        self._on_filed, self._stop = on_filed, stop
        self._threads: dict[int, Thread] = {}

    def look(self) -> int:
        """Give every unfinished live recording its thread; how many there are."""
        for pk in [pk for pk, thread in self._threads.items() if not thread.is_alive()]:
            del self._threads[pk]
        for live in unfinished():
            if live.pk not in self._threads:
                thread = Thread(target=self._see_to, args=(live,), daemon=True)
                self._threads[live.pk] = thread
                thread.start()
        return len(self._threads)

    def end(self) -> None:
        """Told to stop: each thread lets go of its ffmpeg."""
        for thread in self._threads.values():
            thread.join(10)

    def _see_to(self, live: LiveRecording) -> None:
        take: Take | None = None
        try:
            take = take_of(live, self._on_filed)
            while not take.over and not self._stop.is_set():
                close_old_connections()
                take.step(now())
                self._stop.wait(LOOK_EVERY)
        except DatabaseError:
            log.exception("the database can't be reached; %s is taken up again", live.uid)
        except Exception:
            log.exception("%s could not be seen to; it is taken up again", live.uid)
        finally:
            if take:
                take.let_go()
            connection.close()

"""What each process of the site tells the others about its queues: a small file, a second old.

Whoever is served writes it, at most once a second; a process that is asked nothing writes nothing,
so the events of its last second show with its next request.
"""

import logging
import os
import threading
import time
from collections.abc import Callable, Mapping
from pathlib import Path

import msgspec
from django.conf import settings
from msgspec import Struct

from anlan.foundation.intake.groups import Group, Told

log = logging.getLogger(__name__)
EVERY_SECONDS = 1.0
SWEPT_AFTER = 24 * 3600  # a number may be given to another process
STARTED = time.time()
_encode = msgspec.json.Encoder().encode


class _Words(Struct):
    """`Process` with its groups already written."""

    pid: int
    started_at: float
    at: float
    endpoints: dict[str, msgspec.Raw]


class Process(Struct):
    """One process of the site; times are Unix times."""

    pid: int
    started_at: float
    at: float
    endpoints: dict[str, Told]


class Sharing:
    """Writes this process's file."""

    def __init__(self, groups: Callable[[], Mapping[str, Group]]) -> None:
        self._groups = groups
        self._next = 0.0
        self._door = threading.Lock()

    def tick(self) -> None:
        """Costs a look at the clock, and a small file once a second."""
        if time.monotonic() < self._next or not self._door.acquire(blocking=False):
            return
        try:
            self._next = time.monotonic() + EVERY_SECONDS
            self._write()
        except OSError as failure:
            log.warning("the intake's figures could not be shared: %s", failure)
        finally:
            self._door.release()

    def _write(self) -> None:
        told = {path: msgspec.Raw(group.told()) for path, group in self._groups().items()}
        folder = _folder()
        folder.mkdir(parents=True, exist_ok=True)
        pid = os.getpid()
        fresh = folder / f"{pid}.new"
        fresh.write_bytes(_encode(_Words(pid, STARTED, time.time(), told)))
        fresh.replace(folder / f"{pid}.json")


def processes() -> list[Process]:
    """Every living process, the oldest first; what dead ones left is swept away."""
    found = []
    for path in _folder().glob("*.json"):
        try:
            one = msgspec.json.decode(path.read_bytes(), type=Process)
        except (OSError, msgspec.DecodeError):
            continue  # just replaced, or of another release
        if time.time() - one.at > SWEPT_AFTER or not _lives(one.pid):
            path.unlink(missing_ok=True)
        else:
            found.append(one)
    return sorted(found, key=lambda one: one.started_at)


def _lives(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except OSError:
        return True  # another user's
    return True


def _folder() -> Path:
    return Path(settings.ANLAN_INTAKE_FOLDER)

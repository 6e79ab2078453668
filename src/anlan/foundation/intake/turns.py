"""Taking turns before SQLite: its writers wait by polling, which starves some under a burst.

A lock on a file beside the database lets the kernel wake the next process at once. It orders the
intake's own commits only; whoever writes elsewhere meets them at SQLite's own lock, as before.
"""

import fcntl
import threading
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from functools import lru_cache
from pathlib import Path
from typing import IO

from django.db import connection

_ours = threading.Lock()


def turn() -> AbstractContextManager[None]:
    """This machine's turn to write; nothing on a server that orders its writers itself."""
    name = str(connection.settings_dict["NAME"])
    if connection.vendor != "sqlite" or not Path(name).is_absolute():
        return nullcontext()
    return held(f"{name}-turn")


@contextmanager
def held(path: str) -> Iterator[None]:
    """One holds it at a time, of all threads of all processes that name this file."""
    file = _lock_file(path)
    with _ours:  # flock knows processes, not threads
        fcntl.flock(file, fcntl.LOCK_EX)
        try:
            yield
        finally:
            fcntl.flock(file, fcntl.LOCK_UN)


@lru_cache(maxsize=8)
def _lock_file(path: str) -> IO[bytes]:
    return Path(path).open("ab")

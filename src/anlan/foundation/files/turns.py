"""Whose turn it is to write to an upload: one sender at a time, and a silent one gives way.

A phone that loses its network leaves the server waiting for bytes that never come; nothing tells
it. When the phone is back, its next request must not be turned away for as long as that takes. So
a turn is a number beside the draft, raised by whoever takes over, and looked at under a lock before
each write: a writer whose number is old writes nothing any more.
"""

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from anlan.lib.refusals import Refused

# A sender that is alive sends within this; the file's time stamp is its last sign of life.
SILENT_SECONDS = 10.0


class Busy(Refused):
    """Another request is sending to the same upload just now."""

    status = 423

    def __init__(self) -> None:
        super().__init__(
            "这份文件正在另一个窗口或上一次连接中上传。", "请稍等十几秒，会自动接着传。"
        )


class LostTurn(Exception):
    """Somebody else has taken over; nothing may be written any more."""


class Turn:
    """The right to write to one draft, held in a small file beside it."""

    def __init__(self, draft: Path) -> None:
        self.place = draft.with_suffix(".turn")
        self.number = 0

    def take(self, *, silent_seconds: float = SILENT_SECONDS) -> None:
        """Raises `Busy` while another holder shows signs of life."""
        with self._locked() as (handle, number, held):
            alive = time.time() - os.fstat(handle).st_mtime < silent_seconds
            if held and alive:
                raise Busy
            self.number = number + 1
            _write(handle, self.number, held=True)

    @contextmanager
    def mine(self) -> Iterator[None]:
        """Nobody can take over while the block runs; raises `LostTurn` when somebody has."""
        with self._locked() as (handle, number, held):
            if number != self.number or not held:
                raise LostTurn
            os.utime(handle)
            yield

    @contextmanager
    def alone(self) -> Iterator[None]:
        """Whoever else asks for the lock waits until the block is over."""
        with self._locked():
            yield

    def give_back(self) -> None:
        with self._locked() as (handle, number, _held):
            if number == self.number:
                _write(handle, number, held=False)

    @contextmanager
    def _locked(self) -> Iterator[tuple[int, int, bool]]:
        self.place.parent.mkdir(parents=True, exist_ok=True)
        handle = os.open(self.place, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX)
            number, _, held = os.pread(handle, 64, 0).decode("ascii").partition(" ")
            yield handle, int(number or 0), held == "held"
        finally:
            os.close(handle)  # gives the lock back too


def _write(handle: int, number: int, *, held: bool) -> None:
    os.ftruncate(handle, 0)
    os.pwrite(handle, f"{number} {'held' if held else 'free'}".encode("ascii"), 0)

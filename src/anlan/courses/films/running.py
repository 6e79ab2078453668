"""One run of ffmpeg to its end: how far it is, what it complained of, how it is ended."""

import os
import subprocess
import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from typing import IO

from anlan.lib.processes import end_with_parent

LOWEST = 19
LAST_WORDS = 12
STUCK_SECONDS = 180
GRACE_SECONDS = 10
TOLD_EVERY = 1.0


class Broken(Exception):
    """ffmpeg ended before its work was done; the text is for the log."""


def run_through(command: Sequence[str], reached: Callable[[float], None]) -> None:
    """Run until it ends; `reached` hears about once a second how many seconds are done.

    What `reached` raises ends the run. One that doesn't get on for three minutes is ended too.
    """
    process = subprocess.Popen(
        list(command),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        start_new_session=True,
        preexec_fn=_modest,
    )
    assert process.stdout
    assert process.stderr
    words: deque[str] = deque(maxlen=LAST_WORDS)
    listener = threading.Thread(target=_listen, args=(process.stderr, words), daemon=True)
    listener.start()
    watch = _Watch(process)
    try:
        _follow(process.stdout, reached, watch)
        process.wait(GRACE_SECONDS)
    except subprocess.TimeoutExpired:
        words.append("did not end after its last word")
    finally:
        watch.over.set()
        if process.poll() is None:
            process.kill()
        process.wait()
        process.stdout.close()
        listener.join(GRACE_SECONDS)
    if process.returncode != 0:
        raise Broken(" / ".join(words) or f"ended with {process.returncode}")


class _Watch:
    """Ends a process that makes no progress."""

    def __init__(self, process: "subprocess.Popen[bytes]") -> None:
        self.process, self.over = process, threading.Event()
        self.moved = time.monotonic()
        threading.Thread(target=self._look, daemon=True).start()

    def _look(self) -> None:
        while not self.over.wait(1.0):
            if time.monotonic() - self.moved > STUCK_SECONDS:
                self.process.kill()
                return


def _follow(stdout: IO[bytes], reached: Callable[[float], None], watch: _Watch) -> None:
    far, told = 0.0, time.monotonic()
    for raw in stdout:
        name, _, value = raw.decode("ascii", "replace").strip().partition("=")
        if name != "out_time_us" or not value.isdigit():
            continue
        if int(value) / 1e6 > far:
            far, watch.moved = int(value) / 1e6, time.monotonic()
        if time.monotonic() - told >= TOLD_EVERY:
            reached(far)
            told = time.monotonic()


def _listen(stderr: IO[bytes], words: deque[str]) -> None:
    with stderr:
        for raw in stderr:
            words.append(raw.decode("utf-8", "replace").rstrip()[:300])


def _modest() -> None:
    """Gone when its parent is gone, and behind everything that somebody waits for."""
    end_with_parent()
    os.nice(LOWEST)

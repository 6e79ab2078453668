"""One run of ffmpeg: what it is fed, what it has made, what it complains of."""

import contextlib
import logging
import re
import shutil
import signal
import subprocess
import threading
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

from anlan.lib.processes import end_with_parent
from anlan.recordings.live.ffmpeg import LIST
from anlan.recordings.live.inbox import Inbox

log = logging.getLogger(__name__)
LAST_WORDS = 20
GRACE_SECONDS = 5
_LISTED = re.compile(r"^#EXTINF:([\d.]+),\n(?:#.*\n)*(seg-\d+\.ts)$", re.M)
LOOK_EVERY = 0.2
# What ffmpeg says, and then goes on, when a device pushes under another key than it was told.
WRONG_KEY = ("Unexpected stream", "App field don't match")


@dataclass(frozen=True)
class Made:
    """A segment that is whole: its place in the run, begin and end in seconds of the run."""

    place: int
    path: Path
    begin: float
    end: float


@dataclass
class Run:
    """A process that writes segments into a folder; nothing here knows the database."""

    part: int
    folder: Path
    process: "subprocess.Popen[bytes]"
    taken: int = 0
    refused: bool = False
    words: deque[str] = field(default_factory=lambda: deque(maxlen=LAST_WORDS))

    @property
    def over(self) -> bool:
        return self.process.poll() is not None

    def made(self) -> list[Made]:
        """Whole segments that have not been handed out yet; none from a stranger's stream."""
        if self.refused:
            return []
        try:
            text = (self.folder / LIST).read_text()
        except FileNotFoundError:
            return []
        found, begin = [], 0.0
        for place, (length, name) in enumerate(_LISTED.findall(text)):
            end = begin + float(length)
            found.append(Made(place, self.folder / name, begin, end))
            begin = end
        fresh = found[self.taken :]
        self.taken = len(found)
        return fresh

    def stop(self) -> None:
        """Ask it to write its last segment and end; insist when it does not."""
        if not self.over:
            self.process.send_signal(signal.SIGINT)
        self.wait()

    def wait(self) -> None:
        try:
            self.process.wait(GRACE_SECONDS)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()

    def kill(self) -> None:
        self.process.kill()
        self.process.wait()

    def clear(self) -> None:
        """Remove what it has written; what is worth keeping was kept."""
        shutil.rmtree(self.folder, ignore_errors=True)


def start(command: Callable[[Path], Sequence[str]], folder: Path, part: int, *, fed: bool) -> Run:
    """Start ffmpeg in a fresh folder; `fed` gives it a pipe to read from."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    process = subprocess.Popen(
        list(command(folder)),
        stdin=subprocess.PIPE if fed else subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        start_new_session=True,
        preexec_fn=end_with_parent,
    )
    run = Run(part, folder, process)
    assert process.stderr
    threading.Thread(target=_listen, args=(run, process.stderr), daemon=True).start()
    return run


def _listen(run: Run, stderr: IO[bytes]) -> None:
    """Keep its last words; a stranger's stream is ended before a segment of it is whole."""
    with stderr:
        for raw in stderr:
            line = raw.decode("utf-8", "replace").rstrip()
            run.words.append(line)
            if any(sign in line for sign in WRONG_KEY):
                run.refused = True
                run.process.kill()


class Feeder:
    """Pours a part's chunks into a run, in order, until the part is whole or `closed` says so."""

    def __init__(self, run: Run, inbox: Inbox, closed: Callable[[], bool]) -> None:
        self._run, self._inbox, self._closed = run, inbox, closed
        self._halt = threading.Event()
        self.done = False
        self._thread = threading.Thread(target=self._pour, daemon=True)
        self._thread.start()

    def halt(self) -> None:
        self._halt.set()
        self._thread.join(GRACE_SECONDS)

    def _pour(self) -> None:
        pipe = self._run.process.stdin
        assert pipe
        no = 0
        with contextlib.suppress(BrokenPipeError), pipe:
            while not self._halt.is_set():
                body = self._inbox.chunk(self._run.part, no)
                if body is not None:
                    pipe.write(body)
                    pipe.flush()
                    no += 1
                elif self._inbox.length(self._run.part) == no or self._closed():
                    self.done = True
                    return
                else:
                    self._halt.wait(LOOK_EVERY)

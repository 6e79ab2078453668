"""The door for jobs: ask the processes that look, and be told, or be told plainly why not.

    with Eyes() as eyes:
        verdict = eyes.check(frames, challenge, enrolled)

Light to import: neither OpenCV nor a network is loaded here. A process starts when it is first
needed, is killed when it takes too long, and is started anew with the next question; what was asked
stays with the caller, so that nothing is lost. One question at a time for each process; who would
wait behind too many others is told at once.
"""

import os
import selectors
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from types import TracebackType

from anlan.lib.processes import end_with_parent
from anlan.lib.refusals import Refused
from anlan.vision.advice import ADVICE, UnusablePicture
from anlan.vision.challenge import Challenge
from anlan.vision.findings import Enrolment, Kind, Paper, Verdict
from anlan.vision.messages import (
    HEADER,
    MOST_BYTES,
    Answer,
    Check,
    Checked,
    Enrol,
    Enrolled,
    Failed,
    Frame,
    Question,
    Read,
    Redraw,
    Redrawn,
    Told,
    Unusable,
    answers,
    packed,
)
from anlan.vision.thresholds import DEFAULTS, Thresholds

CHECK_SECONDS, READ_SECONDS = 40.0, 20.0
MOST_WAITING = 8  # for one process; each waits for those before it
COMMAND = (sys.executable, "-m", "anlan.vision.worker")
# One thread for whatever mathematics a library brings along; large pieces go back to the system
# when they are done with, instead of staying with the process.
SURROUNDINGS = {
    "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "MKL_NUM_THREADS": "1",
    "MALLOC_ARENA_MAX": "1", "MALLOC_MMAP_THRESHOLD_": "1048576",
    "MALLOC_TRIM_THRESHOLD_": "1048576",
}  # fmt: skip
CHUNK = 1 << 16

Timed = tuple[float, bytes]


class CannotLook(Refused):
    """Nobody looked: `busy`, `too_long` or `stopped`. Try again, or go another way."""

    status = 503

    def __init__(self, code: str) -> None:
        super().__init__(*ADVICE[code])
        self.code = code


class Eyes:
    """Two processes, one for faces and one for papers, each with its own queue."""

    def __init__(self, *, waiting: int = MOST_WAITING) -> None:
        self._faces, self._papers = _Process(waiting), _Process(waiting)

    def __enter__(self) -> "Eyes":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def check(
        self,
        frames: Sequence[Timed],
        challenge: Challenge,
        enrolled: Sequence[float],
        *,
        limits: Thresholds = DEFAULTS,
        seconds: float = CHECK_SECONDS,
    ) -> Verdict:
        """Timed pictures (seconds from the first, JPEG) against an enrolled likeness."""
        question = Check(_framed(frames), challenge, list(enrolled), limits)
        answer = self._faces.ask(question, seconds)
        assert isinstance(answer, Checked)
        return answer.verdict

    def enrol(
        self,
        frames: Sequence[Timed],
        *,
        paper: bytes = b"",
        limits: Thresholds = DEFAULTS,
        seconds: float = CHECK_SECONDS,
    ) -> Enrolment:
        """A likeness from live frames; `paper` is a photograph of the card's front."""
        answer = self._faces.ask(Enrol(_framed(frames), paper, limits), seconds)
        assert isinstance(answer, Enrolled)
        return answer.enrolment

    def read(
        self,
        content: bytes,
        *,
        today: date,
        wanted: Kind | None = None,
        limits: Thresholds = DEFAULTS,
        seconds: float = READ_SECONDS,
    ) -> Paper:
        """A photographed paper. Raises `UnusablePicture` for what is no photograph."""
        answer = self._papers.ask(Read(content, today, wanted, limits), seconds)
        assert isinstance(answer, Told)
        return answer.paper

    def redraw(self, content: bytes, *, seconds: float = READ_SECONDS) -> bytes:
        """The picture as a JPEG painted anew, upright and at most 2000 wide: what may be shown.

        Raises `UnusablePicture` for what is no photograph.
        """
        answer = self._papers.ask(Redraw(content), seconds)
        assert isinstance(answer, Redrawn)
        return answer.content

    def close(self) -> None:
        """End both processes; what is being asked is told `stopped`."""
        self._faces.end()
        self._papers.end()

    def processes(self) -> tuple[int | None, int | None]:
        """Their ids (faces, papers), for whoever watches memory."""
        return self._faces.pid, self._papers.pid


class _Process:
    """One process, one question at a time, a bounded queue before it."""

    def __init__(self, waiting: int) -> None:
        self._child: subprocess.Popen[bytes] | None = None
        self._turn = threading.Lock()
        self._room = threading.BoundedSemaphore(waiting + 1)

    @property
    def pid(self) -> int | None:
        return self._child.pid if self._child else None

    def ask(self, question: Question, seconds: float) -> Answer:
        """The answer, or what kept it from coming. The time runs from here, waiting included."""
        until = time.monotonic() + seconds
        with self._place(seconds):
            try:
                content = self._exchange(packed(question), until)
            except TimeoutError:
                self.end()
                raise CannotLook("too_long") from None
            except (OSError, EOFError, ValueError):
                self.end()
                raise CannotLook("stopped") from None
        answer: Answer = answers.decode(content)
        if isinstance(answer, Unusable):
            raise UnusablePicture(answer.code)
        if isinstance(answer, Failed):
            raise CannotLook("stopped") from RuntimeError(answer.why)
        return answer

    def end(self) -> None:
        child, self._child = self._child, None
        if child is None:
            return
        child.kill()
        for stream in (child.stdin, child.stdout):
            if stream:
                stream.close()
        child.wait()

    @contextmanager
    def _place(self, seconds: float) -> Iterator[None]:
        if not self._room.acquire(blocking=False):
            raise CannotLook("busy")
        try:
            if not self._turn.acquire(timeout=seconds):
                raise CannotLook("busy")
            try:
                yield
            finally:
                self._turn.release()
        finally:
            self._room.release()

    def _exchange(self, question: bytes, until: float) -> bytes:
        """Send and receive without being held up by a process that hangs."""
        child = self._standing()
        assert child.stdin is not None
        assert child.stdout is not None
        _send(child.stdin.fileno(), question, until)
        length = int.from_bytes(_receive(child.stdout.fileno(), HEADER, until), "big")
        if length > MOST_BYTES:
            raise EOFError
        return _receive(child.stdout.fileno(), length, until)

    def _standing(self) -> "subprocess.Popen[bytes]":
        """The process, started or started anew."""
        if self._child is not None and self._child.poll() is not None:
            self.end()
        if self._child is None:
            self._child = subprocess.Popen(
                COMMAND,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                env={**os.environ, **SURROUNDINGS},
                preexec_fn=end_with_parent,
            )
            for stream in (self._child.stdin, self._child.stdout):
                assert stream is not None
                os.set_blocking(stream.fileno(), False)
        return self._child


def _framed(frames: Sequence[Timed]) -> list[Frame]:
    return [Frame(at, content) for at, content in frames]


def _send(pipe: int, content: bytes, until: float) -> None:
    rest = memoryview(content)
    while rest:
        _wait(pipe, selectors.EVENT_WRITE, until)
        rest = rest[os.write(pipe, rest[:CHUNK]) :]


def _receive(pipe: int, length: int, until: float) -> bytes:
    got = bytearray()
    while len(got) < length:
        _wait(pipe, selectors.EVENT_READ, until)
        part = os.read(pipe, min(CHUNK, length - len(got)))
        if not part:
            raise EOFError
        got += part
    return bytes(got)


def _wait(pipe: int, event: int, until: float) -> None:
    with selectors.DefaultSelector() as selector:
        selector.register(pipe, event)
        if not selector.select(max(until - time.monotonic(), 0)):
            raise TimeoutError

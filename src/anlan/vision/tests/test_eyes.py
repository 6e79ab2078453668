"""Jobs ask processes that look; one that hangs, falls or lies costs an answer and nothing else.

Most stories put a few lines of Python in the place of the process; two ask the real one.
"""

import os
import sys
import threading
from collections.abc import Iterator
from datetime import date
from io import BytesIO
from random import Random

import pytest
from PIL import Image

from anlan.testing.photographs import as_jpeg
from anlan.vision import eyes as room
from anlan.vision.advice import UnusablePicture
from anlan.vision.challenge import draw
from anlan.vision.eyes import CannotLook, Eyes
from anlan.vision.findings import Enrolment, Paper
from anlan.vision.messages import (
    Failed,
    Read,
    Redraw,
    Redrawn,
    Told,
    Unusable,
    answers,
    packed,
    questions,
    received,
)
from anlan.vision.tests.faces import a_portrait
from anlan.vision.thresholds import Thresholds
from anlan.vision.worker import answer, serve

TODAY = date(2026, 7, 1)
FRAME = as_jpeg(a_portrait())
QUESTION = Read(b"GIF89a", TODAY, None, Thresholds())


@pytest.fixture
def eyes() -> Iterator[Eyes]:
    with Eyes(waiting=1) as mine:
        yield mine


def standing_in(monkeypatch: pytest.MonkeyPatch, lines: str) -> None:
    """A process of these lines instead of the real one."""
    monkeypatch.setattr(room, "COMMAND", (sys.executable, "-S", "-c", lines))


def test_a_check_goes_through_the_real_process_and_a_killed_one_is_started_anew(eyes: Eyes) -> None:
    frames = [(place / 2, FRAME) for place in range(4)]
    found = eyes.check(frames, draw(Random(1), "n"), [0.0] * 128)
    assert found.outcome == "retake"
    first = eyes.processes()[0]
    assert first is not None
    os.kill(first, 9)
    os.waitid(os.P_PID, first, os.WEXITED | os.WNOWAIT)
    assert len(eyes.enrol(frames).likeness) == 128
    assert eyes.processes()[0] not in (None, first)
    assert eyes.processes()[1] is None  # papers were never asked for


def test_one_that_takes_too_long_is_killed(eyes: Eyes, monkeypatch: pytest.MonkeyPatch) -> None:
    standing_in(monkeypatch, "import time; time.sleep(60)")
    with pytest.raises(CannotLook) as refused:
        eyes.read(b"picture" * 100_000, today=TODAY, seconds=0.3)
    assert refused.value.code == "too_long"
    assert "人工" in refused.value.next_step
    assert eyes.processes() == (None, None)


@pytest.mark.parametrize(
    "lines",
    [
        "raise SystemExit(3)",
        "import sys; sys.stdin.buffer.read(9); sys.stdout.buffer.write(b'\\0\\0'); sys.stdout.flush()",
        "import sys; sys.stdout.buffer.write(b'\\xff' * 8); sys.stdout.flush(); sys.stdin.buffer.read()",
    ],
    ids=["ends at once", "breaks off", "promises too much"],
)
def test_one_that_falls_is_said_plainly(
    eyes: Eyes, monkeypatch: pytest.MonkeyPatch, lines: str
) -> None:
    standing_in(monkeypatch, lines)
    with pytest.raises(CannotLook) as refused:
        eyes.read(b"picture", today=TODAY, seconds=20)
    assert refused.value.code == "stopped"
    assert "没有丢失" in refused.value.next_step


def test_who_would_wait_too_long_is_told_at_once(
    eyes: Eyes, monkeypatch: pytest.MonkeyPatch
) -> None:
    standing_in(monkeypatch, "import time; time.sleep(60)")
    told: list[str] = []

    def ask() -> None:
        with pytest.raises(CannotLook) as refused:
            eyes.read(b"picture", today=TODAY, seconds=1.0)
        told.append(refused.value.code)

    askers = [threading.Thread(target=ask) for _ in range(4)]
    for asker in askers:
        asker.start()
    for asker in askers:
        asker.join()
    assert told.count("busy") >= 2
    assert "too_long" in told


def test_an_unusable_upload_is_refused_and_the_process_stays(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("anlan.vision.worker.memory_mb", lambda: 100.0)
    told = BytesIO()
    serve(BytesIO(packed(QUESTION) + packed(QUESTION)), told)
    told.seek(0)
    assert [answers.decode(received(told)) for _ in range(2)] == [Unusable("gif")] * 2


def test_a_failure_of_ours_is_an_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object, **__: object) -> Paper:
        raise RuntimeError("out of paper")

    monkeypatch.setattr("anlan.vision.worker.read_document", fail)
    assert answer(QUESTION) == Failed("RuntimeError: out of paper")


def test_the_process_ends_when_it_has_grown_too_large(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("anlan.vision.worker.memory_mb", lambda: 401.0)
    asked, told = BytesIO(packed(QUESTION) + packed(QUESTION)), BytesIO()
    serve(asked, told)
    assert asked.read()  # the second was left to the next process
    assert told.getvalue() == packed(Unusable("gif"))


def test_messages_keep_what_they_carry_and_never_break_silently() -> None:
    assert questions.decode(received(BytesIO(packed(QUESTION)))) == QUESTION
    paper = Paper("id_front", sure=True, doubts=("unsure",), age=36)
    assert answers.decode(received(BytesIO(packed(Told(paper))))) == Told(paper)
    assert received(BytesIO(b"")) == b""
    with pytest.raises(EOFError):
        received(BytesIO(packed(QUESTION)[:-1]))
    assert Enrolment().likeness == ()


def test_an_unusable_paper_comes_back_as_advice(
    eyes: Eyes, monkeypatch: pytest.MonkeyPatch
) -> None:
    said = packed(Unusable("heic"))
    standing_in(
        monkeypatch,
        f"import sys; sys.stdout.buffer.write({said!r}); sys.stdout.flush(); sys.stdin.buffer.read()",
    )
    with pytest.raises(UnusablePicture) as refused:
        eyes.read(b"picture", today=TODAY)
    assert refused.value.code == "heic"


def test_a_picture_painted_anew_has_nothing_of_the_upload_but_what_one_sees() -> None:
    exif = Image.Exif()
    exif[0x010E] = "a place that nobody should learn"
    upload = BytesIO()
    Image.open(BytesIO(FRAME)).resize((2400, 1200)).save(upload, "JPEG", exif=exif)
    found = answer(Redraw(upload.getvalue() + b"a film behind the picture"))
    assert isinstance(found, Redrawn)
    assert Image.open(BytesIO(found.content)).size == (2000, 1000)
    assert b"nobody should learn" in upload.getvalue()
    assert b"nobody should learn" not in found.content
    assert b"a film behind" not in found.content
    assert answer(Redraw(b"GIF89a")) == Unusable("gif")

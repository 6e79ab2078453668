"""The recorder makes segments of a browser's film with a real ffmpeg; what is killed is done again."""

import subprocess
from datetime import timedelta
from functools import partial
from pathlib import Path

import pytest
from django.conf import settings

from anlan.recordings.live import ffmpeg, runs
from anlan.recordings.live.inbox import Inbox
from anlan.recordings.live.services import end_live
from anlan.recordings.live.takes import BrowserTake, CameraTake, take_of
from anlan.recordings.models import LiveRecording, LiveStatus, Recording, Source
from anlan.recordings.spans import ms
from anlan.recordings.tests.scenes import a_live
from anlan.testing.cast import NOW, Cast

LATER = NOW + timedelta(minutes=2)
PIECE = 4096


@pytest.fixture(scope="module")
def film() -> bytes:
    """Nine seconds as a browser's recorder writes them: WebM without a length in its head."""
    picture = ["-f", "lavfi", "-i", "testsrc=s=160x120:r=10", "-t", "9", "-c:v", "libvpx"]
    speed = ["-deadline", "realtime", "-cpu-used", "8", "-b:v", "80k"]
    said = [
        ffmpeg.binary(),
        "-loglevel",
        "error",
        *picture,
        *speed,
        "-f",
        "webm",
        "-live",
        "1",
        "-",
    ]
    return subprocess.run(said, check=True, capture_output=True, timeout=60).stdout


def fill(live: LiveRecording, film: bytes, *, part: int = 0, begin: int = 0) -> int:
    """Put a whole part into the inbox, backwards; how many chunks."""
    inbox = Inbox.of(live.uid)
    pieces = [film[at : at + PIECE] for at in range(0, len(film), PIECE)]
    for no in reversed(range(len(pieces))):
        start = ms(NOW) + begin
        inbox.put(part, no, pieces[no], starts_ms=start, last=no == len(pieces) - 1)
    return len(pieces)


def a_take(cast: Cast) -> BrowserTake:
    live = a_live(cast)
    take = take_of(live, lambda *_: None)
    assert isinstance(take, BrowserTake)
    return take


def do_part(take: BrowserTake) -> None:
    """One run of ffmpeg from its beginning to its end."""
    take.step(LATER)
    assert take.run
    take.run.process.wait(60)
    take.step(LATER)
    assert take.run is None


def end(take: BrowserTake, cast: Cast) -> Recording:
    end_live(take.live, by=cast.class_manager, at=LATER, because="stopped")
    take.step(LATER)
    assert take.over
    return Recording.objects.get()


def test_parts_become_segments_and_a_recording(cast: Cast, film: bytes) -> None:
    take = a_take(cast)
    fill(take.live, film)
    fill(take.live, film, part=1, begin=30_000)
    do_part(take)
    do_part(take)
    rows = list(take.live.segments.all())
    assert [(one.part, one.place) for one in rows] == [
        (0, 0),
        (0, 1),
        (0, 2),
        (1, 0),
        (1, 1),
        (1, 2),
    ]
    assert sum(one.duration_ms for one in rows[:3]) == pytest.approx(9000, abs=250)
    assert (rows[0].starts_at, rows[3].starts_at) == (NOW, NOW + timedelta(seconds=30))
    recording = end(take, cast)
    assert recording.duration_s == pytest.approx(18, abs=1)
    assert recording.spans is not None
    assert len(recording.spans) == 2
    assert not take.inbox.folder.parent.exists()


def test_every_segment_plays_by_itself(cast: Cast, film: bytes) -> None:
    take = a_take(cast)
    fill(take.live, film)
    do_part(take)
    for one in take.live.segments.select_related("file"):
        assert ffmpeg.duration_of(one.file.path) == pytest.approx(one.duration_ms / 1000, abs=0.3)
        assert ffmpeg.frame_at(one.file.path, 0)


def started_asleep(take: BrowserTake, _: object, part: int, *, fed: bool) -> runs.Run:
    folder = Path(settings.ANLAN_LIVE) / str(take.live.uid) / "out" / f"{part:05d}"
    take.run = runs.start(lambda _: ["sleep", "60"], folder, part, fed=fed)
    return take.run


def test_a_killed_ffmpeg_does_its_part_again_and_nothing_is_there_twice(
    cast: Cast, film: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    take = a_take(cast)
    fill(take.live, film)
    with monkeypatch.context() as slow:  # one that is certainly not done when it is killed
        slow.setattr(take, "start", partial(started_asleep, take))
        take.step(LATER)
    assert take.run
    take.run.kill()
    take.step(LATER)
    assert take.inbox.waiting() == [0]
    do_part(take)
    assert [one.place for one in take.live.segments.all()] == [0, 1, 2]
    assert take.inbox.waiting() == []


def test_a_recorder_that_dies_leaves_everything_to_the_next(cast: Cast, film: bytes) -> None:
    first = a_take(cast)
    fill(first.live, film)
    first.step(LATER)
    first.let_go()
    second = BrowserTake(LiveRecording.objects.get(), lambda *_: None)
    do_part(second)
    before = list(second.live.segments.values_list("no", "file__sha256"))
    # and the part is done once more, as when the process died before it was marked as done
    (second.inbox.folder / "00000" / "done").unlink()
    fill(second.live, film)
    do_part(BrowserTake(LiveRecording.objects.get(), lambda *_: None))
    assert list(second.live.segments.values_list("no", "file__sha256")) == before


def test_a_part_whose_end_never_came_is_closed_by_the_next(cast: Cast, film: bytes) -> None:
    """The page was reloaded: its last chunks are lost, the film before them is not."""
    take = a_take(cast)
    inbox = Inbox.of(take.live.uid)
    inbox.put(0, 0, film, starts_ms=ms(NOW), last=False)
    fill(take.live, film, part=1, begin=15_000)
    do_part(take)
    assert take.live.segments.count() >= 2
    assert inbox.waiting() == [1]


def test_what_no_decoder_understands_is_given_up_after_three_tries(cast: Cast) -> None:
    take = a_take(cast)
    Inbox.of(take.live.uid).put(0, 0, b"no film", starts_ms=ms(NOW), last=True)
    for _ in range(3):
        assert take.inbox.waiting() == [0]
        do_part(take)
    assert take.inbox.waiting() == []
    take.live.refresh_from_db()
    assert "无法解码" in take.live.note
    assert take.live.status == LiveStatus.LIVE


def test_nobody_filming_for_long_ends_it(cast: Cast) -> None:
    take = a_take(cast)
    take.step(NOW + timedelta(minutes=29))
    assert take.live.status == LiveStatus.LIVE
    take.step(NOW + timedelta(minutes=31))
    assert take.live.status == LiveStatus.ENDING


def test_a_camera_that_is_away_is_asked_again_later(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    live = a_live(cast, source=Source.RTSP, address="rtsp://camera.invalid/x")
    take = take_of(live, lambda *_: None)
    assert isinstance(take, CameraTake)
    take.step(NOW)
    live.refresh_from_db()
    assert live.note == "找不到摄像头主机 camera.invalid。"
    assert take.run is None
    assert take.again_at == NOW + timedelta(seconds=2)

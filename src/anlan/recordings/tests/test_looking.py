"""What was filed is looked at: its length, how many heads, pictures for publication."""

import subprocess
from datetime import timedelta
from pathlib import Path

import pytest

from anlan.foundation.files.services import keep
from anlan.foundation.ledger.models import Entry
from anlan.lib.refusals import BadInput, NotAllowed
from anlan.recordings.live import ffmpeg
from anlan.recordings.looking import (
    count_next,
    examine_next,
    make_next_still,
    seconds_to_look_at,
)
from anlan.recordings.models import HeadCount, Recording, Still, StillStatus
from anlan.recordings.queries import covers, length_doubt
from anlan.recordings.services import file_recording
from anlan.recordings.stills import ask_still, publish_still
from anlan.testing.cast import NOW, Cast
from anlan.vision.faces import find_faces, read_picture
from anlan.vision.tests.faces import a_classroom, as_png

BEGIN = NOW - timedelta(hours=1)


@pytest.fixture(scope="module")
def film(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """Three seconds of a test picture."""
    path = tmp_path_factory.mktemp("film") / "film.mp4"
    made = ["-f", "lavfi", "-i", "testsrc=s=160x120:r=5", "-t", "3", "-c:v", "libx264"]
    said = [ffmpeg.binary(), "-loglevel", "error", *made, "-preset", "ultrafast", str(path)]
    subprocess.run(said, check=True, timeout=60)
    return path.read_bytes()


def filed(cast: Cast, content: bytes, *, minutes: float = 60) -> Recording:
    file = keep([content], name="课堂.mp4", by=cast.class_manager, at=NOW)
    return file_recording(
        file=file,
        title="上午课",
        starts_at=BEGIN,
        ends_at=BEGIN + timedelta(minutes=minutes),
        by=cast.class_manager,
        at=NOW,
    )


def test_an_upload_counts_for_no_more_than_its_length(cast: Cast, film: bytes) -> None:
    recording = filed(cast, film)
    assert covers([recording], BEGIN, NOW)  # believed until it is looked at
    assert (examine_next(NOW), examine_next(NOW)) == (1, 0)
    recording.refresh_from_db()
    assert (recording.duration_s, recording.examined_at) == (3, NOW)
    assert not covers([recording], BEGIN, NOW)
    doubt = length_doubt(recording, tolerance_s=120)
    assert doubt
    assert (doubt.claimed, doubt.seconds) == (3600, 3)


def test_a_length_that_fits_is_not_doubted(cast: Cast, film: bytes) -> None:
    recording = filed(cast, film, minutes=0.05)
    examine_next(NOW)
    recording.refresh_from_db()
    assert length_doubt(recording, tolerance_s=120) is None
    assert covers([recording], BEGIN, BEGIN + timedelta(seconds=3), timedelta())


def test_what_is_no_video_is_said_to_be_unreadable(cast: Cast) -> None:
    recording = filed(cast, b"\x00\x00\x00\x18ftypmp42 and no more")
    examine_next(NOW)
    recording.refresh_from_db()
    assert recording.duration_s == 0
    assert length_doubt(recording, tolerance_s=120) is not None
    assert not covers([recording], BEGIN, NOW)
    assert count_next(NOW, lambda _: 99) == 0
    assert not HeadCount.objects.exists()


def test_a_stand_in_of_the_demonstration_is_no_broken_video(cast: Cast, settings: object) -> None:
    recording = filed(cast, b"ANLAN DEMONSTRATION: stands in")
    settings.ANLAN_DEMONSTRATION = True  # type: ignore[attr-defined]
    examine_next(NOW)
    recording.refresh_from_db()
    assert (recording.duration_s, recording.examined_at) == (None, NOW)


def test_outside_the_demonstration_those_words_help_nobody(cast: Cast, settings: object) -> None:
    recording = filed(cast, b"ANLAN DEMONSTRATION: stands in")
    settings.ANLAN_DEMONSTRATION = False  # type: ignore[attr-defined]
    examine_next(NOW)
    recording.refresh_from_db()
    assert recording.duration_s == 0


def test_the_fullest_frame_counts(cast: Cast, film: bytes) -> None:
    recording = filed(cast, film)
    examine_next(NOW)
    told = iter([3, 31, 7, 5, 5, 5, 5, 5, 5, 5, 5, 5])
    assert count_next(NOW, lambda _: next(told)) == 1
    found = HeadCount.objects.get(recording=recording)
    assert found.most == 31
    assert found.frames[:2] == [{"second": 0, "count": 3}, {"second": 2, "count": 31}]
    assert count_next(NOW, lambda _: 99) == 0


@pytest.mark.parametrize(
    ("length", "points", "frames", "seconds"),
    [
        (3600, 3, 2, [595, 605, 1795, 1805, 2995, 3005]),
        (3600, 1, 1, [1800]),
        (3, 3, 4, [0, 2]),
        (1, 3, 4, [0]),
        (0, 3, 4, [0]),
    ],
)
def test_frames_are_spread_over_the_film(
    length: int, points: int, frames: int, seconds: list[int]
) -> None:
    found = seconds_to_look_at(length, points, frames)
    assert [s for s in found if s in seconds] == seconds
    assert all(0 <= s < max(length, 1) for s in found)


def test_a_picture_waits_for_a_persons_look(cast: Cast, film: bytes) -> None:
    recording = filed(cast, film)
    examine_next(NOW)
    recording.refresh_from_db()
    still = ask_still(recording, second=1, caption="上午课堂", by=cast.city_official, at=NOW)
    with pytest.raises(NotAllowed):
        publish_still(still, by=cast.city_official, at=NOW)
    assert make_next_still(NOW) == 1
    still.refresh_from_db()
    assert still.file
    assert still.file.path.read_bytes().startswith(b"\xff\xd8")
    assert (still.status, still.faces) == (StillStatus.MADE, 0)
    assert not Entry.objects.filter(verb="still_published").exists()
    publish_still(still, by=cast.city_official, at=NOW)
    line = Entry.objects.get(verb="still_published")
    assert still.file.sha256 in line.leaf
    assert line.subject == recording.subject


def test_a_drawn_face_in_a_film_is_blurred(cast: Cast, tmp_path: Path) -> None:
    """Film, still, blur, caption: what leaves has no face left in it."""
    (tmp_path / "frame.png").write_bytes(as_png(a_classroom((320, 240, 240))))
    path = tmp_path / "film.mp4"
    made = [
        "-loop",
        "1",
        "-i",
        str(tmp_path / "frame.png"),
        "-t",
        "1",
        "-r",
        "5",
        "-c:v",
        "libx264",
    ]
    said = [ffmpeg.binary(), "-loglevel", "error", *made, "-pix_fmt", "yuv420p", str(path)]
    subprocess.run(said, check=True, timeout=60)
    recording = filed(cast, path.read_bytes())
    examine_next(NOW)
    count_next(NOW)
    assert HeadCount.objects.get().most == 1
    recording.refresh_from_db()
    still = ask_still(recording, second=0, caption="课堂", by=cast.city_official, at=NOW)
    make_next_still(NOW)
    still.refresh_from_db()
    assert still.file
    assert still.faces == 1
    assert find_faces(read_picture(still.file.path.read_bytes())) == []


def test_a_second_outside_the_film_is_refused(cast: Cast, film: bytes) -> None:
    recording = filed(cast, film)
    examine_next(NOW)
    recording.refresh_from_db()
    with pytest.raises(BadInput, match="不在录像之内"):
        ask_still(recording, second=3, caption="x", by=cast.city_official, at=NOW)
    assert not Still.objects.exists()


def test_a_moment_without_a_picture_is_said_to_have_none(cast: Cast, tmp_path: Path) -> None:
    recording = filed(cast, b"no film")
    still = ask_still(recording, second=5, caption="x", by=cast.city_official, at=NOW)
    make_next_still(NOW)
    still.refresh_from_db()
    assert (still.status, still.note, still.file) == (StillStatus.FAILED, "这个时刻没有画面", None)

"""A film becomes renditions in steps that survive a kill; its length is its own."""

import subprocess
import uuid
from datetime import timedelta
from pathlib import Path

import pytest

from anlan.courses.films import ffmpeg, making
from anlan.courses.films.ffmpeg import Rung, ladder_for, look_at, size_of
from anlan.courses.films.making import make_next
from anlan.courses.films.running import Broken, run_through
from anlan.courses.models import Lesson, Making, MakingStatus, Piece, Rendition
from anlan.courses.services.films import make_again, take_source
from anlan.courses.services.lessons import publish_lesson
from anlan.courses.tests.scenes import (
    a_file,
    a_film_lesson,
    a_lesson,
    a_pdf,
    film_bytes,
    work_through,
)
from anlan.foundation.files.models import StoredFile
from anlan.foundation.ledger.models import Entry
from anlan.lib.refusals import NotAllowed, Refused
from anlan.recordings.live.ffmpeg import binary
from anlan.testing.cast import NOW, Cast


@pytest.mark.parametrize(
    ("size", "sides"),
    [
        ((1920, 1080), [240, 360, 720]),
        ((1280, 720), [240, 360, 720]),
        ((854, 480), [240, 360, 480]),
        ((640, 400), [240, 360]),
        ((320, 181), [180]),
        ((720, 1280), [240, 360, 720]),
    ],
)
def test_no_rendition_is_above_its_film(size: tuple[int, int], sides: list[int]) -> None:
    rungs = ladder_for(*size)
    assert [rung.side for rung in rungs] == sides
    assert [rung.picture for rung in rungs] == sorted(rung.picture for rung in rungs)


def test_a_film_held_upright_stays_upright() -> None:
    assert size_of(Rung(240, 150, 32), 720, 1280) == (240, 426)
    assert size_of(Rung(240, 150, 32), 1280, 720) == (426, 240)


def test_a_film_is_made_step_by_step_and_lasts_as_long_as_itself(cast: Cast) -> None:
    lesson = a_film_lesson(cast.city_official, film_bytes("640x360", 7))
    with pytest.raises(Refused, match="还不能发布"):
        publish_lesson(lesson, by=cast.city_official, at=NOW)
    assert make_next(NOW) == 1
    found = Making.objects.get()
    assert (found.width, found.height, found.status) == (640, 360, MakingStatus.RUNNING)
    assert found.poster is not None
    assert make_next(NOW) == 1
    assert 20 < Making.objects.get().percent < 100 or Rendition.objects.count() == 1
    done = work_through(lesson)
    assert (done.status, done.percent) == (MakingStatus.DONE, 100)
    assert lesson.seconds == 7
    renditions = list(done.renditions.all())
    assert [(one.width, one.height) for one in renditions] == [(426, 240), (640, 360)]
    assert [one.pieces.count() for one in renditions] == [2, 2]
    assert all(one.peak_bps > 1000 for one in renditions)
    assert Entry.objects.filter(subject=lesson.subject, verb="lesson_film_made").count() == 1
    assert make_next(NOW) == 0
    publish_lesson(lesson, by=cast.city_official, at=NOW)


def test_sound_is_kept_and_pieces_begin_with_a_key_frame(cast: Cast, tmp_path: Path) -> None:
    lesson = a_film_lesson(cast.city_official)
    work_through(lesson)
    piece = Piece.objects.select_related("file").first()
    assert piece
    path = tmp_path / "piece.ts"
    path.write_bytes(piece.file.path.read_bytes())
    ask = [binary(), "-hide_banner", "-i", str(path)]
    told = subprocess.run(ask, capture_output=True, check=False).stderr.decode()
    assert "Video: h264 (Main)" in told
    assert "Audio: aac" in told


def test_who_asked_for_it_has_it_published_when_made(cast: Cast) -> None:
    lesson = a_film_lesson(cast.city_official, publish=True)
    work_through(lesson)
    assert lesson.is_open
    line = Entry.objects.get(subject=lesson.subject, verb="lesson_published")
    assert line.actor == f"user/{cast.city_official.uid}"


def test_a_killed_worker_is_followed_and_keeps_what_was_whole(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    lesson = a_film_lesson(cast.city_official, film_bytes("640x360", 7))
    make_next(NOW)
    make_next(NOW)
    first = Rendition.objects.get()

    def killed(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(making, "run_through", killed)
    with pytest.raises(KeyboardInterrupt):
        make_next(NOW)
    assert Making.objects.get().status == MakingStatus.RUNNING
    monkeypatch.undo()
    work_through(lesson)
    assert lesson.seconds == 7
    assert Rendition.objects.count() == 2
    assert Rendition.objects.filter(pk=first.pk).exists()


def test_of_two_hands_the_first_lets_go(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    a_film_lesson(cast.city_official)
    make_next(NOW)

    def overtaken(*words: object) -> None:
        run_through(*words)  # type: ignore[arg-type]
        Making.objects.update(claim=uuid.uuid4())

    monkeypatch.setattr(making, "run_through", overtaken)
    files = StoredFile.objects.filter(removed_at=None).count()
    assert make_next(NOW) == 0
    assert not Rendition.objects.exists()
    assert StoredFile.objects.filter(removed_at=None).count() == files
    assert Making.objects.get().status == MakingStatus.RUNNING


def test_a_hand_whose_work_is_not_wanted_any_more_stops_ffmpeg(cast: Cast) -> None:
    a_film_lesson(cast.city_official)
    command = [binary(), "-hide_banner", "-nostdin", "-nostats", "-progress", "pipe:1"]
    command += ["-re", "-f", "lavfi", "-i", "testsrc=size=64x64:rate=5", "-f", "null", "-"]

    def unwanted(_: float) -> None:
        raise making.Lost

    with pytest.raises(making.Lost):
        run_through(command, unwanted)


def test_a_file_that_kills_every_worker_is_let_be(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    lesson = a_film_lesson(cast.city_official)

    def killed(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(ffmpeg, "look_at", killed)
    for _ in range(making.MOST_TRIES):
        with pytest.raises(KeyboardInterrupt):
            make_next(NOW)
    done = work_through(lesson)
    assert done.status == MakingStatus.FAILED
    assert "5 次中断" in done.note


def test_what_is_no_film_fails_with_a_reason_and_may_be_tried_again(cast: Cast) -> None:
    lesson = a_film_lesson(cast.city_official, b"#EXTM3U\n#EXTINF:9,\nfile:///etc/passwd\n")
    failed = work_through(lesson)
    assert failed.status == MakingStatus.FAILED
    assert "没有能读的画面" in failed.note
    assert lesson.seconds == 0
    make_again(lesson, by=cast.city_official, at=NOW)
    assert Making.objects.get().status == MakingStatus.WAITING
    with pytest.raises(NotAllowed):
        make_again(lesson, by=cast.city_official, at=NOW)


def test_a_film_cut_off_on_its_way_is_noticed(cast: Cast) -> None:
    whole = film_bytes("320x240", 30)
    lesson = a_film_lesson(cast.city_official, _with_head_in_front(whole)[: len(whole) // 3])
    failed = work_through(lesson)
    assert failed.status == MakingStatus.FAILED
    assert lesson.seconds == 0
    assert not lesson.published_at


def test_an_error_of_ffmpeg_is_told_plainly(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    lesson = a_film_lesson(cast.city_official)
    make_next(NOW)

    def full(*_: object) -> None:
        raise Broken("av_interleaved_write_frame(): No space left on device")

    monkeypatch.setattr(making, "run_through", full)
    assert "存储空间不足" in work_through(lesson).note


def test_another_film_takes_the_place_of_the_first(cast: Cast) -> None:
    lesson = a_film_lesson(cast.city_official)
    work_through(lesson)
    old = [piece.file for piece in Piece.objects.select_related("file")]
    take_source(
        lesson,
        a_file(film_bytes("320x240", 4), "b.mp4", cast.city_official),
        by=cast.city_official,
        at=NOW,
    )
    assert not Piece.objects.exists()
    for file in old:
        file.refresh_from_db()
        assert file.removed_at is not None
    work_through(lesson)
    assert lesson.seconds == 4


def test_the_film_of_a_published_lesson_stays(cast: Cast) -> None:
    lesson = a_film_lesson(cast.city_official, publish=True)
    work_through(lesson)
    pieces = Piece.objects.count()
    other = a_file(b"x", "b.mp4", cast.city_official)
    with pytest.raises(NotAllowed):
        take_source(lesson, other, by=cast.city_official, at=NOW + timedelta(days=1))
    assert Piece.objects.count() == pieces
    assert Lesson.objects.get().source != other


def test_a_pdf_becomes_a_page_a_picture(cast: Cast) -> None:
    lesson = a_lesson(cast.city_official, "slides")
    take_source(
        lesson, a_file(a_pdf(3), "a.pdf", cast.city_official), by=cast.city_official, at=NOW
    )
    done = work_through(lesson)
    assert done.status == MakingStatus.DONE
    assert len(lesson.pages) == 3
    assert lesson.seconds == 45
    assert all(page["image"] for page in lesson.pages)


def test_a_broken_pdf_fails_with_a_reason_and_leaves_nothing(cast: Cast) -> None:
    lesson = a_lesson(cast.city_official, "slides")
    take_source(
        lesson,
        a_file(b"%PDF-1.4 nonsense", "a.pdf", cast.city_official),
        by=cast.city_official,
        at=NOW,
    )
    failed = work_through(lesson)
    assert failed.status == MakingStatus.FAILED
    assert "不是能打开的 PDF" in failed.note
    assert StoredFile.objects.filter(removed_at=None).count() == 1


def test_a_turned_phone_film_is_seen_upright(tmp_path: Path) -> None:
    flat, turned = tmp_path / "flat.mp4", tmp_path / "turned.mp4"
    flat.write_bytes(film_bytes())
    command = [binary(), "-hide_banner", "-loglevel", "error", "-nostdin"]
    command += ["-display_rotation", "90", "-i", str(flat), "-c", "copy", str(turned)]
    subprocess.run(command, check=True, timeout=60)
    seen = look_at(turned)
    assert seen
    assert (seen.width, seen.height) == (240, 320)


def _with_head_in_front(film: bytes) -> bytes:
    """As a camera app saves it: what is cut off then is picture, and the length is still told."""
    command = [binary(), "-hide_banner", "-loglevel", "error", "-nostdin", "-f", "mp4"]
    command += ["-i", "pipe:0", "-c", "copy", "-f", "matroska", "pipe:1"]
    return subprocess.run(command, input=film, capture_output=True, check=True, timeout=60).stdout

"""A worker is killed while it makes a film; another makes it whole, once, and no ffmpeg stays."""

import subprocess
from pathlib import Path

import pytest
from django.utils.timezone import now

from anlan.courses.models import Making, MakingStatus, Piece, Rendition
from anlan.courses.services.films import take_source
from anlan.courses.tests.scenes import a_lesson
from anlan.foundation.files.services import keep
from anlan.foundation.jobs.services import LEASE
from anlan.recordings.live.ffmpeg import binary
from anlan.testing.cast import Cast, the_cast
from tests.long.city import City, needs_proc, until
from tests.long.ledger import assert_database_whole, lines, torn_leaves

SECONDS = 90


@pytest.fixture(scope="module")
def cast(city: City) -> Cast:
    return the_cast()


def a_long_film(folder: Path) -> bytes:
    path = folder / "film.mp4"
    command = [binary(), "-hide_banner", "-loglevel", "error", "-nostdin", "-f", "lavfi"]
    command += ["-i", f"testsrc2=size=1280x720:rate=25:duration={SECONDS}"]
    subprocess.run([*command, "-preset", "ultrafast", str(path)], check=True, timeout=300)
    return path.read_bytes()


def making() -> Making:
    return Making.objects.get()


@needs_proc
def test_a_killed_making_is_made_whole_by_another_worker(
    city: City, cast: Cast, tmp_path: Path
) -> None:
    """Fails when a rendition is missing, double or cut, or the dead worker's ffmpeg goes on."""
    lesson = a_lesson(cast.city_official, "video")
    file = keep([a_long_film(tmp_path)], name="f.mp4", by=cast.city_official, at=now())
    take_source(lesson, file, publish=True, by=cast.city_official, at=now())
    with city.running("work", "--lane", "films") as worker:
        until(lambda: Rendition.objects.count() == 1, 240, "the smallest rendition is whole")
        percent = making().percent
        until(lambda: making().percent > percent, 120, "the next one is being made")
        family = worker.family()
        worker.kill()
    assert making().status == MakingStatus.RUNNING
    assert len(family) > 1
    until(lambda: not any(Path(f"/proc/{pid}").exists() for pid in family), 20, "ffmpeg is gone")
    first = Rendition.objects.get()
    with city.running("work"):
        limit = LEASE.total_seconds() + 300
        until(lambda: making().status == MakingStatus.DONE, limit, "another worker ends it")
    lesson.refresh_from_db()
    assert lesson.is_open
    assert lesson.seconds == SECONDS
    assert Rendition.objects.get(height=240) == first
    assert sorted(Rendition.objects.values_list("height", flat=True)) == [240, 360, 720]
    for one in Rendition.objects.all():
        assert (
            sum(Piece.objects.filter(rendition=one).values_list("ms", flat=True)) == SECONDS * 1000
        )
    assert lines("lesson_film_made") == lines("lesson_published") == 1
    assert not list((city.var / "files" / "making").iterdir())
    assert torn_leaves() == []
    assert_database_whole()

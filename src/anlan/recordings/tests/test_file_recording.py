"""A video is kept, filed with the time that it claims, and its hash stands in the ledger."""

import json
from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from anlan.foundation.files.models import StoredFile
from anlan.foundation.ledger.models import Entry
from anlan.foundation.ledger.queries import timeline
from anlan.lib.refusals import BadInput
from anlan.recordings.models import Recording
from anlan.recordings.queries import same_video
from anlan.recordings.services import VIDEO_MB, file_recording, keep_video
from anlan.testing.cast import NOW, Cast

BEGIN = NOW - timedelta(hours=4)


def a_film(cast: Cast, name: str = "上午.mp4", content: bytes = b"film") -> StoredFile:
    return keep_video(SimpleUploadedFile(name, content), by=cast.class_manager, at=NOW)


def filed(cast: Cast, film: StoredFile, **changes: Any) -> Recording:
    facts: dict[str, Any] = {"title": "上午课", "starts_at": BEGIN, "ends_at": NOW} | changes
    return file_recording(file=film, by=cast.class_manager, at=NOW, **facts)


@pytest.mark.parametrize("name", ["a.mp4", "a.WEBM", "课.mov", "a.mkv"])
def test_four_kinds_of_video_are_kept(cast: Cast, name: str) -> None:
    assert a_film(cast, name).name == name


@pytest.mark.parametrize("name", ["a.avi", "a.mp4.exe", "名单.xlsx"])
def test_anything_else_is_refused_with_the_kinds_that_work(cast: Cast, name: str) -> None:
    with pytest.raises(BadInput, match="不支持") as refused:
        a_film(cast, name)
    assert ".mp4" in refused.value.next_step
    assert not StoredFile.objects.exists()


def test_a_film_over_the_limit_is_refused(cast: Cast) -> None:
    upload = SimpleUploadedFile("长.mp4", b"x")
    upload.size = (VIDEO_MB + 1) * 1024 * 1024
    with pytest.raises(BadInput, match="601 MB，超过 600 MB"):
        keep_video(upload, by=cast.class_manager, at=NOW)
    assert not StoredFile.objects.exists()


def test_an_empty_film_is_refused(cast: Cast) -> None:
    with pytest.raises(BadInput, match="空文件"):
        a_film(cast, content=b"")


def test_filing_writes_hash_size_and_claimed_time(cast: Cast) -> None:
    film = a_film(cast)
    recording = filed(cast, film)
    entry = Entry.objects.get(subject=recording.subject)
    assert (entry.verb, entry.actor) == ("recording_filed", f"user/{cast.class_manager.uid}")
    assert json.loads(entry.leaf)["data"] == {
        "title": "上午课",
        "sha256": film.sha256,
        "size": 4,
        "starts_at": "2026-11-22T21:00:00.000000Z",
        "ends_at": "2026-11-23T01:00:00.000000Z",
    }
    assert timeline([recording.subject])[0].sentence == "录像归档：上午课"


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"ends_at": BEGIN}, "不晚于开始时间"),
        ({"ends_at": NOW + timedelta(hours=1)}, "还没有到"),
    ],
)
def test_an_impossible_time_is_refused(cast: Cast, changes: dict[str, Any], words: str) -> None:
    film = a_film(cast)
    with pytest.raises(BadInput, match=words):
        filed(cast, film, **changes)
    assert not Recording.objects.exists()
    assert not Entry.objects.exists()


def test_the_same_film_for_two_occasions_is_found(cast: Cast) -> None:
    first = filed(cast, a_film(cast))
    second = filed(cast, a_film(cast, "换个名字.mp4"), title="下午课")
    other = filed(cast, a_film(cast, content=b"another"))
    assert list(same_video(first)) == [second]
    assert not same_video(other).exists()

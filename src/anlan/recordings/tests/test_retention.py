"""Films past their time lose their bytes, unless somebody holds them; hash and ledger stay."""

import json
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from django.utils.timezone import now

from anlan.foundation.files.models import BytesRemoved, StoredFile
from anlan.foundation.files.removal import sweep_removed
from anlan.foundation.files.services import keep
from anlan.foundation.ledger.models import Entry
from anlan.foundation.ledger.queries import timeline
from anlan.foundation.rules.models import Rule
from anlan.lib.refusals import BadInput, Refused
from anlan.operations import cli
from anlan.recordings.jobs import forget_expired_recordings
from anlan.recordings.models import Hold, LiveRecording, LiveStatus, Recording, Segment, Source
from anlan.recordings.retention import due, hold, kept_until, release
from anlan.recordings.services import file_recording
from anlan.testing.cast import NOW, Cast

BEGIN = NOW - timedelta(hours=4)
DAY = timedelta(days=1)
OVER = NOW + 1096 * DAY
SWEPT = timedelta(hours=2)  # what came within the hour is left alone


def a_film(cast: Cast, content: bytes = b"film", title: str = "上午课") -> Recording:
    stored = keep([content], name="上午.mp4", by=cast.class_manager, at=NOW)
    return file_recording(
        file=stored, title=title, starts_at=BEGIN, ends_at=NOW, by=cast.class_manager, at=NOW
    )


def bytes_of(recording: Recording) -> Path:
    return StoredFile.objects.get(pk=recording.file_id).path


def fresh(recording: Recording) -> Recording:
    return Recording.objects.select_related("file").get(pk=recording.pk)


def sweep() -> int:
    """What the worker does a little later; the clock of the disk is the machine's own."""
    StoredFile.objects.filter(removed_at__isnull=False).update(removed_at=now())
    return sweep_removed(now() + SWEPT)


def test_until_its_time_is_over_a_film_stays(cast: Cast) -> None:
    film = a_film(cast)
    assert kept_until(film, NOW) == NOW + 1095 * DAY
    assert forget_expired_recordings(NOW + 1095 * DAY - timedelta(seconds=1)) == 0
    assert bytes_of(film).read_bytes() == b"film"
    assert fresh(film).bytes_removed_at is None


def test_then_its_bytes_go_and_its_hash_stays(cast: Cast) -> None:
    film = a_film(cast)
    path = bytes_of(film)
    assert forget_expired_recordings(OVER) == 1
    assert sweep() == 1
    assert not path.exists()
    after = fresh(film)
    assert after.bytes_removed_at == OVER
    with pytest.raises(BytesRemoved) as told:
        _ = after.file.path
    assert after.file.sha256 in told.value.next_step
    line = Entry.objects.get(verb="recording_bytes_removed")
    assert line.subject == film.subject
    data = json.loads(line.leaf)["data"]
    assert data == {
        "sha256": film.file.sha256,
        "files": 1,
        "size": 4,
        "keep_days": 1095,
        "named_elsewhere": 0,
    }
    assert "销毁" in timeline([film.subject])[0].sentence + timeline([film.subject])[-1].sentence
    assert forget_expired_recordings(OVER) == 0
    assert Entry.objects.filter(verb="recording_bytes_removed").count() == 1


def test_a_city_may_shorten_the_time(cast: Cast) -> None:
    film = a_film(cast)
    Rule.objects.filter(key="recording.keep_days").update(value=30, clause="本市某号文")
    assert list(due(NOW + 29 * DAY)) == []
    assert list(due(NOW + 30 * DAY)) == [film]


def test_a_held_film_stays_until_it_is_released(cast: Cast) -> None:
    film = a_film(cast)
    hold(film, reason="有学员投诉，待查", by=cast.city_official, at=NOW)
    assert forget_expired_recordings(OVER) == 0
    assert bytes_of(film).exists()
    release(film, reason="已查清", by=cast.city_official, at=OVER)
    assert forget_expired_recordings(OVER) == 1
    verbs = Entry.objects.filter(subject=film.subject).values_list("verb", flat=True)
    assert list(verbs.order_by("id")) == [
        "recording_filed",
        "recording_held",
        "recording_released",
        "recording_bytes_removed",
    ]


def test_a_hold_needs_a_reason_and_is_placed_once(cast: Cast) -> None:
    film = a_film(cast)
    with pytest.raises(BadInput, match="理由"):
        hold(film, reason=" ", by=cast.city_official, at=NOW)
    hold(film, reason="待查", by=cast.city_official, at=NOW)
    with pytest.raises(Refused, match="已在保全中"):
        hold(film, reason="再来一次", by=cast.city_official, at=NOW)
    assert Hold.objects.count() == 1
    assert Entry.objects.filter(verb="recording_held").count() == 1


def test_what_is_not_held_cannot_be_released_and_what_is_gone_not_held(cast: Cast) -> None:
    film = a_film(cast)
    with pytest.raises(Refused, match="没有在保全中"):
        release(film, reason="已查清", by=cast.city_official, at=NOW)
    forget_expired_recordings(OVER)
    with pytest.raises(Refused, match="已按保管期限销毁"):
        hold(film, reason="待查", by=cast.city_official, at=OVER)
    assert not Hold.objects.exists()
    assert not Entry.objects.filter(verb="recording_held").exists()


def test_the_same_bytes_filed_elsewhere_stay_for_the_other(cast: Cast) -> None:
    film = a_film(cast)
    other = keep([b"film"], name="同一份.mp4", by=None, at=NOW)
    path = bytes_of(film)
    assert forget_expired_recordings(OVER) == 1
    assert sweep() == 0
    assert path.exists()
    assert other.path.read_bytes() == b"film"
    line = Entry.objects.get(verb="recording_bytes_removed")
    assert json.loads(line.leaf)["data"]["named_elsewhere"] == 1


def test_one_film_for_two_lessons_goes_with_the_second(cast: Cast) -> None:
    first, _second = a_film(cast), a_film(cast, title="下午课")
    path = bytes_of(first)
    assert forget_expired_recordings(OVER) == 2
    assert sweep() == 1
    assert not path.exists()


def test_a_live_films_segments_go_and_their_list_stays(cast: Cast) -> None:
    stored = keep([b"the list"], name="segments.json", by=None, at=NOW)
    film = file_recording(
        file=stored, title="直播", starts_at=BEGIN, ends_at=NOW, by=cast.class_manager, at=NOW
    )
    live = LiveRecording.objects.create(
        uid=film.uid,
        title="直播",
        source=Source.BROWSER,
        status=LiveStatus.FINISHED,
        started_at=BEGIN,
        recording=film,
        by=cast.class_manager,
    )
    parts = [a_segment(live, no) for no in range(3)]
    stranger = keep([b"part 1"], name="别的.ts", by=None, at=NOW)
    assert forget_expired_recordings(OVER) == 1
    assert sweep() == 2
    assert fresh(film).file.path.read_bytes() == b"the list"
    assert stranger.path.read_bytes() == b"part 1"
    for part in parts:
        part.file.refresh_from_db()
        assert part.file.removed_at is not None
    assert forget_expired_recordings(OVER) == 0


def a_segment(live: LiveRecording, no: int) -> Segment:
    file = keep([f"part {no}".encode()], name=f"seg-{no:05}.ts", by=None, at=NOW)
    return Segment.objects.create(
        live=live,
        no=no,
        part=0,
        place=no,
        file=file,
        starts_at=BEGIN,
        duration_ms=4000,
        received_at=NOW,
    )


def test_a_dry_run_lists_and_touches_nothing(
    cast: Cast, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    film, held = a_film(cast), a_film(cast, b"another", "下午课")
    hold(held, reason="待查", by=cast.city_official, at=NOW)
    at(monkeypatch, OVER)
    lines = Entry.objects.count()
    assert cli.main(["retention", "--dry-run"]) == 0
    told = capsys.readouterr().out
    assert "到期 1 段" in told
    assert "另有 1 段到期但在保全中" in told
    assert film.file.sha256 in told
    assert "没有销毁任何内容" in told
    assert bytes_of(film).exists()
    assert Entry.objects.count() == lines
    assert cli.main(["retention"]) == 0
    assert "已销毁 1 段" in capsys.readouterr().out
    assert fresh(film).bytes_removed_at == OVER
    assert fresh(held).bytes_removed_at is None


def at(monkeypatch: pytest.MonkeyPatch, moment: datetime) -> None:
    monkeypatch.setattr("anlan.operations.commands.retention.now", lambda: moment)

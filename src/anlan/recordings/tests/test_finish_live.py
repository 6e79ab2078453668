"""Segments are kept one by one with their hashes; at the end a recording stands for all of them."""

import hashlib
import json
from datetime import timedelta
from pathlib import Path

import pytest
import time_machine

from anlan.foundation.files.models import StoredFile
from anlan.foundation.ledger.models import Entry
from anlan.foundation.notices.models import Notice
from anlan.lib.refusals import NotAllowed
from anlan.recordings.live.queries import playlist, reel_of, segments_of
from anlan.recordings.live.services import end_idle, end_live, finish_live, keep_segment
from anlan.recordings.models import LiveRecording, LiveStatus, Recording, Segment, Source
from anlan.recordings.queries import covers
from anlan.recordings.spans import ms
from anlan.recordings.tests.scenes import a_live, kept
from anlan.testing.cast import NOW, Cast

ADDRESS = "/segment/%d.ts"


def data_of(verb: str) -> list[dict[str, object]]:
    return [json.loads(one.leaf)["data"] for one in Entry.objects.filter(verb=verb)]


def finished(cast: Cast, folder: Path, seconds: list[float]) -> tuple[LiveRecording, Recording]:
    live = a_live(cast)
    kept(live, folder, seconds)
    end_live(live, by=cast.class_manager, at=NOW + timedelta(minutes=2), because="stopped")
    filed = finish_live(live, at=NOW + timedelta(minutes=2), on_filed=lambda *_: None)
    assert filed
    return live, filed


def test_a_segment_is_kept_with_its_line(cast: Cast, tmp_path: Path) -> None:
    live = a_live(cast)
    with time_machine.travel(NOW + timedelta(seconds=6), tick=False):
        (one,) = kept(live, tmp_path, [0])
    assert one.received_at == NOW + timedelta(seconds=6)
    assert data_of("segment_filed") == [
        {
            "recording": str(live.uid),
            "no": 0,
            "sha256": hashlib.sha256(b"segment 0 0").hexdigest(),
            "size": 11,
            "starts_at": "2026-11-23T01:00:00.000000Z",
            "duration_ms": 4000,
        }
    ]
    line = Entry.objects.get(verb="segment_filed")
    assert (line.subject, line.time_source) == (f"segments/{live.uid}", "device")


def test_what_a_crash_makes_again_is_passed_over(cast: Cast, tmp_path: Path) -> None:
    live = a_live(cast)
    kept(live, tmp_path, [0])
    again = keep_segment(
        live, tmp_path / "0-0.ts", part=0, place=0, starts_at=NOW, duration_ms=4000
    )
    assert again is None
    assert (Segment.objects.count(), StoredFile.objects.count()) == (1, 1)
    assert len(data_of("segment_filed")) == 1


def test_a_new_part_is_a_discontinuity_not_a_gap(cast: Cast, tmp_path: Path) -> None:
    live = a_live(cast)
    kept(live, tmp_path, [0, 4])
    kept(live, tmp_path, [8], part=1)
    rows = segments_of(live)
    assert [(one.no, one.discontinuity) for one in rows] == [(0, False), (1, False), (2, True)]
    reel = reel_of(live, rows, at=NOW + timedelta(seconds=13))
    assert (len(reel.runs), reel.gaps, reel.seconds, reel.silent) == (1, (), 12, False)


def test_a_silence_is_a_gap_while_it_lasts_and_afterwards(cast: Cast, tmp_path: Path) -> None:
    live = a_live(cast)
    kept(live, tmp_path, [0])
    quiet = reel_of(live, segments_of(live), at=NOW + timedelta(seconds=60))
    assert quiet.silent
    assert quiet.gaps == ((ms(NOW) + 4000, ms(NOW) + 60_000),)
    kept(live, tmp_path, [64], part=1)
    reel = reel_of(live, segments_of(live), at=NOW + timedelta(seconds=69))
    assert not reel.silent
    assert reel.gaps == ((ms(NOW) + 4000, ms(NOW) + 64_000),)
    assert [(run.length, run.plays_at) for run in reel.runs] == [(4000, 0), (4000, 4000)]


def test_the_playlist_grows_and_is_closed(cast: Cast, tmp_path: Path) -> None:
    live = a_live(cast)
    assert "#EXTINF" not in playlist(live, [], ADDRESS)
    kept(live, tmp_path, [0])
    kept(live, tmp_path, [30], part=1)
    text = playlist(live, segments_of(live), ADDRESS)
    assert text.splitlines() == [
        "#EXTM3U",
        "#EXT-X-VERSION:6",
        "#EXT-X-TARGETDURATION:4",
        "#EXT-X-MEDIA-SEQUENCE:0",
        "#EXT-X-PLAYLIST-TYPE:EVENT",
        "#EXT-X-INDEPENDENT-SEGMENTS",
        "#EXT-X-PROGRAM-DATE-TIME:2026-11-23T01:00:00.000000Z",
        "#EXTINF:4.000,",
        "/segment/0.ts",
        "#EXT-X-DISCONTINUITY",
        "#EXT-X-PROGRAM-DATE-TIME:2026-11-23T01:00:30.000000Z",
        "#EXTINF:4.000,",
        "/segment/1.ts",
    ]
    end_live(live, by=cast.class_manager, at=NOW, because="stopped")
    finish_live(live, at=NOW + timedelta(minutes=1), on_filed=lambda *_: None)
    over = playlist(live, segments_of(live), ADDRESS)
    assert "PLAYLIST-TYPE:VOD" in over
    assert over.endswith("#EXT-X-ENDLIST\n")


def test_the_recording_stands_for_its_segments(cast: Cast, tmp_path: Path) -> None:
    live, recording = finished(cast, tmp_path, [0, 4])
    listed = json.loads(recording.file.path.read_text())
    assert (listed["format"], listed["recording"]) == ("anlan-segments/1", str(live.uid))
    assert [(one["no"], one["name"]) for one in listed["segments"]] == [
        (0, "seg-00000.ts"),
        (1, "seg-00001.ts"),
    ]
    assert (recording.uid, recording.duration_s) == (live.uid, 8)
    assert (recording.starts_at, recording.ends_at) == (NOW, NOW + timedelta(seconds=8))
    (filed,) = data_of("recording_filed")
    assert (filed["sha256"], filed["segments"]) == (recording.file.sha256, 2)
    assert live.status == LiveStatus.FINISHED


def test_a_gap_between_segments_does_not_cover(cast: Cast, tmp_path: Path) -> None:
    """The claimed begin and end would: ten minutes lie between them, eight seconds are filmed."""
    _live, recording = finished(cast, tmp_path, [0, 596])
    end = NOW + timedelta(minutes=10)
    tolerance = timedelta(minutes=5)
    assert recording.ends_at == end
    assert not covers([recording], NOW, end, tolerance)
    assert covers([recording], NOW, NOW + timedelta(seconds=60), tolerance)


def test_nothing_filmed_files_nothing(cast: Cast) -> None:
    live = a_live(cast)
    end_live(live, by=cast.class_manager, at=NOW, because="stopped")
    assert finish_live(live, at=NOW, on_filed=lambda *_: None) is None
    live.refresh_from_db()
    assert (live.status, live.note) == (LiveStatus.FINISHED, "没有收到任何画面")
    assert not Recording.objects.exists()
    assert not data_of("recording_filed")


def test_who_cannot_take_the_recording_undoes_the_filing(cast: Cast, tmp_path: Path) -> None:
    live = a_live(cast)
    kept(live, tmp_path, [0])
    end_live(live, by=cast.class_manager, at=NOW, because="stopped")

    def stumble(*_: object) -> None:
        raise RuntimeError("no session")

    with pytest.raises(RuntimeError):
        finish_live(live, at=NOW, on_filed=stumble)
    live.refresh_from_db()
    assert live.status == LiveStatus.ENDING
    assert not Recording.objects.exists()
    assert not data_of("recording_filed")


def test_it_ends_once(cast: Cast) -> None:
    live = a_live(cast)
    stale = LiveRecording.objects.get()
    end_live(live, by=cast.class_manager, at=NOW, because="stopped")
    with pytest.raises(NotAllowed):
        end_live(stale, by=cast.class_manager, at=NOW, because="stopped")
    assert len(data_of("live_ended")) == 1


def test_an_idle_one_is_ended_and_its_owner_told(cast: Cast) -> None:
    live = a_live(cast)
    end_idle(live, at=NOW + timedelta(minutes=31), minutes=30)
    assert live.status == LiveStatus.ENDING
    notice = Notice.objects.get()
    assert notice.user == cast.class_manager
    assert "自动结束" in notice.title
    assert data_of("live_ended") == [{"because": "idle 30 minutes"}]


def test_pushed_streams_have_ports_and_keys_of_their_own(cast: Cast, settings: object) -> None:
    settings.ANLAN_RTMP = "127.0.0.1:19350-19351"  # type: ignore[attr-defined]
    first, second = a_live(cast, source=Source.RTMP), a_live(cast, source=Source.RTMP)
    assert (first.port, second.port) == (19350, 19351)
    assert len({first.key, second.key}) == 2
    with pytest.raises(Exception, match="推流端口都在使用中"):
        a_live(cast, source=Source.RTMP)
    assert LiveRecording.objects.count() == 2
    end_live(first, by=cast.class_manager, at=NOW, because="stopped")
    finish_live(first, at=NOW, on_filed=lambda *_: None)
    assert a_live(cast, source=Source.RTMP).port == 19350

"""A camera page sends its film in numbered chunks: durable, idempotent, by token alone."""

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from anlan.foundation.ledger.models import Entry
from anlan.recordings.live.inbox import Inbox
from anlan.recordings.live.services import CHUNK_BYTES, end_live
from anlan.recordings.live.tokens import LONGEST, token_of
from anlan.recordings.models import LiveRecording, LiveStatus, Source
from anlan.recordings.spans import ms
from anlan.recordings.tests.scenes import a_live
from anlan.testing.cast import NOW, Cast


def sent(
    live: LiveRecording,
    part: int,
    no: int,
    body: bytes = b"film",
    *,
    token: str | None = None,
    last: bool = False,
    start: int | str | None = None,
) -> Any:
    """The answer to one chunk, sent by nobody who is logged in."""
    url = reverse("recordings:chunk", args=[live.uid, part, no]) + ("?last=1" if last else "")
    headers = {
        "X-Live-Token": token_of(live) if token is None else token,
        "X-Part-Start": str(ms(NOW) if start is None else start),
        "Accept": "application/json",
    }
    client = Client(enforce_csrf_checks=True)
    return client.post(url, body, content_type="application/octet-stream", headers=headers)


@pytest.fixture(autouse=True)
def _clock() -> Any:
    with time_machine.travel(NOW + timedelta(minutes=1), tick=False):
        yield


def test_chunks_come_in_any_order_and_lie_in_theirs(cast: Cast) -> None:
    live = a_live(cast)
    for no in (2, 0, 1):
        assert sent(live, 0, no, b"%d" % no).json() == {"kept": True, "fresh": True}
    inbox = Inbox.of(live.uid)
    assert [inbox.chunk(0, no) for no in range(4)] == [b"0", b"1", b"2", None]
    assert inbox.length(0) is None
    live.refresh_from_db()
    assert live.heard_at == NOW + timedelta(minutes=1)


def test_a_chunk_that_comes_twice_is_acknowledged_and_changes_nothing(cast: Cast) -> None:
    live = a_live(cast)
    sent(live, 0, 0, b"first")
    assert sent(live, 0, 0, b"other").json() == {"kept": True, "fresh": False}
    assert Inbox.of(live.uid).chunk(0, 0) == b"first"


def test_an_empty_last_chunk_says_how_many_there_are(cast: Cast) -> None:
    live = a_live(cast)
    sent(live, 0, 0)
    sent(live, 0, 1, b"", last=True)
    inbox = Inbox.of(live.uid)
    assert (inbox.length(0), inbox.chunk(0, 1)) == (1, None)


def test_a_late_chunk_of_a_part_that_is_done_is_acknowledged(cast: Cast) -> None:
    """Its acknowledgement was lost on the way; the film is in segments by now."""
    live = a_live(cast)
    sent(live, 0, 0)
    Inbox.of(live.uid).finish(0)
    assert sent(live, 0, 0).status_code == 200
    assert Inbox.of(live.uid).chunk(0, 0) is None


@pytest.mark.parametrize("body", [b"", b"x" * (CHUNK_BYTES + 1)], ids=["empty", "too large"])
def test_nothing_and_too_much_are_refused(cast: Cast, body: bytes) -> None:
    live = a_live(cast)
    assert sent(live, 0, 0, body).status_code == 413
    assert Inbox.of(live.uid).parts() == []


@pytest.mark.parametrize("token", ["", "x", "forged:1:1"])
def test_a_wrong_token_opens_nothing(cast: Cast, token: str) -> None:
    live = a_live(cast)
    answer = sent(live, 0, 0, token=token)
    assert answer.status_code == 403
    assert "已失效" in answer.json()["message"]
    assert Inbox.of(live.uid).parts() == []


def test_a_token_opens_its_own_recording_alone(cast: Cast) -> None:
    mine, other = a_live(cast), a_live(cast)
    assert sent(other, 0, 0, token=token_of(mine)).status_code == 403
    assert Inbox.of(other.uid).parts() == []


def test_a_camera_takes_no_chunks(cast: Cast) -> None:
    live = a_live(cast, source=Source.RTMP)
    assert sent(live, 0, 0).status_code == 403


def test_a_token_lasts_for_a_day_of_work(cast: Cast) -> None:
    live = a_live(cast)
    token = token_of(live)
    with time_machine.travel(NOW + LONGEST, tick=False):
        assert sent(live, 0, 0, token=token).status_code == 200
    with time_machine.travel(NOW + LONGEST + timedelta(minutes=2), tick=False):
        assert sent(live, 0, 1, token=token).status_code == 403


def test_after_the_end_nothing_is_taken(cast: Cast) -> None:
    live = a_live(cast)
    end_live(live, by=cast.class_manager, at=NOW, because="stopped")
    answer = sent(live, 0, 0)
    assert answer.status_code == 409
    assert "已经结束" in answer.json()["message"]
    assert Inbox.of(live.uid).parts() == []


@pytest.mark.parametrize(
    ("claimed", "believed"),
    [
        (timedelta(seconds=30), timedelta(seconds=30)),
        (timedelta(days=1), timedelta(minutes=1)),
        (timedelta(days=-1), timedelta(seconds=-5)),
    ],
    ids=["plausible", "in the future", "before the button"],
)
def test_a_device_is_believed_within_bounds(
    cast: Cast, claimed: timedelta, believed: timedelta
) -> None:
    live = a_live(cast)
    sent(live, 0, 0, start=ms(NOW + claimed))
    assert Inbox.of(live.uid).starts_ms(0) == ms(NOW + believed)


@pytest.mark.parametrize("start", ["", "soon", "9" * 30])
def test_a_chunk_without_its_time_is_refused(cast: Cast, start: str) -> None:
    live = a_live(cast)
    assert sent(live, 0, 0, start=start).status_code == 422
    assert Inbox.of(live.uid).parts() == []


def test_the_page_ends_it_once(cast: Cast) -> None:
    live = a_live(cast)
    url, headers = reverse("recordings:end", args=[live.uid]), {"X-Live-Token": token_of(live)}
    for _ in range(2):
        assert Client().post(url, headers=headers).json() == {"status": "ending"}
    live.refresh_from_db()
    assert live.status == LiveStatus.ENDING
    assert Entry.objects.filter(subject=live.subject, verb="live_ended").count() == 1


def test_the_page_learns_what_is_safe(cast: Cast) -> None:
    live = a_live(cast)
    url = reverse("recordings:state", args=[live.uid])
    told = Client().get(url, headers={"X-Live-Token": token_of(live)}).json()
    assert told == {"status": "live", "segments": 0, "newest": None, "note": ""}
    assert (
        Client().get(url, headers={"X-Live-Token": "x", "Accept": "application/json"}).status_code
        == 403
    )

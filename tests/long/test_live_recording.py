"""A lesson is filmed with Chromium's own fake camera, watched while it goes on, played afterwards.

Real processes: the site, the recorder with ffmpeg, a browser that films and one that watches.
"""

import json
import os
import shutil
import signal
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest
from django.utils.timezone import now
from playwright.sync_api import Browser, Page, sync_playwright

from anlan.attendance.models import Register
from anlan.classes.models import Session
from anlan.classes.queries import sessions_of
from anlan.courses.models import Mode
from anlan.foundation.accounts.models import User
from anlan.foundation.ledger.models import Entry
from anlan.lib.dates import local_date
from anlan.proofs.segments import check_segments
from anlan.recordings.models import LiveRecording, LiveStatus, Recording, Segment
from anlan.testing.cast import PASSWORD, Cast, the_cast
from anlan.testing.classes import a_running_class
from tests.journey.conftest import CHROMIUM, DESK, FLAGS, NO_CHROMIUM, PHONE
from tests.long.city import City, Running, needs_proc, until
from tests.long.site import free_port, served

pytestmark = [
    pytest.mark.skipif(CHROMIUM is None, reason=NO_CHROMIUM),
    needs_proc,
]
FILMED_SECONDS = 14


@dataclass
class Place:
    """The city with its site, its recorder and a browser."""

    city: City
    cast: Cast
    url: str
    recorder: Running
    browser: Browser

    def person(self, user: User, *, phone: bool = False) -> Page:
        context = self.browser.new_context(
            viewport=PHONE if phone else DESK, base_url=self.url, locale="zh-CN"
        )
        context.set_default_timeout(30_000)
        page = context.new_page()
        page.goto("/account/login")
        page.fill("[name=username]", user.username)
        page.fill("[name=password]", PASSWORD)
        page.press("[name=password]", "Enter")
        page.wait_for_url("**/")
        return page


@pytest.fixture(scope="module")
def place(city: City) -> Iterator[Place]:
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"  # Playwright's loop runs in this thread
    port = free_port()
    try:
        with (
            served(city, port),
            city.running("record") as recorder,
            sync_playwright() as playwright,
        ):
            browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
            yield Place(city, the_cast(), f"http://127.0.0.1:{port}", recorder, browser)
            browser.close()
    finally:
        del os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"]


def a_lesson_now(cast: Cast) -> Session:
    """An offline half-day that is being held at this moment."""
    klass = a_running_class(cast, learners=2)
    session = sessions_of(klass).filter(mode=Mode.OFFLINE)[0]
    at = now()
    minutes = {
        "opens_at": -40, "starts_at": -5, "late_after": 10,
        "leave_from": 200, "ends_at": 210, "closes_at": 270,
    }  # fmt: skip
    times = {name: at + timedelta(minutes=n) for name, n in minutes.items()}
    Register.objects.filter(session=session).update(**times)
    Session.objects.filter(pk=session.pk).update(day=local_date(at))
    return sessions_of(klass).get(pk=session.pk)


def playing(page: Page) -> tuple[float, float]:
    """Where the video stands and how long it is; the second is NaN before it is known."""
    found = page.eval_on_selector("video.player", "v => [v.currentTime, v.duration || 0]")
    return float(found[0]), float(found[1])


def plays_on(page: Page, seconds: float = 2.0) -> bool:
    return playing(page)[0] > seconds


@pytest.fixture(scope="module")
def session(place: Place) -> Session:
    return a_lesson_now(place.cast)


def test_a_lesson_is_filmed_watched_killed_finished_and_played(
    place: Place, session: Session, tmp_path: Path
) -> None:
    complaints: list[str] = []
    manager = place.person(place.cast.class_manager, phone=True)
    official = place.person(place.cast.city_official)
    for page in (manager, official):
        page.on("console", lambda m: complaints.append(m.text) if m.type == "error" else None)
        page.on("pageerror", lambda e: complaints.append(str(e)))
    manager.goto(f"/classes/session/{session.uid}/live")
    manager.get_by_role("button", name="用本机拍摄").click()
    manager.wait_for_url("**/camera")
    manager.wait_for_selector("[data-say]:has-text('正在直播')")
    live = LiveRecording.objects.get()
    began = live.started_at
    until(lambda: live.segments.count() >= 1, 30, "the first segment is kept")
    first = live.segments.get(no=0)
    late = first.received_at - first.starts_at - timedelta(milliseconds=first.duration_ms)
    assert late < timedelta(seconds=8)

    official.goto("/classes/live/")
    official.get_by_role("link", name="观看").click()
    official.wait_for_function("() => document.querySelector('video.player').currentTime > 1")

    # The recorder's ffmpeg is killed in the middle of a part: nothing that was acknowledged is lost.
    encoders = [pid for pid in place.recorder.family() if pid != place.recorder.process.pid]
    assert encoders
    os.kill(encoders[-1], signal.SIGKILL)
    kept = live.segments.count()
    until(lambda: live.segments.count() > kept + 1, 40, "segments come again")

    until(lambda: now() - began > timedelta(seconds=FILMED_SECONDS), 30, "enough is filmed")
    manager.click("[data-stop]")
    manager.get_by_role("dialog").get_by_role("button", name="结束拍摄").click()
    manager.wait_for_url(f"**/recording/{live.uid}/")
    until(lambda: Recording.objects.filter(uid=live.uid).exists(), 30, "the recording is filed")
    live.refresh_from_db()
    assert live.status == LiveStatus.FINISHED
    recording = Recording.objects.get(uid=live.uid)
    assert list(session.recordings.all()) == [recording]
    segments = list(live.segments.select_related("file"))
    filmed = (live.ended_at - began).total_seconds() if live.ended_at else 0
    assert filmed - 6 < (recording.duration_s or 0) <= filmed + 2
    in_ledger = Entry.objects.filter(subject=live.segments_subject, verb="segment_filed")
    hashes = [
        json.loads(leaf)["data"]["sha256"] for leaf in in_ledger.values_list("leaf", flat=True)
    ]
    assert hashes == [one.file.sha256 for one in segments]

    official.goto(f"/classes/recording/{live.uid}/")
    official.wait_for_function("() => document.querySelector('video.player').duration > 5")
    # The encoder was killed in a piece: what the player bridges may be that much longer.
    assert abs(playing(official)[1] - (recording.duration_s or 0)) < 4
    official.eval_on_selector("video.player", "v => { v.muted = true; v.play() }")
    official.wait_for_function("() => document.querySelector('video.player').currentTime > 2")
    official.focus("[data-seek]")
    official.keyboard.press("Home")
    official.wait_for_function("() => document.querySelector('video.player').currentTime < 2")
    assert complaints == []
    assert_checked_beside_its_list(recording, segments, tmp_path)


def assert_checked_beside_its_list(
    recording: Recording, segments: list[Segment], folder: Path
) -> None:
    """An outsider who is given the list and the segments finds them whole, and a changed one."""
    (folder / "segments.json").write_bytes(recording.file.path.read_bytes())
    for one in segments:
        shutil.copy(one.file.path, folder / one.name)
    assert [f.kind for f in check_segments(folder / "segments.json")] == ["ok"]
    with (folder / segments[1].name).open("ab") as file:
        file.write(b"x")
    found = check_segments(folder / "segments.json")
    assert [(f.kind, f.path) for f in found] == [("changed", segments[1].name)]

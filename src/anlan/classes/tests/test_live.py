"""直播录像: begun by the class manager, watched by officials in scope, seen by nobody else."""

from datetime import datetime, timedelta
from pathlib import Path

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from anlan.classes.evidence import missing_evidence
from anlan.classes.models import Session, TrainingClass
from anlan.classes.queries import sessions_of
from anlan.classes.services.filming import go_live, hold_filed
from anlan.classes.tests.conftest import SetClock
from anlan.classes.tests.scenes import Enter, a_learner, phone_of
from anlan.classes.watching import showing_for, time_line
from anlan.courses.models import Mode
from anlan.foundation.ledger.models import Entry
from anlan.lib.refusals import Refused
from anlan.recordings.live.services import end_live, finish_live
from anlan.recordings.models import LiveRecording, LiveStatus, Recording, Source
from anlan.recordings.tests.scenes import kept
from anlan.testing.cast import Cast
from anlan.testing.classes import a_running_class


def an_offline(klass: TrainingClass) -> Session:
    return sessions_of(klass).filter(mode=Mode.OFFLINE)[0]


def begins(session: Session) -> datetime:
    assert session.register
    return session.register.starts_at


def a_live(cast: Cast, session: Session, source: Source = Source.BROWSER) -> LiveRecording:
    return go_live(session, source, by=cast.class_manager, at=begins(session))


def filmed(cast: Cast, session: Session, folder: Path, seconds: list[float]) -> LiveRecording:
    """Live with segments, at the beginning of the lesson."""
    live, at = a_live(cast, session), begins(session)
    with time_machine.travel(at + timedelta(seconds=seconds[-1] + 5), tick=False):
        kept(live, folder, seconds, begin=at)
    return live


def filed(cast: Cast, live: LiveRecording) -> Recording:
    at = live.started_at + timedelta(minutes=5)
    end_live(live, by=cast.class_manager, at=at, because="stopped")
    recording = finish_live(live, at=at, on_filed=hold_filed)
    assert recording
    return recording


def strangers(cast: Cast, klass: TrainingClass, browser_of: Enter) -> list[Client]:
    """People who may know the class, or its kind, and have no business with its film."""
    return [
        phone_of(a_learner(klass), browser_of),
        browser_of(cast.rival_manager),
        browser_of(cast.safety_officer),
        browser_of(cast.other_district_official),
    ]


def test_the_manager_begins_with_a_phone(cast: Cast, browser_of: Enter, clock: SetClock) -> None:
    klass = a_running_class(cast)
    session = an_offline(klass)
    clock(begins(session))
    manager = browser_of(cast.class_manager)
    assert (
        "用本机拍摄" in manager.get(reverse("classes:go_live", args=[session.uid])).content.decode()
    )
    url = reverse("classes:begin_live", args=[session.uid])
    answer = manager.post(url, {"source": "browser"})
    live = LiveRecording.objects.get()
    assert answer.headers["Location"] == reverse("classes:camera", args=[live.uid])
    page = manager.get(answer.headers["Location"]).content.decode()
    assert f'data-uid="{live.uid}"' in page
    assert 'data-part="0"' in page
    assert list(session.lives.all()) == [live]
    assert Entry.objects.filter(subject=live.subject, verb="live_begun").exists()


def test_a_pushing_device_is_told_its_address_and_nobody_else_is(
    cast: Cast, browser_of: Enter, clock: SetClock
) -> None:
    session = an_offline(a_running_class(cast))
    clock(begins(session))
    live = a_live(cast, session, Source.RTMP)
    url = reverse("classes:recording", args=[live.uid])
    assert live.key in browser_of(cast.class_manager).get(url).content.decode()
    assert live.key not in browser_of(cast.city_official).get(url).content.decode()


def test_a_cameras_password_is_never_shown(cast: Cast, browser_of: Enter, clock: SetClock) -> None:
    session = an_offline(a_running_class(cast))
    clock(begins(session))
    sent = {"source": "rtsp", "address": "rtsp://admin:s3cret@192.168.1.20/1"}
    manager = browser_of(cast.class_manager)
    manager.post(reverse("classes:begin_live", args=[session.uid]), sent)
    live = LiveRecording.objects.get()
    for user in (cast.class_manager, cast.city_official):
        page = browser_of(user).get(reverse("classes:recording", args=[live.uid]))
        assert "s3cret" not in page.content.decode()
    assert (
        "rtsp://***@192.168.1.20/1"
        in manager.get(reverse("classes:recording", args=[live.uid])).content.decode()
    )


def test_only_while_the_lesson_is_held(cast: Cast) -> None:
    session = an_offline(a_running_class(cast))
    register = session.register
    assert register
    for at in (register.opens_at - timedelta(hours=1), register.closes_at + timedelta(minutes=1)):
        with pytest.raises(Refused, match="只能在上课前后"):
            go_live(session, Source.BROWSER, by=cast.class_manager, at=at)
    assert not LiveRecording.objects.exists()


def test_an_online_lesson_is_not_filmed(cast: Cast) -> None:
    session = sessions_of(a_running_class(cast)).filter(mode=Mode.ONLINE)[0]
    with pytest.raises(Refused, match="线上课不用录像"):
        a_live(cast, session)
    assert not LiveRecording.objects.exists()


def test_two_at_a_time_are_enough(cast: Cast) -> None:
    session = an_offline(a_running_class(cast))
    a_live(cast, session)
    a_live(cast, session)
    with pytest.raises(Refused, match="已有 2 路直播"):
        a_live(cast, session)
    assert LiveRecording.objects.count() == 2


def test_others_neither_begin_nor_end_nor_watch(
    cast: Cast, browser_of: Enter, clock: SetClock, tmp_path: Path
) -> None:
    klass = a_running_class(cast)
    session = an_offline(klass)
    clock(begins(session) + timedelta(minutes=1))
    live = filmed(cast, session, tmp_path, [0])
    watched = [
        reverse("classes:recording", args=[live.uid]),
        reverse("classes:reel", args=[live.uid]),
        reverse("classes:playlist", args=[live.uid]),
        reverse("classes:segment", args=[live.uid, 0]),
        reverse("classes:camera", args=[live.uid]),
        reverse("classes:go_live", args=[session.uid]),
    ]
    for who in strangers(cast, klass, browser_of):
        assert [who.get(url).status_code for url in watched] == [404] * len(watched)
        url = reverse("classes:begin_live", args=[session.uid])
        assert who.post(url, {"source": "browser"}).status_code == 404
        assert who.post(reverse("classes:stop_live", args=[live.uid])).status_code == 404
    official = browser_of(cast.city_official)
    assert official.post(reverse("classes:stop_live", args=[live.uid])).status_code == 404
    assert LiveRecording.objects.get().status == LiveStatus.LIVE


def test_officials_in_scope_watch_it_live(
    cast: Cast, browser_of: Enter, clock: SetClock, tmp_path: Path
) -> None:
    session = an_offline(a_running_class(cast))
    clock(begins(session) + timedelta(seconds=10))
    live = filmed(cast, session, tmp_path, [0, 4])
    for user in (cast.city_official, cast.district_official):
        browser = browser_of(user)
        page = browser.get(reverse("classes:recording", args=[live.uid])).content.decode()
        assert "直播中，比现场晚约十秒" in page
        listed = browser.get(reverse("classes:playlist", args=[live.uid]))
        assert listed.headers["Content-Type"] == "application/vnd.apple.mpegurl"
        address = reverse("classes:segment", args=[live.uid, 1])
        assert address in listed.content.decode()
        film = browser.get(address, headers={"Range": "bytes=0-6"})
        assert b"".join(film.streaming_content) == b"segment"  # type: ignore[attr-defined]
        assert film.headers["Content-Type"] == "video/mp2t"


def test_the_list_shows_what_is_live_in_scope(
    cast: Cast, browser_of: Enter, clock: SetClock, tmp_path: Path
) -> None:
    klass = a_running_class(cast)
    session = an_offline(klass)
    url = reverse("classes:on_air")
    clock(begins(session) + timedelta(seconds=9))
    official = browser_of(cast.city_official)
    assert "现在没有正在直播的课" in official.get(url).content.decode()
    live = filmed(cast, session, tmp_path, [0, 4])
    assert klass.title in official.get(url).content.decode()
    assert "画面中断" not in official.get(url, headers={"HX-Request": "true"}).content.decode()
    clock(begins(session) + timedelta(seconds=60))
    assert "画面中断" in official.get(url).content.decode()
    assert klass.title not in browser_of(cast.other_district_official).get(url).content.decode()
    for user in (cast.class_manager, cast.safety_officer):
        assert browser_of(user).get(url).status_code == 404
    filed(cast, live)
    assert "现在没有正在直播的课" in official.get(url).content.decode()


def test_the_desk_ends_what_a_phone_began(cast: Cast, browser_of: Enter, clock: SetClock) -> None:
    session = an_offline(a_running_class(cast))
    clock(begins(session))
    live = a_live(cast, session)
    manager = browser_of(cast.class_manager)
    manager.post(reverse("classes:stop_live", args=[live.uid]))
    live.refresh_from_db()
    assert live.status == LiveStatus.ENDING
    assert manager.get(reverse("classes:camera", args=[live.uid])).status_code == 409


def test_a_filed_one_is_held_and_played_with_its_gap(
    cast: Cast, browser_of: Enter, clock: SetClock, tmp_path: Path
) -> None:
    klass = a_running_class(cast)
    session = an_offline(klass)
    live = filmed(cast, session, tmp_path, [0, 60])
    recording = filed(cast, live)
    assert list(session.recordings.all()) == [recording]
    clock(begins(session) + timedelta(minutes=10))
    page = browser_of(cast.city_official).get(reverse("classes:recording", args=[live.uid]))
    text = page.content.decode()
    assert "没有画面的时段" in text
    assert "56 秒" in text
    assert recording.file.sha256 in text
    listed = browser_of(cast.class_manager).get(reverse("classes:files", args=[klass.uid]))
    assert "录像没有盖满整节课" in listed.content.decode()


def test_chapters_lie_where_the_lesson_has_them(cast: Cast, tmp_path: Path) -> None:
    klass = a_running_class(cast)
    session = an_offline(klass)
    live = filmed(cast, session, tmp_path, [0, 4])
    line = time_line(showing_for(cast.city_official, live.uid), at=begins(session))
    assert [(one.label, one.x) for one in line.chapters] == [("上课", 0)]
    assert line.runs_json == [[round(begins(session).timestamp() * 1000), 8000, 0]]


def test_a_class_is_not_closed_while_it_is_live(cast: Cast) -> None:
    klass = a_running_class(cast)
    session = an_offline(klass)
    a_live(cast, session)
    assert session.register
    gaps = missing_evidence(klass, at=session.register.ends_at)
    assert any("直播录像还没有结束归档" in gap.text for gap in gaps)


def test_a_picture_goes_out_after_a_look(
    cast: Cast, browser_of: Enter, clock: SetClock, tmp_path: Path
) -> None:
    """Asking, refusing what nobody looked at, and who may not ask at all."""
    klass = a_running_class(cast)
    recording = filed(cast, filmed(cast, an_offline(klass), tmp_path, [0]))
    url = reverse("classes:ask_still", args=[recording.uid])
    for who in strangers(cast, klass, browser_of):
        assert who.post(url, {"second": 1, "caption": "课堂"}).status_code == 404
    assert not recording.stills.exists()
    official = browser_of(cast.city_official)
    page = official.post(url, {"second": 1, "caption": "课堂"}).headers["Location"]
    still = recording.stills.get()
    assert "正在截取" in official.get(page).content.decode()
    assert official.get(reverse("classes:still_picture", args=[still.uid])).status_code == 404
    unlooked = official.post(reverse("classes:publish_still", args=[still.uid]))
    assert unlooked.status_code == 422
    asked = official.post(reverse("classes:publish_still", args=[still.uid]), {"looked": "on"})
    assert asked.status_code == 409
    assert browser_of(cast.rival_manager).get(page).status_code == 404

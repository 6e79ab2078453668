"""What was filmed and what else belongs to a class is filed, found and played."""

from datetime import timedelta

from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from anlan.attendance.models import Register
from anlan.classes.models import Attachment, Session, Status, TrainingClass
from anlan.classes.queries import sessions_of
from anlan.classes.tests.conftest import SetClock
from anlan.classes.tests.scenes import Enter, a_learner, a_pdf, phone_of
from anlan.courses.models import Mode
from anlan.foundation.ledger.models import Entry
from anlan.recordings.models import Recording
from anlan.testing.cast import Cast
from anlan.testing.classes import a_running_class

FILM = b"\x00\x00\x00\x18ftypmp42" + bytes(range(256)) * 8


def a_film(name: str = "上午.mp4") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, FILM, content_type="video/mp4")


def an_offline(klass: TrainingClass) -> tuple[Session, Register]:
    session = sessions_of(klass).filter(mode=Mode.OFFLINE)[0]
    assert session.register is not None
    return session, session.register


def times(session: Session) -> dict[str, str]:
    first, last = ("08:30", "12:00") if session.half == "am" else ("13:30", "17:00")
    return {"since": first, "until": last}


def test_a_film_is_filed_and_played_by_range(
    cast: Cast, browser_of: Enter, clock: SetClock
) -> None:
    klass = a_running_class(cast)
    session, register = an_offline(klass)
    clock(register.ends_at + timedelta(minutes=30))
    manager = browser_of(cast.class_manager)
    url = reverse("classes:film", args=[session.uid])
    assert manager.post(url, {"file": a_film()} | times(session)).status_code == 302
    film = session.recordings.get()
    page = manager.get(reverse("classes:files", args=[klass.uid])).content.decode()
    assert "录像齐全" in page
    assert film.file.sha256 in page
    assert "<video" in manager.get(reverse("classes:recording", args=[film.uid])).content.decode()
    part = manager.get(reverse("classes:video", args=[film.uid]), headers={"Range": "bytes=4-7"})
    assert part.status_code == 206
    assert b"".join(part.streaming_content) == b"ftyp"  # type: ignore[attr-defined]


def test_a_film_of_another_time_is_refused(cast: Cast, browser_of: Enter, clock: SetClock) -> None:
    klass = a_running_class(cast)
    session, register = an_offline(klass)
    clock(register.ends_at + timedelta(hours=8))
    url = reverse("classes:film", args=[session.uid])
    sent = {"file": a_film(), "since": "18:00", "until": "19:00"}
    answer = browser_of(cast.class_manager).post(url, sent)
    assert answer.status_code == 422
    assert "不在这节课" in answer.content.decode()
    assert not Recording.objects.exists()


def test_something_that_is_no_film_is_refused(
    cast: Cast, browser_of: Enter, clock: SetClock
) -> None:
    klass = a_running_class(cast)
    session, register = an_offline(klass)
    clock(register.ends_at)
    url = reverse("classes:film", args=[session.uid])
    answer = browser_of(cast.class_manager).post(url, {"file": a_pdf()} | times(session))
    assert answer.status_code == 422
    assert not Recording.objects.exists()


def test_what_is_missing_stands_on_top(cast: Cast, browser_of: Enter, clock: SetClock) -> None:
    klass = a_running_class(cast)
    _session, register = an_offline(klass)
    clock(register.ends_at + timedelta(days=9))
    page = browser_of(cast.class_manager).get(reverse("classes:files", args=[klass.uid]))
    assert "没有录像，请上传" in page.content.decode()
    assert "AQ 8011-2023" in page.content.decode()


def test_an_attachment_is_filed_with_a_ledger_line(
    cast: Cast, browser_of: Enter, clock: SetClock
) -> None:
    klass = a_running_class(cast)
    url = reverse("classes:attach", args=[klass.uid])
    manager = browser_of(cast.class_manager)
    assert manager.post(url, {"title": "开班通知", "file": a_pdf("通知.pdf")}).status_code == 302
    one = Attachment.objects.get()
    assert Entry.objects.filter(subject=klass.subject, verb="attachment_filed").exists()
    assert manager.get(reverse("classes:attachment", args=[one.pk])).status_code == 200


def test_a_closed_class_takes_nothing_more(cast: Cast, browser_of: Enter, clock: SetClock) -> None:
    klass = a_running_class(cast)
    TrainingClass.objects.update(status=Status.CLOSED)
    url = reverse("classes:attach", args=[klass.uid])
    sent = {"title": "补一份", "file": a_pdf()}
    assert browser_of(cast.class_manager).post(url, sent).status_code == 409
    assert not Attachment.objects.exists()


def test_outsiders_file_and_open_nothing(cast: Cast, browser_of: Enter, clock: SetClock) -> None:
    klass = a_running_class(cast)
    session, register = an_offline(klass)
    clock(register.ends_at)
    film_url = reverse("classes:film", args=[session.uid])
    manager = browser_of(cast.class_manager)
    manager.post(film_url, {"file": a_film()} | times(session))
    manager.post(reverse("classes:attach", args=[klass.uid]), {"title": "通知", "file": a_pdf()})
    film, paper = Recording.objects.get(), Attachment.objects.get()
    for who in (
        phone_of(a_learner(klass), browser_of),
        browser_of(cast.rival_manager),
        browser_of(cast.safety_officer),
        browser_of(cast.other_district_official),
    ):
        for url in (
            reverse("classes:recording", args=[film.uid]),
            reverse("classes:video", args=[film.uid]),
            reverse("classes:attachment", args=[paper.pk]),
        ):
            assert who.get(url).status_code == 404
        assert who.post(film_url, {"file": a_film()} | times(session)).status_code == 404
    assert Recording.objects.count() == 1

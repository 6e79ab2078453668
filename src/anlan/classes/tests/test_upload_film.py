"""A film that came in pieces is filed like any other; a refusal costs nobody a second upload."""

import uuid
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils.timezone import now

from anlan.classes.models import Session, TrainingClass
from anlan.classes.services.filing import film_purpose
from anlan.classes.tests.conftest import SetClock
from anlan.classes.tests.scenes import Enter
from anlan.classes.tests.test_recordings import FILM, an_offline, times
from anlan.foundation.accounts.models import User
from anlan.foundation.files.models import StoredFile, Upload
from anlan.foundation.files.uploads import begin_upload, permit, receive
from anlan.foundation.ledger.models import Entry
from anlan.recordings.models import Recording
from anlan.recordings.services import VIDEO_ENDINGS
from anlan.testing.cast import Cast
from anlan.testing.classes import a_running_class


def an_upload(klass: TrainingClass, by: User, *, sent: int = len(FILM)) -> Upload:
    token = permit(by=by, purpose=film_purpose(klass), endings=VIDEO_ENDINGS)
    upload = begin_upload(token, name="上午.mp4", length=len(FILM), by=by, at=now())
    return receive(upload, [FILM[:sent]], offset=0, at=now())


def over(session: Session, clock: SetClock) -> None:
    assert session.register is not None
    clock(session.register.ends_at + timedelta(minutes=30))


def film_url(session: Session) -> str:
    return reverse("classes:film", args=[session.uid])


def test_a_film_that_came_in_pieces_is_filed(
    cast: Cast, browser_of: Enter, clock: SetClock
) -> None:
    klass = a_running_class(cast)
    session, _register = an_offline(klass)
    over(session, clock)
    upload = an_upload(klass, cast.class_manager)
    manager = browser_of(cast.class_manager)
    sent = {"upload": str(upload.uid)} | times(session)
    assert manager.post(film_url(session), sent).status_code == 302
    film = session.recordings.get()
    assert film.file == Upload.objects.get().file
    assert film.file.path.read_bytes() == FILM
    page = manager.get(reverse("classes:files", args=[klass.uid])).content.decode()
    assert film.file.sha256 in page
    assert "已入账本" in page
    assert "没有传完" not in page
    assert Entry.objects.filter(subject=film.subject, verb="recording_filed").count() == 1


def test_a_refused_time_leaves_the_film_uploaded(
    cast: Cast, browser_of: Enter, clock: SetClock
) -> None:
    klass = a_running_class(cast)
    session, _register = an_offline(klass)
    over(session, clock)
    upload = an_upload(klass, cast.class_manager)
    manager = browser_of(cast.class_manager)
    wrong = {"upload": str(upload.uid), "since": "05:00", "until": "06:00"}
    assert manager.post(film_url(session), wrong).status_code == 422
    upload.refresh_from_db()
    assert upload.taken_at is None
    assert not Recording.objects.exists()
    right = {"upload": str(upload.uid)} | times(session)
    assert manager.post(film_url(session), right).status_code == 302


def test_the_same_upload_is_filed_once(cast: Cast, browser_of: Enter, clock: SetClock) -> None:
    klass = a_running_class(cast)
    session, _register = an_offline(klass)
    over(session, clock)
    upload = an_upload(klass, cast.class_manager)
    manager = browser_of(cast.class_manager)
    sent = {"upload": str(upload.uid)} | times(session)
    manager.post(film_url(session), sent)
    answer = manager.post(film_url(session), sent)
    assert answer.status_code == 409
    assert "已经归档" in answer.content.decode()
    assert Recording.objects.count() == 1


def test_half_a_film_and_nobodys_film_are_refused(
    cast: Cast, browser_of: Enter, clock: SetClock
) -> None:
    klass = a_running_class(cast)
    session, _register = an_offline(klass)
    over(session, clock)
    half = an_upload(klass, cast.class_manager, sent=100)
    manager = browser_of(cast.class_manager)
    for uid, status in ((half.uid, 409), (uuid.uuid4(), 422)):
        answer = manager.post(film_url(session), {"upload": str(uid)} | times(session))
        assert answer.status_code == status
    assert manager.post(film_url(session), times(session)).status_code == 422
    assert not Recording.objects.exists()
    assert not StoredFile.objects.filter(name="上午.mp4").exists()


def test_another_persons_or_another_classes_film_is_refused(
    cast: Cast, browser_of: Enter, clock: SetClock
) -> None:
    klass = a_running_class(cast)
    session, _register = an_offline(klass)
    over(session, clock)
    strangers = an_upload(klass, cast.rival_manager)
    token = permit(by=cast.class_manager, purpose="film/other", endings=VIDEO_ENDINGS)
    elsewhere = begin_upload(token, name="a.mp4", length=4, by=cast.class_manager, at=now())
    receive(elsewhere, [b"film"], offset=0, at=now())
    manager = browser_of(cast.class_manager)
    for upload in (strangers, elsewhere):
        sent = {"upload": str(upload.uid)} | times(session)
        assert manager.post(film_url(session), sent).status_code == 422
    assert not Recording.objects.exists()
    assert not Upload.objects.filter(taken_at__isnull=False).exists()


@pytest.mark.parametrize("sent", [100, len(FILM)])
def test_what_was_begun_is_shown_to_whom_it_belongs(
    cast: Cast, browser_of: Enter, clock: SetClock, sent: int
) -> None:
    klass = a_running_class(cast)
    session, _register = an_offline(klass)
    over(session, clock)
    clock(now())
    an_upload(klass, cast.class_manager, sent=sent)
    url = reverse("classes:files", args=[klass.uid])
    own = browser_of(cast.class_manager).get(url).content.decode()
    assert "有 1 份录像没有传完" in own
    assert ("还没有归档" in own) == (sent == len(FILM))
    other = browser_of(cast.city_official).get(url).content.decode()
    assert "没有传完" not in other
    assert "data-permit" not in other

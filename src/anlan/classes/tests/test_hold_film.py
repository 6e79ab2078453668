"""The district or the city keeps a film beyond its time; nobody else may, and the page says so."""

from datetime import timedelta

from django.urls import reverse

from anlan.classes.models import TrainingClass
from anlan.classes.tests.conftest import SetClock
from anlan.classes.tests.scenes import Enter, a_learner, phone_of
from anlan.classes.tests.test_recordings import a_film, an_offline, times
from anlan.foundation.ledger.models import Entry
from anlan.recordings.models import Hold, Recording
from anlan.recordings.retention import forget_expired
from anlan.testing.cast import Cast
from anlan.testing.classes import a_running_class


def a_filmed_class(
    cast: Cast, browser_of: Enter, clock: SetClock
) -> tuple[TrainingClass, Recording]:
    klass = a_running_class(cast)
    session, register = an_offline(klass)
    clock(register.ends_at + timedelta(minutes=30))
    sent = {"file": a_film()} | times(session)
    browser_of(cast.class_manager).post(reverse("classes:film", args=[session.uid]), sent)
    return klass, session.recordings.get()


def page_of(film: Recording) -> str:
    return reverse("classes:recording", args=[film.uid])


def test_an_official_holds_a_film_and_lets_it_go(
    cast: Cast, browser_of: Enter, clock: SetClock
) -> None:
    _klass, film = a_filmed_class(cast, browser_of, clock)
    city = browser_of(cast.city_official)
    before = city.get(page_of(film)).content.decode()
    assert "保管到 2029年" in before
    assert "保全这段录像" in before
    hold_url = reverse("classes:hold", args=[film.uid])
    assert city.post(hold_url, {"reason": "有投诉待查"}).status_code == 302
    held = city.get(page_of(film)).content.decode()
    assert "保全中" in held
    assert "有投诉待查" in held
    assert city.post(hold_url, {"reason": "再来一次"}).status_code == 409
    release_url = reverse("classes:release", args=[film.uid])
    district = browser_of(cast.district_official)
    assert district.post(release_url, {"reason": "已查清"}).status_code == 302
    one = Hold.objects.get()
    assert one.released_by == cast.district_official
    verbs = Entry.objects.filter(subject=film.subject).values_list("verb", flat=True)
    assert set(verbs) == {"recording_filed", "recording_held", "recording_released"}


def test_a_hold_without_a_reason_is_refused(cast: Cast, browser_of: Enter, clock: SetClock) -> None:
    _klass, film = a_filmed_class(cast, browser_of, clock)
    url = reverse("classes:hold", args=[film.uid])
    assert browser_of(cast.city_official).post(url, {"reason": ""}).status_code == 422
    assert not Hold.objects.exists()


def test_neither_the_provider_nor_outsiders_hold_or_release(
    cast: Cast, browser_of: Enter, clock: SetClock
) -> None:
    klass, film = a_filmed_class(cast, browser_of, clock)
    url = reverse("classes:hold", args=[film.uid])
    for who in (
        browser_of(cast.class_manager),
        browser_of(cast.rival_manager),
        browser_of(cast.safety_officer),
        browser_of(cast.other_district_official),
        phone_of(a_learner(klass), browser_of),
    ):
        assert who.post(url, {"reason": "想留着"}).status_code == 404
    assert not Hold.objects.exists()
    assert "保全这段录像" not in browser_of(cast.class_manager).get(page_of(film)).content.decode()


def test_after_its_time_the_page_says_what_is_left(
    cast: Cast, browser_of: Enter, clock: SetClock
) -> None:
    klass, film = a_filmed_class(cast, browser_of, clock)
    forget_expired(film.ends_at + timedelta(days=1096))
    manager = browser_of(cast.class_manager)
    page = manager.get(page_of(film)).content.decode()
    assert "按保管期限销毁，哈希仍可核对" in page
    assert film.file.sha256 in page
    assert "<video" not in page
    assert (
        "哈希仍可核对" in manager.get(reverse("classes:files", args=[klass.uid])).content.decode()
    )
    answer = manager.get(reverse("classes:video", args=[film.uid]))
    assert answer.status_code == 410
    part = manager.get(reverse("classes:video", args=[film.uid]), headers={"Range": "bytes=0-3"})
    assert part.status_code == 410

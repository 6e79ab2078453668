"""A learner's own pages, and what a safety officer follows."""

import gzip

from django.urls import reverse
from icalendar import Calendar

from anlan.classes.models import TrainingClass
from anlan.classes.queries import sessions_of
from anlan.classes.services.reviews import cancel_class
from anlan.classes.tests.conftest import SetClock
from anlan.classes.tests.scenes import (
    Enter,
    a_learner,
    a_taught_class,
    attend,
    over,
    phone_of,
    the_door,
)
from anlan.testing.cast import NOW, Cast
from anlan.testing.classes import a_running_class, a_worker

LIGHT = 12 * 1024


def of(name: str, klass: TrainingClass) -> str:
    return reverse(f"classes:{name}", args=[klass.uid])


def test_my_class_says_where_and_when_and_my_hours(
    cast: Cast, browser_of: Enter, clock: SetClock
) -> None:
    klass = a_running_class(cast)
    session, register = the_door(klass)
    attend(session, a_learner(klass))
    clock(register.closes_at)
    phone = phone_of(a_learner(klass), browser_of)
    assert klass.title in phone.get(reverse("classes:mine_list")).content.decode()
    page = phone.get(of("mine", klass)).content.decode()
    assert session.topic in page
    assert "08:30 签到，12:00 签退，计 4 学时" in page
    assert "30 秒评价" in page


def test_a_learner_who_follows_a_notice_to_the_record_comes_to_the_own_page(
    cast: Cast, browser_of: Enter
) -> None:
    klass = a_running_class(cast)
    answer = phone_of(a_learner(klass), browser_of).get(klass.get_absolute_url())
    assert (answer.status_code, answer.headers["Location"]) == (302, of("mine", klass))


def test_the_pages_of_a_phone_are_light(cast: Cast, browser_of: Enter, clock: SetClock) -> None:
    klass = a_taught_class(cast)
    clock(over(klass))
    phone = phone_of(a_learner(klass), browser_of)
    for url in (
        reverse("classes:mine_list"),
        of("mine", klass),
        of("survey", klass),
        reverse("classes:scan"),
    ):
        answer = phone.get(url, headers={"Accept-Encoding": "gzip"})
        assert len(answer.content) < LIGHT
        assert gzip.decompress(answer.content)


def test_the_timetable_goes_into_the_phones_calendar(
    cast: Cast, browser_of: Enter, clock: SetClock
) -> None:
    klass = a_running_class(cast)
    answer = phone_of(a_learner(klass), browser_of).get(of("calendar", klass))
    assert answer["Content-Type"].startswith("text/calendar")
    events = list(Calendar.from_ical(answer.content).walk("VEVENT"))
    assert len(events) == sessions_of(klass).count()
    _session, register = the_door(klass)
    assert events[0].decoded("dtstart") == register.starts_at
    assert str(events[0]["location"])


def test_a_cancelled_class_is_said_to_be_cancelled(
    cast: Cast, browser_of: Enter, clock: SetClock
) -> None:
    klass = a_running_class(cast)
    phone = phone_of(a_learner(klass), browser_of)
    cancel_class(klass, by=cast.class_manager, at=NOW, reason="讲师生病")
    assert "这个班已取消" in phone.get(of("mine", klass)).content.decode()


def test_another_learner_and_staff_find_no_page_of_mine(cast: Cast, browser_of: Enter) -> None:
    klass = a_running_class(cast)
    stranger = phone_of(a_worker(cast, 7), browser_of)
    for who in (stranger, browser_of(cast.class_manager), browser_of(cast.rival_manager)):
        assert who.get(of("mine", klass)).status_code == 404
        assert who.get(of("calendar", klass)).status_code == 404


def test_a_safety_officer_follows_the_own_people_only(
    cast: Cast, browser_of: Enter, clock: SetClock
) -> None:
    klass = a_running_class(cast)
    own = browser_of(cast.safety_officer).get(of("progress", klass)).content.decode()
    assert "王建国" in own
    other = browser_of(cast.rival_officer).get(of("progress", klass)).content.decode()
    assert "王建国" not in other
    assert "没有本单位的学员" in other
    for user in (cast.rival_manager, cast.outsider):
        assert browser_of(user).get(of("progress", klass)).status_code == 404
    learner = phone_of(a_learner(klass), browser_of)
    assert learner.get(of("progress", klass)).status_code == 404

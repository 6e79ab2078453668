"""A learner signs in and out by the code on the teacher's screen."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.core.cache import cache
from django.test import Client
from django.urls import reverse

from anlan.attendance.codes import code_at
from anlan.attendance.models import Mark, MarkKind
from anlan.attendance.queries import hours_of
from anlan.classes.models import EnrolmentSource, Status, TrainingClass
from anlan.classes.services.enrolments import enrol
from anlan.classes.services.reviews import cancel_class
from anlan.classes.tests.conftest import SetClock
from anlan.classes.tests.scenes import Enter, a_learner, attend, phone_of, scan, tap, the_door
from anlan.testing.cast import NOW, Cast
from anlan.testing.classes import a_bookable_class, a_running_class, a_worker


@pytest.fixture(autouse=True)
def _nobody_has_tried() -> None:
    cache.clear()


def test_a_scan_shows_the_lesson_and_changes_nothing(
    cast: Cast, browser_of: Enter, clock: SetClock
) -> None:
    klass = a_running_class(cast)
    session, register = the_door(klass)
    phone = phone_of(a_learner(klass), browser_of)
    clock(register.starts_at)
    fields = scan(phone, session, register, register.starts_at)
    assert fields["kind"] == MarkKind.IN
    assert not Mark.objects.exists()


def test_one_tap_signs_in_and_a_second_does_no_harm(
    cast: Cast, browser_of: Enter, clock: SetClock
) -> None:
    klass = a_running_class(cast)
    session, register = the_door(klass)
    phone = phone_of(a_learner(klass), browser_of)
    clock(register.starts_at)
    fields = scan(phone, session, register, register.starts_at)
    assert tap(phone, session, fields) == 302
    assert tap(phone, session, fields) == 302
    mark = Mark.objects.get()
    assert (mark.person, mark.kind, mark.late) == (a_learner(klass), MarkKind.IN, False)
    assert len(mark.device) == 32
    assert len(mark.address) == 64, "a keyed hash, no address"
    assert "签到成功" in phone.get(reverse("classes:signed", args=[session.uid])).content.decode()


def test_signing_out_after_class_earns_the_hours(
    cast: Cast, browser_of: Enter, clock: SetClock
) -> None:
    klass = a_running_class(cast)
    session, register = the_door(klass)
    phone = phone_of(a_learner(klass), browser_of)
    for moment in (register.starts_at, register.ends_at):
        clock(moment)
        assert tap(phone, session, scan(phone, session, register, moment)) == 302
    assert hours_of([register])[a_learner(klass).pk] == Decimal(4)
    page = phone.get(reverse("classes:signed", args=[session.uid])).content.decode()
    assert "签退成功" in page
    assert "4 <small>学时</small>" in page


def test_leaving_early_is_asked_about_first(cast: Cast, browser_of: Enter, clock: SetClock) -> None:
    klass = a_running_class(cast)
    session, register = the_door(klass)
    phone = phone_of(a_learner(klass), browser_of)
    clock(register.starts_at)
    tap(phone, session, scan(phone, session, register, register.starts_at))
    later = register.starts_at + timedelta(minutes=30)
    clock(later)
    url = reverse("classes:sign", args=[session.uid])
    page = phone.get(url, {"c": code_at(register, later).token}).content.decode()
    assert "提前签退" in page
    assert "data-confirm" in page


def test_the_tap_may_come_after_the_code_has_changed(
    cast: Cast, browser_of: Enter, clock: SetClock
) -> None:
    klass = a_running_class(cast)
    session, register = the_door(klass)
    phone = phone_of(a_learner(klass), browser_of)
    clock(register.starts_at)
    fields = scan(phone, session, register, register.starts_at)
    clock(register.starts_at + timedelta(minutes=2))
    assert tap(phone, session, fields) == 302
    assert Mark.objects.get().at == register.starts_at + timedelta(minutes=2)


def test_a_page_left_open_must_be_scanned_again(
    cast: Cast, browser_of: Enter, clock: SetClock
) -> None:
    klass = a_running_class(cast)
    session, register = the_door(klass)
    phone = phone_of(a_learner(klass), browser_of)
    clock(register.starts_at)
    fields = scan(phone, session, register, register.starts_at)
    clock(register.starts_at + timedelta(minutes=4))
    assert tap(phone, session, fields) == 409
    assert not Mark.objects.exists()


def test_a_ticket_handed_on_opens_nothing_for_a_colleague(
    cast: Cast, browser_of: Enter, clock: SetClock
) -> None:
    klass = a_running_class(cast)
    session, register = the_door(klass)
    clock(register.starts_at)
    mine = phone_of(a_learner(klass, 0), browser_of)
    fields = scan(mine, session, register, register.starts_at)
    other = phone_of(a_learner(klass, 1), browser_of)
    assert tap(other, session, fields) == 409
    assert not Mark.objects.exists()


def test_an_old_photograph_of_the_code_is_refused(
    cast: Cast, browser_of: Enter, clock: SetClock
) -> None:
    klass = a_running_class(cast)
    session, register = the_door(klass)
    phone = phone_of(a_learner(klass), browser_of)
    clock(register.starts_at + timedelta(minutes=5))
    url = reverse("classes:sign", args=[session.uid])
    page = phone.get(url, {"c": code_at(register, register.starts_at).token})
    assert page.status_code == 409
    assert "签到码已更换" in page.content.decode()


def test_too_early_says_when_the_door_opens(cast: Cast, browser_of: Enter, clock: SetClock) -> None:
    klass = a_running_class(cast)
    session, register = the_door(klass)
    phone = phone_of(a_learner(klass), browser_of)
    early = register.opens_at - timedelta(minutes=5)
    clock(early)
    fields = scan(phone, session, register, early)
    answer = phone.post(reverse("classes:sign", args=[session.uid]), fields)
    assert answer.status_code == 409
    assert "起开放" in answer.content.decode()
    assert not Mark.objects.exists()


def test_who_is_not_on_the_list_learns_nothing_of_the_class(
    cast: Cast, browser_of: Enter, clock: SetClock
) -> None:
    klass = a_running_class(cast)
    session, register = the_door(klass)
    stranger = phone_of(a_worker(cast, 7), browser_of)
    clock(register.starts_at)
    url = reverse("classes:sign", args=[session.uid])
    for answer in (
        stranger.get(url, {"c": code_at(register, register.starts_at).token}),
        stranger.post(url, {"ticket": "x", "kind": "in", "nonce": "y"}),
    ):
        assert answer.status_code == 409
        assert "不在这个班的名单上" in answer.content.decode()
        assert klass.title not in answer.content.decode()
    assert not Mark.objects.exists()


def test_a_cancelled_class_says_so(cast: Cast, browser_of: Enter, clock: SetClock) -> None:
    klass = a_running_class(cast)
    session, register = the_door(klass)
    phone = phone_of(a_learner(klass), browser_of)
    cancel_class(klass, by=cast.class_manager, at=NOW, reason="讲师生病")
    clock(register.starts_at)
    url = reverse("classes:sign", args=[session.uid])
    page = phone.get(url, {"c": code_at(register, register.starts_at).token})
    assert page.status_code == 409
    assert "已取消" in page.content.decode()


def test_the_first_sign_in_begins_the_class(cast: Cast, browser_of: Enter, clock: SetClock) -> None:
    klass = a_bookable_class(cast)
    person = a_worker(cast, 1)
    enrol(
        klass,
        [person],
        organization=cast.enterprise,
        source=EnrolmentSource.BOOKING,
        by=cast.safety_officer,
        at=NOW,
    )
    session, register = the_door(klass)
    phone = phone_of(person, browser_of)
    clock(register.starts_at)
    tap(phone, session, scan(phone, session, register, register.starts_at))
    klass.refresh_from_db()
    assert (klass.status, klass.started_at) == (Status.RUNNING, register.starts_at)


def test_an_anonymous_phone_is_sent_to_log_in_and_back(cast: Cast, client: Client) -> None:
    klass = a_running_class(cast)
    session, _register = the_door(klass)
    url = reverse("classes:sign", args=[session.uid])
    answer = client.get(url, {"c": "abc"})
    assert answer.status_code == 302
    assert "next=" in answer["Location"]
    assert str(session.uid) in answer["Location"]


def test_typed_digits_find_the_open_door(cast: Cast, browser_of: Enter, clock: SetClock) -> None:
    klass = a_running_class(cast)
    _session, register = the_door(klass)
    phone = phone_of(a_learner(klass), browser_of)
    clock(register.starts_at)
    digits = code_at(register, register.starts_at).digits
    answer = phone.get(reverse("classes:scan"), {"c": f"{digits[:3]} {digits[3:]}"}, follow=True)
    assert 'name="ticket"' in answer.content.decode()


def test_ten_wrong_codes_lock_the_digits_for_that_person(
    cast: Cast, browser_of: Enter, clock: SetClock
) -> None:
    klass = a_running_class(cast)
    _session, register = the_door(klass)
    clock(register.starts_at)
    phone = phone_of(a_learner(klass), browser_of)
    right = code_at(register, register.starts_at).digits
    wrong = f"{(int(right) + 1) % 10**6:06d}"
    for _ in range(10):
        assert phone.get(reverse("classes:scan"), {"c": wrong}).status_code == 422
    assert phone.get(reverse("classes:scan"), {"c": right}).status_code == 429
    other = phone_of(a_learner(klass, 1), browser_of)
    assert other.get(reverse("classes:scan"), {"c": right}).status_code == 302
    assert not Mark.objects.exists()


def test_two_who_are_first_at_once_both_sign_in(cast: Cast, clock: SetClock) -> None:
    klass = a_bookable_class(cast)
    people = [a_worker(cast, serial) for serial in (1, 2)]
    enrol(
        klass,
        people,
        organization=cast.enterprise,
        source=EnrolmentSource.BOOKING,
        by=cast.safety_officer,
        at=NOW,
    )
    doors = [the_door(TrainingClass.objects.get(pk=klass.pk))[0] for _ in people]
    assert {session.klass.status for session in doors} == {Status.APPROVED}
    for session, person in zip(doors, people, strict=True):
        attend(session, person)
    assert Mark.objects.filter(kind=MarkKind.IN).count() == 2

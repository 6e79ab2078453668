"""A trainer, a room, a phone in two places at once."""

from datetime import timedelta

import pytest

from anlan.classes.models import Session, TrainingClass
from anlan.supervision.detectors.devices import one_device_in_two_places
from anlan.supervision.detectors.places import trainer_in_two_places, venue_used_twice
from anlan.supervision.tests.scenes import another_class, move, offline, scan_all, the_rules
from anlan.testing.cast import Cast
from anlan.testing.classes import a_running_class, a_trainer, a_venue


@pytest.fixture
def two(cast: Cast) -> tuple[Session, Session]:
    """The first half-days of two classes, a week apart, both held."""
    sessions = offline(a_running_class(cast))[0], offline(another_class(cast))[0]
    for one in sessions:
        scan_all(one)
    return sessions


def classes_of(sessions: tuple[Session, Session]) -> list[TrainingClass]:
    return [one.klass for one in sessions]


def at_the_same_time(two: tuple[Session, Session], *, later_by: float = 1.0) -> None:
    """The second is held on the day of the first, so many hours later, in a free half-day."""
    first, second = two
    assert first.register is not None
    move(second, first.register.starts_at + timedelta(hours=later_by))
    Session.objects.filter(klass=first.klass, day=first.day, half="am").update(active=False)
    Session.objects.filter(pk=second.pk).update(day=first.day, half="am")
    second.refresh_from_db()


def teach_both(cast: Cast, two: tuple[Session, Session]) -> None:
    Session.objects.filter(pk=two[1].pk).update(trainer=two[0].trainer)


def test_two_classes_apart_raise_nothing(two: tuple[Session, Session]) -> None:
    rules = the_rules()
    assert list(trainer_in_two_places(classes_of(two), rules)) == []
    assert list(venue_used_twice(classes_of(two), rules)) == []
    assert list(one_device_in_two_places(classes_of(two), rules)) == []


def test_one_trainer_in_two_classes_at_once(cast: Cast, two: tuple[Session, Session]) -> None:
    at_the_same_time(two)
    teach_both(cast, two)
    found = list(trainer_in_two_places(classes_of(two), the_rules()))
    assert [one.klass for one in found] == [two[1].klass]
    assert "时间重叠 2 小时 30 分" in found[0].said
    assert a_trainer(cast.provider).subject in found[0].subjects


def test_no_time_to_travel_between_districts(cast: Cast, two: tuple[Session, Session]) -> None:
    at_the_same_time(two, later_by=4.0)
    teach_both(cast, two)
    assert list(trainer_in_two_places(classes_of(two), the_rules())) == []
    far = a_venue(cast.provider, "远处教室", district="370113")
    Session.objects.filter(pk=two[1].pk).update(venue=far)
    found = list(trainer_in_two_places(classes_of(two), the_rules()))
    assert "跨区县间隔 30 分钟" in found[0].said


def test_enough_time_to_travel_raises_nothing(cast: Cast, two: tuple[Session, Session]) -> None:
    at_the_same_time(two, later_by=5.0)
    teach_both(cast, two)
    far = a_venue(cast.provider, "远处教室", district="370113")
    Session.objects.filter(pk=two[1].pk).update(venue=far)
    assert list(trainer_in_two_places(classes_of(two), the_rules())) == []


def test_a_timetable_that_nobody_came_to_is_no_doubt(cast: Cast) -> None:
    two = offline(a_running_class(cast))[0], offline(another_class(cast))[0]
    at_the_same_time(two)
    teach_both(cast, two)
    assert list(trainer_in_two_places(classes_of(two), the_rules())) == []


def test_one_room_with_two_registers_at_once(two: tuple[Session, Session]) -> None:
    at_the_same_time(two)
    Session.objects.filter(pk=two[1].pk).update(venue=two[0].venue)
    found = list(venue_used_twice(classes_of(two), the_rules()))
    assert [one.klass for one in found] == [two[1].klass]
    assert len(list(venue_used_twice([two[0].klass], the_rules()))) == 1


def test_one_phone_in_two_rooms_at_once(cast: Cast) -> None:
    two = offline(a_running_class(cast))[0], offline(another_class(cast))[0]
    at_the_same_time(two)
    for one in two:
        scan_all(one, device="phone-travelling", apart=timedelta(minutes=2))
    found = list(one_device_in_two_places(classes_of(two), the_rules()))
    assert {one.klass for one in found} == {two[1].klass}
    assert all(two[0].klass.number not in str(one.facts) for one in found)
    assert any(two[0].klass.number in str(one.inner) for one in found)

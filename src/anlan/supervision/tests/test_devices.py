"""Phones that sign for many, sign-ins that come all at once."""

from datetime import timedelta

import pytest

from anlan.attendance.models import Mark
from anlan.classes.models import TrainingClass
from anlan.supervision.detectors.devices import one_device_for_many, signed_in_a_burst
from anlan.supervision.tests.scenes import offline, scan_all, the_rules
from anlan.testing.cast import Cast
from anlan.testing.classes import a_running_class


@pytest.fixture
def klass(cast: Cast) -> TrainingClass:
    return a_running_class(cast, learners=8)


def test_everybody_with_a_phone_of_their_own(klass: TrainingClass) -> None:
    """One network for the whole room, everybody within seconds, and still no doubt."""
    for session in offline(klass)[:2]:
        scan_all(session, apart=timedelta(seconds=1), address="203.0.113.5")
    assert list(one_device_for_many([klass], the_rules())) == []
    assert list(signed_in_a_burst([klass], the_rules())) == []


def test_a_phone_lent_to_two_colleagues_is_no_doubt(klass: TrainingClass) -> None:
    scan_all(offline(klass)[0])
    lent = Mark.objects.order_by("id")[:3]
    Mark.objects.filter(pk__in=[one.pk for one in lent]).update(device="phone-lent")
    assert list(one_device_for_many([klass], the_rules())) == []


def test_one_phone_for_many(klass: TrainingClass) -> None:
    scan_all(offline(klass)[0], device="phone-of-one", apart=timedelta(minutes=1))
    found = list(one_device_for_many([klass], the_rules()))
    assert len(found) == 1
    assert "8 人由同一台设备签到" in found[0].said
    assert list(signed_in_a_burst([klass], the_rules())) == []


def test_one_phone_for_many_within_seconds(klass: TrainingClass) -> None:
    scan_all(offline(klass)[0], device="phone-of-one", apart=timedelta(seconds=1))
    found = list(signed_in_a_burst([klass], the_rules()))
    assert len(found) == 1
    assert "8 人在 7 秒内由同一台设备签到" in found[0].said


def test_fresh_devices_from_one_address_within_seconds(klass: TrainingClass) -> None:
    """Somebody clears the cookie between two people: each mark has a device of its own."""
    first, second = offline(klass)[:2]
    scan_all(first, apart=timedelta(seconds=30), address="203.0.113.5")
    scan_all(second, apart=timedelta(seconds=1), address="203.0.113.9")
    for n, mark in enumerate(Mark.objects.filter(register=second.register)):
        Mark.objects.filter(pk=mark.pk).update(device=f"fresh-{n}")
    found = list(signed_in_a_burst([klass], the_rules()))
    assert len(found) == 1
    assert "只用过一次的设备" in found[0].said
    assert "203.0.113" not in str(found[0])

"""More people in a month than the rooms can hold."""

from datetime import timedelta

import pytest

from anlan.classes.models import TrainingClass
from anlan.resources.models import Venue
from anlan.supervision.detectors.capacity import beyond_capacity
from anlan.supervision.tests.scenes import the_rules
from anlan.testing.builders import a_closed_class, the_worker_seals
from anlan.testing.cast import NOW, Cast


@pytest.fixture
def klass(cast: Cast) -> TrainingClass:
    closed = a_closed_class(cast, learners=3)
    the_worker_seals()
    return closed


def test_a_provider_with_rooms_raises_nothing(klass: TrainingClass) -> None:
    assert list(beyond_capacity([klass], the_rules())) == []


def test_certificates_without_premises_are_asked_about(klass: TrainingClass) -> None:
    Venue.objects.update(retired_at=NOW - timedelta(days=90))
    found = list(beyond_capacity([klass], the_rules()))
    assert len(found) == 1
    assert found[0].klass is None
    assert found[0].provider == klass.provider
    assert ("在用场地", "0 处，0 个座位") in found[0].facts
    assert any(label == "颁发证明" and value.startswith("3 张") for label, value in found[0].facts)


def test_a_room_too_small_for_the_month(klass: TrainingClass) -> None:
    Venue.objects.update(area_m2=0.5)
    assert len(list(beyond_capacity([klass], the_rules()))) == 1

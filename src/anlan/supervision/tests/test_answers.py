"""Sheets too alike, papers too fast."""

import random

import pytest

from anlan.assessments.models import Item
from anlan.classes.models import TrainingClass
from anlan.supervision.detectors.answers import sheets_alike, too_fast
from anlan.supervision.tests.scenes import sat, the_rules
from anlan.testing.cast import Cast
from anlan.testing.classes import a_running_class, examine

PEOPLE = 10


@pytest.fixture
def klass(cast: Cast) -> TrainingClass:
    klass = a_running_class(cast, learners=PEOPLE)
    examine(cast, klass)
    return klass


def the_items() -> list[Item]:
    found = Item.objects.filter(kind="single").order_by("pk")
    return [one for one in found if len(one.options) >= 4][:20]


def a_sheet(chance: random.Random, items: list[Item], skill: float = 0.6) -> list[list[int]]:
    """Right with a chance, else one of the wrong options, whichever."""
    sheet = []
    for item in items:
        wrong = [at for at in range(len(item.options)) if at not in item.answer]
        sheet.append(item.answer if chance.random() < skill else [chance.choice(wrong)])
    return sheet


def test_sheets_written_apart_raise_nothing(klass: TrainingClass) -> None:
    items = the_items()
    for seed in range(4):
        chance = random.Random(seed)
        sat(klass, [a_sheet(chance, items) for _ in range(PEOPLE)], items)
        assert list(sheets_alike([klass], the_rules())) == []
        assert list(too_fast([klass], the_rules())) == []


def test_a_copied_sheet_is_asked_about(klass: TrainingClass) -> None:
    items, chance = the_items(), random.Random(7)
    sheets = [a_sheet(chance, items) for _ in range(PEOPLE)]
    sheets[2] = a_sheet(random.Random(99), items, skill=0.2)
    sheets[6] = list(sheets[2])
    sittings = sat(klass, sheets, items)
    found = list(sheets_alike([klass], the_rules()))
    assert len(found) == 1
    assert set(found[0].subjects) == {sittings[2].subject, sittings[6].subject}
    assert "概率" not in str(found[0].facts)
    assert any("概率" in label for label, _ in found[0].inner)
    names = [sittings[n].person.name for n in (2, 6)]
    assert not any(name in str(found[0]) for name in names)


def test_a_whole_paper_in_a_minute(klass: TrainingClass) -> None:
    items, chance = the_items(), random.Random(8)
    sheets = [a_sheet(chance, items) for _ in range(PEOPLE)]
    sat(klass, sheets, items, seconds=40)
    found = list(too_fast([klass], the_rules()))
    assert len(found) == PEOPLE
    assert len({one.key for one in found}) == 1
    assert "40 秒" in found[0].said


def test_a_failed_paper_given_up_at_once_is_no_doubt(klass: TrainingClass) -> None:
    items, chance = the_items(), random.Random(8)
    sittings = sat(klass, [a_sheet(chance, items) for _ in range(PEOPLE)], items, seconds=20)
    for sitting in sittings:
        sitting.passed = False
        sitting.save()
    assert list(too_fast([klass], the_rules())) == []

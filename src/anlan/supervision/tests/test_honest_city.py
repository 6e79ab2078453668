"""A city in which everybody is honest raises next to nothing; the detectors see all of it."""

import random
from datetime import timedelta

import pytest

from anlan.assessments.models import Checklist, Item
from anlan.assessments.queries import draw_pool
from anlan.assessments.services import load_checklists, load_own_bank
from anlan.attendance.models import MarkKind
from anlan.classes.models import Session, TrainingClass
from anlan.courses.services import load_syllabi
from anlan.foundation.files.services import keep
from anlan.foundation.rules.queries import rulebook
from anlan.identity.models import Person
from anlan.identity.services import ensure_account
from anlan.lib.dates import local_date
from anlan.operations.demo.bulk import Group, History
from anlan.operations.demo.city import Size, build
from anlan.operations.demo.examination import Shelf
from anlan.operations.story import acts
from anlan.recordings.models import HeadCount
from anlan.supervision.detectors import doubts_in
from anlan.supervision.jobs import print_photos
from anlan.supervision.tests.scenes import the_rules
from anlan.testing.builders import Stage, the_stage
from anlan.testing.cast import NOW, Cast

LEARNERS = 14


def a_history(cast: Cast, stage: Stage, weeks_ago: int, chance: random.Random) -> TrainingClass:
    """One closed class of honest people who err like people do."""
    modules = [p.module for p in stage.syllabus.places.select_related("module").order_by("order")]
    people = [Person.objects.select_related("user").get(pk=one.pk) for one in stage.people]
    day = local_date(NOW - timedelta(weeks=weeks_ago))
    plan = acts.Plan(f"第{weeks_ago}期（演示）", stage.syllabus, stage.project, "370112", 30, day)
    return History(
        plan=plan,
        house=stage.house,
        who=stage.officials,
        groups=[Group(cast.enterprise, cast.safety_officer, people)],
        shelf=Shelf(
            modules=modules,
            checklist=Checklist.objects.all()[0],
            pool=draw_pool(stage.syllabus.industry, None),
            items=Item.objects.in_bulk(),
            photo=keep([acts.DOT], name="p.png", by=cast.class_manager, at=NOW),
        ),
        number=f"2026-9{weeks_ago:04d}",
        rules=rulebook(day, scope=stage.syllabus.industry),
        chance=chance,
        skill=0.8,
    ).write()


def count_honestly(chance: random.Random) -> None:
    """The camera sees 75 to 100 % of the room on its best frame."""
    for session in Session.objects.filter(recordings__isnull=False).select_related("register"):
        assert session.register is not None
        people = session.register.marks.filter(kind=MarkKind.IN).count()
        most = round(people * chance.uniform(0.75, 1.0))
        frames = [{"second": 600 * n, "count": max(0, most - n)} for n in range(3)]
        for one in session.recordings.all():
            HeadCount.objects.create(recording=one, most=most, frames=frames, at=NOW)


def test_three_honest_classes_raise_nothing(cast: Cast) -> None:
    stage, chance = the_stage(cast, learners=LEARNERS), random.Random(11)
    for person in stage.people:
        ensure_account(person, at=NOW)
    classes = [a_history(cast, stage, weeks, chance) for weeks in (4, 8, 12)]
    count_honestly(chance)
    assert print_photos(NOW) == 3  # flat stand-ins: no print to be compared
    assert [one.said for one in doubts_in(classes, the_rules())] == []


@pytest.mark.long
def test_an_honest_city_raises_at_most_one_doubt_in_twenty_classes(db: None) -> None:
    """Every class of a small demonstration city before anything is planted in it."""
    size = Size(firms=30, registered=18, people=400, sessions=60, class_size=18, providers=2)
    load_own_bank(at=NOW)
    load_checklists()
    load_syllabi()
    build(size, seed=5, today=NOW, say=lambda _: None, plant=False)
    count_honestly(random.Random(5))
    classes = list(TrainingClass.objects.select_related("provider"))
    while print_photos(NOW):
        pass
    found = list(doubts_in(classes, the_rules()))
    assert len({one.key for one in found}) * 20 <= len(classes), [one.said for one in found]

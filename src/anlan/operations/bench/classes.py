"""Closed classes of a wanted size for measurements, by the demonstration's bulk writers."""

import random
from datetime import datetime, timedelta

from anlan.classes.models import TrainingClass
from anlan.lib.dates import local_date
from anlan.operations.demo.past import Past, open_projects, shelves_of
from anlan.operations.demo.people import write_firms, write_people
from anlan.operations.shipped import load_everything
from anlan.operations.story import troupe
from anlan.operations.story.names import Inventor

DISTRICT = "370112"
PEOPLE_A_FIRM = 10


def closed_classes(count: int, learners: int, *, today: datetime, seed: int = 1) -> None:
    """Write `count` closed classes of `learners` each into an empty database with its tables."""
    load_everything(at=today)
    chance, inventor = random.Random(seed), Inventor(seed)
    began = today - timedelta(days=390)
    who = troupe.officials(DISTRICT, at=began)
    house = troupe.provider("量测培训中心（演示）", 1, who, inventor, at=began, district=DISTRICT)
    number = max(learners // 2, 10)
    firms = write_firms(number, number, who.district, chance=chance, at=began)
    people = write_people(firms, number * PEOPLE_A_FIRM, inventor, chance=chance, at=began)
    past = Past(
        who=who,
        houses=[house],
        firms=firms,
        people=people,
        shelves=shelves_of(who.city, today),
        projects=open_projects(today),
        chance=chance,
        class_size=learners,
        taken=set(),
        numbers={},
    )
    for n in range(count):
        past.write_class(local_date(today) - timedelta(days=100 + 14 * n))


def closed_class(learners: int, *, today: datetime) -> TrainingClass:
    """The one class of a city that has no other."""
    closed_classes(1, learners, today=today)
    return TrainingClass.objects.get()

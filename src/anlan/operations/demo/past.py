"""Closed classes from the beginning of the plan until two months ago."""

import random
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db import transaction

from anlan.assessments.models import Checklist, Item
from anlan.assessments.queries import draw_pool
from anlan.classes.models import ClassNumber
from anlan.courses.models import Syllabus
from anlan.foundation.accounts.models import User
from anlan.foundation.codes.models import System
from anlan.foundation.codes.queries import code_name
from anlan.foundation.files.services import keep
from anlan.foundation.rules.queries import rulebook
from anlan.identity.models import Person
from anlan.lib.dates import local_date
from anlan.operations.demo.bulk import Group, History
from anlan.operations.demo.examination import Shelf
from anlan.operations.demo.people import Firm
from anlan.operations.story import acts
from anlan.operations.story.troupe import Officials, Provider
from anlan.programs.models import Project

PLAN_BEGINS = date(2021, 3, 1)
Say = Callable[[str], None]


@dataclass
class Past:
    """What the classes of past years draw on, and which weeks each provider has given away."""

    who: Officials
    houses: list[Provider]
    firms: list[Firm]
    people: dict[int, list[Person]]
    shelves: list[tuple[Syllabus, Shelf]]
    projects: dict[tuple[int, str], Project]
    chance: random.Random
    class_size: int
    taken: set[tuple[int, date]]
    numbers: dict[int, int]

    def write_class(self, day: date) -> int:
        """One closed class from that week on; returns its sessions."""
        house = self.houses[sum(self.numbers.values()) % len(self.houses)]
        first_day = self._free_monday(day, house)
        year = first_day.year
        self.numbers[year] = self.numbers.get(year, 0) + 1
        syllabus, shelf = self.chance.choice(self.shelves)
        groups = self._groups(syllabus.industry)
        count = sum(len(group.people) for group in groups)
        plan = acts.Plan(
            title=f"{syllabus.title}（演示）{year} 年第 {self.numbers[year]} 期",
            syllabus=syllabus,
            project=self.projects[year, syllabus.industry],
            district=groups[0].organization.district,
            quota=self.class_size + 4,
            first_day=first_day,
        )
        History(
            plan=plan,
            house=house,
            who=self.who,
            groups=groups,
            shelf=shelf,
            number=f"{year}-{self.numbers[year]:05d}",
            rules=rulebook(first_day, scope=syllabus.industry),
            chance=self.chance,
            skill=0.88,
            leaving=frozenset(n for n in range(count) if self.chance.random() < 0.01),
            absent={
                n: self.chance.randint(1, 3) for n in range(count) if self.chance.random() < 0.03
            },
        ).write()
        return len(shelf.modules)

    def _free_monday(self, day: date, house: Provider) -> date:
        """The provider's next week without a class: a trainer is in one place at a time."""
        monday = day - timedelta(days=day.weekday())
        while (house.organization.pk, monday) in self.taken:
            monday += timedelta(days=7)
        self.taken.add((house.organization.pk, monday))
        return monday

    def _groups(self, industry: str) -> list[Group]:
        """Enterprises of the industry first, each sending a few, until the class is full."""
        firms = self.chance.sample(self.firms, len(self.firms))
        firms.sort(key=lambda firm: firm.organization.key_industry != industry)
        groups: list[Group] = []
        left = self.class_size
        for firm in firms:
            if left <= 0 or firm.officer is None:
                break
            sent = self.people[firm.organization.pk][: min(left, self.chance.randint(2, 9))]
            if sent:
                groups.append(Group(firm.organization, firm.officer, sent))
                left -= len(sent)
        return groups


def shelves_of(by: User, today: datetime) -> list[tuple[Syllabus, Shelf]]:
    """Every syllabus with what a class of it draws on."""
    photo = keep([acts.DOT], name="实操（演示替身）.png", by=by, at=today)
    items = Item.objects.in_bulk()
    checklists = {one.key: one for one in Checklist.objects.all()}
    shelves = []
    for syllabus in Syllabus.objects.prefetch_related("places__module"):
        modules = [place.module for place in syllabus.places.all()]
        keys = [module.practical for module in modules if module.practical in checklists]
        shelf = Shelf(
            modules=modules,
            checklist=checklists[keys[0]] if keys else next(iter(checklists.values())),
            pool=draw_pool(syllabus.industry, None),
            items=items,
            photo=photo,
        )
        shelves.append((syllabus, shelf))
    return shelves


def open_projects(today: datetime) -> dict[tuple[int, str], Project]:
    """One project a year for each industry that has a syllabus."""
    industries = sorted(set(Syllabus.objects.values_list("industry", flat=True)))
    years = range(PLAN_BEGINS.year, local_date(today).year + 1)
    made = [_project(year, industry) for year in years for industry in industries]
    saved = Project.objects.bulk_create(made)
    return {(one.since.year, one.industry): one for one in saved}


def _project(year: int, industry: str) -> Project:
    name = code_name(System.KEY_INDUSTRY, industry)
    return Project(
        code=f"YS-{year}-{industry}",
        title=f"{year} 年{name}工伤预防培训（演示）",
        industry=industry,
        since=date(year, 1, 1),
        until=date(year, 12, 31),
        quota_people=6000,
        unit_price=300,
        is_synthetic=True,
    )


def write_past(past: Past, sessions: int, today: datetime, say: Say) -> None:
    """Closed classes from the beginning of the plan until two months ago."""
    span = (local_date(today) - timedelta(days=70) - PLAN_BEGINS).days
    written = 0
    while written < sessions:
        with transaction.atomic():
            written += past.write_class(PLAN_BEGINS + timedelta(days=span * written // sessions))
        if sum(past.numbers.values()) % 40 == 0:
            say(f"历史班次 {written}/{sessions} 场")
    ClassNumber.objects.bulk_create(
        ClassNumber(year=year, last=count) for year, count in past.numbers.items()
    )
    say(f"{sum(past.numbers.values())} 个历史班、{written} 场")

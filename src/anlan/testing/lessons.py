"""Lessons as a story needs them, and a learner's phone that asks the intake by a set clock."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import time_machine

from anlan.assessments.models import Bank, Item, ItemKind
from anlan.courses.intake import ENDPOINTS
from anlan.courses.models import (
    Lesson,
    LessonKind,
    Mode,
    Module,
    ModuleKind,
    Progress,
    QuizPoint,
)
from anlan.foundation.accounts.models import User
from anlan.identity.models import Person
from anlan.identity.services import ensure_account
from anlan.organizations.models import Organization
from anlan.testing.cast import NOW, Cast
from anlan.testing.classes import a_worker
from anlan.testing.intake import Door, Told


def a_module(key: str = "online-1", *, hours: int = 4) -> Module:
    """An online module of no syllabus."""
    facts = {"title": "线上通用课（演示）", "kind": ModuleKind.CORE, "mode": Mode.ONLINE}
    return Module.objects.get_or_create(key=key, defaults=facts | {"hours": hours})[0]


def a_lesson(
    *,
    seconds: int = 60,
    owner: Organization | None = None,
    module: Module | None = None,
    points: Sequence[int] = (),
    **fields: Any,
) -> Lesson:
    """A published film; its quiz points ask `an_item()`, whose right answer is the second."""
    facts: dict[str, Any] = {
        "module": module or a_module(),
        "kind": LessonKind.VIDEO,
        "title": "有限空间作业（演示）",
        "at": NOW,
        "published_at": NOW - timedelta(days=1),
    } | fields
    lesson = Lesson.objects.create(seconds=seconds, owner=owner, **facts)
    for second in points:
        QuizPoint.objects.create(lesson=lesson, second=second, item=an_item(f"q{second}"))
    return lesson


def an_item(key: str = "q1") -> Item:
    """Four options, the second is right."""
    bank = Bank.objects.get_or_create(title="课中题（演示）", defaults={"at": NOW})[0]
    facts = {
        "kind": ItemKind.SINGLE,
        "stem": f"进入有限空间前首先做什么（{key}）",
        "options": ["直接进入", "先通风再检测", "关闭阀门", "打电话"],
        "answer": [1],
        "explanation": "先通风、再检测、后作业。",
        "basis": "GB 30871-2022",
        "fingerprint": f"lesson-item-{key}",
    }
    return Item.objects.get_or_create(bank=bank, key=key, defaults=facts)[0]


@dataclass
class Phone:
    """A learner's phone. Time passes only by `wait`; `at` is what the server's clock says."""

    user: User
    at: datetime = NOW
    door: Door = field(init=False)
    key: str = ""

    def __post_init__(self) -> None:
        with time_machine.travel(self.at, tick=False):
            self.door = Door(ENDPOINTS, user=self.user)

    def wait(self, seconds: float) -> "Phone":
        self.at += timedelta(seconds=seconds)
        return self

    def ask(self, path: str, body: Any) -> Told:
        with time_machine.travel(self.at, tick=False):
            return self.door.ask(path, body)

    def open(self, lesson: Lesson) -> Any:
        told = self.ask("lessons/open", {"lesson": str(lesson.uid)})
        assert told.status == 200, told.body
        self.key = told.json["key"]
        return told.json

    def beat(self, since: float, until: float, rate: float = 1.0) -> Any:
        told = self.try_beat(since, until, rate)
        assert told.status == 200, told.body
        return told.json

    def try_beat(self, since: float, until: float, rate: float = 1.0) -> Told:
        return self.ask(
            "lessons/beat", {"key": self.key, "since": since, "until": until, "rate": rate}
        )

    def answer(self, second: int, *chosen: int) -> Told:
        asked = {"key": self.key, "second": second, "chosen": list(chosen)}
        return self.ask("lessons/answer", asked)

    def watch(self, since: float, until: float, *, every: float = 15.0) -> Any:
        """As an honest player does: a beat every few seconds."""
        said: Any = None
        while since < until:
            step = min(every, until - since)
            said = self.wait(step).beat(since, since + step)
            since += step
        return said


def a_phone(cast: Cast, serial: int = 0) -> Phone:
    """The phone of somebody on the roster of the cast's enterprise."""
    return Phone(ensure_account(a_worker(cast, serial), at=NOW))


def progress_of(phone: Phone) -> Progress:
    person = Person.objects.get(user=phone.user)
    return Progress.objects.get(person=person)

"""The learner's phone: one thing first, hours against hours, and nothing left over undesigned."""

from collections.abc import Callable
from datetime import datetime, timedelta
from decimal import Decimal

import pytest
from django.test import Client

from anlan.classes import queries as classes
from anlan.classes.models import TrainingClass
from anlan.courses.models import CardSource, Lesson, Mode, Progress
from anlan.courses.services.reviewing import Missed, keep_missed
from anlan.desks.learner import Phone, phone_of
from anlan.foundation.accounts.models import User
from anlan.identity.models import Person
from anlan.identity.services import ensure_account
from anlan.testing.cast import NOW, Cast
from anlan.testing.classes import a_running_class, a_worker, attend
from anlan.testing.lessons import a_lesson, an_item

Enter = Callable[[User], Client]


@pytest.fixture
def klass(cast: Cast) -> TrainingClass:
    """24 hours: 16 offline in four half-days, 8 online in two."""
    return a_running_class(cast)


@pytest.fixture
def learner(cast: Cast, klass: TrainingClass) -> Person:
    person = a_worker(cast, 0)
    ensure_account(person, at=NOW)
    return person


def home(person: Person, at: datetime) -> Phone:
    assert person.user
    return phone_of(person.user, person, at)


def online_lessons(klass: TrainingClass) -> list[Lesson]:
    """Two lessons of ten and of thirty minutes in the first online module."""
    session = next(one for one in classes.sessions_of(klass) if one.mode == Mode.ONLINE)
    return [
        a_lesson(seconds=seconds, module=session.module, title=f"第 {seconds} 课", order=order)
        for order, seconds in enumerate((600, 1800), start=1)
    ]


def complete(person: Person, lesson: Lesson) -> None:
    Progress.objects.create(
        person=person, lesson=lesson, started_at=NOW, completed_at=NOW, spent=lesson.seconds,
        reached=lesson.seconds,
    )  # fmt: skip


def test_signing_in_stands_before_all_else(klass: TrainingClass, learner: Person) -> None:
    online_lessons(klass)
    keep_missed([Missed(learner.pk, an_item().pk, CardSource.SITTING, NOW)])
    register = classes.registers_of(klass)[0]
    phone = home(learner, register.opens_at)
    assert [one.act for one in phone.now] == ["扫码签到", "开始学习", "开始复习"]
    assert phone.first == phone.now[0]
    before = home(learner, register.opens_at - timedelta(minutes=1))
    assert [one.act for one in before.now] == ["开始学习", "开始复习"]
    assert before.next[0].title == "今天 08:30 上课"


def test_a_lesson_that_was_begun_goes_on_before_the_next(
    klass: TrainingClass, learner: Person
) -> None:
    first, second = online_lessons(klass)
    [task] = home(learner, NOW).now
    assert task.title == f"开始学习：{first.title}"
    Progress.objects.create(person=learner, lesson=second, started_at=NOW, reached=900)
    [task] = home(learner, NOW).now
    assert task.title == f"继续学习：{second.title}"
    assert task.note == "还要 15 分钟 · 线上课还有 2 课"
    assert str(second.uid) in task.href


def test_hours_offline_come_from_attendance_online_from_lessons(
    cast: Cast, klass: TrainingClass, learner: Person
) -> None:
    first, second = online_lessons(klass)
    [standing] = home(learner, NOW).standings
    assert standing.done == 0
    assert standing.needed == 24
    assert (standing.offline.needed, standing.online.needed) == (16, 8)
    attend(cast, next(o for o in classes.sessions_of(klass) if o.mode == Mode.OFFLINE))
    complete(learner, first)
    [standing] = home(learner, NOW).standings
    hours = first.module.hours
    assert standing.offline.done == 4
    assert standing.online.done == Decimal(hours) / 4, "ten minutes of forty"
    complete(learner, second)
    [standing] = home(learner, NOW).standings
    assert standing.online.done == hours
    assert not standing.reached


def test_a_module_learned_both_ways_counts_once(
    cast: Cast, klass: TrainingClass, learner: Person
) -> None:
    lessons = online_lessons(klass)
    module = lessons[0].module_id
    for session in classes.sessions_of(klass):
        if session.module_id == module:
            attend(cast, session)
    for one in lessons:
        complete(learner, one)
    [standing] = home(learner, NOW).standings
    assert standing.online.done == lessons[0].module.hours


def test_lessons_of_strangers_and_retired_ones_are_not_offered(
    cast: Cast, klass: TrainingClass, learner: Person
) -> None:
    session = next(one for one in classes.sessions_of(klass) if one.mode == Mode.ONLINE)
    a_lesson(module=session.module, owner=cast.rival_provider)
    a_lesson(module=session.module, retired_at=NOW)
    a_lesson(module=session.module, published_at=None)
    assert home(learner, NOW).now == []
    own = a_lesson(module=session.module, owner=cast.provider)
    assert str(own.uid) in home(learner, NOW).now[0].href


def test_the_page_says_the_one_thing_and_the_hours(
    klass: TrainingClass, learner: Person, browser_of: Enter
) -> None:
    first, _second = online_lessons(klass)
    assert learner.user
    page = browser_of(learner.user).get("/").content.decode()
    assert "线下 0 / 16" in page
    assert "线上 0 / 8" in page
    assert f"开始学习：{first.title}" in page
    assert page.count("btn-primary") == 1, "one thing to tap first"


def test_nothing_yet_says_who_enrols(cast: Cast, browser_of: Enter) -> None:
    user = ensure_account(a_worker(cast, 5), at=NOW)
    page = browser_of(user).get("/").content.decode()
    assert "还没有报名培训班" in page
    assert "单位安全员报名后" in page


def test_all_done_is_said_with_what_was_done(cast: Cast, browser_of: Enter) -> None:
    person = a_worker(cast, 5)
    user = ensure_account(person, at=NOW)
    lesson = a_lesson(seconds=4200)
    complete(person, lesson)
    page = browser_of(user).get("/").content.decode()
    assert "都学完了" in page
    assert "已学完 1 课线上课" in page
    assert "共用时 1 小时 10 分钟" in page

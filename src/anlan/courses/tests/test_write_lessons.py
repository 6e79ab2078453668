"""The city's officials write the city's lessons, class managers their provider's; nobody else any."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from anlan.courses.models import Lesson, Progress
from anlan.courses.services.lessons import (
    discard_draft,
    move_lesson,
    publish_lesson,
    retire_lesson,
)
from anlan.courses.services.pages import add_page, correct_page, remove_page
from anlan.courses.tests.scenes import (
    a_learner,
    a_lesson,
    a_module,
    a_published_text,
    a_text,
)
from anlan.foundation.ledger.models import Entry
from anlan.lib.refusals import NotAllowed, Refused
from anlan.testing.cast import NOW, Cast
from anlan.testing.queries import counted

Enter = Callable[[object], Client]
NEW = {"kind": "text", "title": "进罐之前", "audience": "everyone", "style": "course"}


def verbs(lesson: Lesson) -> list[str]:
    return list(
        Entry.objects.filter(subject=lesson.subject).order_by("id").values_list("verb", flat=True)
    )


def test_an_official_writes_a_lesson_of_two_pages_and_publishes_it(
    cast: Cast, browser_of: Enter
) -> None:
    module = a_module()
    desk = browser_of(cast.city_official)
    made = desk.post(f"/courses/modules/{module.key}/new", NEW)
    lesson = Lesson.objects.get()
    assert made["Location"] == f"/courses/lessons/{lesson.uid}/edit"
    assert "还没有内容" in desk.get(made["Location"]).content.decode()
    for no in (1, 2):
        desk.post(
            f"/courses/lessons/{lesson.uid}/pages/new", {"title": f"页 {no}", "text": "先检测。"}
        )
    page = desk.post(f"/courses/lessons/{lesson.uid}/publish", follow=True).content.decode()
    assert "已发布，学员现在可以学了" in page
    lesson.refresh_from_db()
    assert lesson.is_open
    assert lesson.owner is None
    assert lesson.seconds == 20
    assert verbs(lesson) == ["lesson_drafted", "lesson_published"]
    assert "进罐之前" in desk.get(f"/courses/modules/{module.key}/").content.decode()


def test_a_class_manager_writes_for_the_own_provider(cast: Cast, browser_of: Enter) -> None:
    browser_of(cast.class_manager).post(
        f"/courses/modules/{a_module().key}/new", NEW | {"owner": cast.provider.pk}
    )
    assert Lesson.objects.get().owner == cast.provider


def test_a_class_manager_writes_for_no_other_provider(cast: Cast, browser_of: Enter) -> None:
    answer = browser_of(cast.class_manager).post(
        f"/courses/modules/{a_module().key}/new", NEW | {"owner": cast.rival_provider.pk}
    )
    assert answer.status_code == 422
    assert not Lesson.objects.exists()


@pytest.mark.parametrize("who", ["district_official", "trainer_user", "safety_officer", "outsider"])
def test_who_keeps_no_lessons_begins_none(cast: Cast, browser_of: Enter, who: str) -> None:
    user = getattr(cast, who)
    answer = browser_of(user).post(f"/courses/modules/{a_module().key}/new", NEW)
    assert answer.status_code == 404
    assert not Lesson.objects.exists()


@pytest.mark.parametrize(
    "act", ["publish", "retire", "discard", "revise", "move", "pages/new", "again"]
)
@pytest.mark.parametrize("who", ["rival_manager", "city_official", "trainer_user", "outsider"])
def test_nobody_else_touches_a_providers_draft(
    cast: Cast, browser_of: Enter, who: str, act: str
) -> None:
    lesson = a_text(cast.class_manager, owner=cast.provider)
    before, lines = Lesson.objects.values().get(), Entry.objects.count()
    words = NEW | {"reason": "x", "to": "up", "text": "y"}
    answer = browser_of(getattr(cast, who)).post(f"/courses/lessons/{lesson.uid}/{act}", words)
    assert answer.status_code == 404
    assert Lesson.objects.values().get() == before
    assert Entry.objects.count() == lines


def test_an_empty_lesson_is_not_published(cast: Cast) -> None:
    lesson = a_lesson(cast.city_official)
    with pytest.raises(Refused, match="还不能发布"):
        publish_lesson(lesson, by=cast.city_official, at=NOW)
    lesson.refresh_from_db()
    assert lesson.is_draft
    assert verbs(lesson) == ["lesson_drafted"]


def test_a_lesson_is_published_once(cast: Cast) -> None:
    lesson = a_published_text(cast.city_official)
    with pytest.raises(NotAllowed):
        publish_lesson(lesson, by=cast.city_official, at=NOW)
    assert verbs(lesson).count("lesson_published") == 1


def test_of_a_published_lesson_words_may_be_mended_but_time_and_pages_stay(cast: Cast) -> None:
    lesson = a_published_text(cast.city_official)
    seconds = lesson.seconds
    by: dict[str, Any] = {"by": cast.city_official, "at": NOW}
    correct_page(lesson, 0, title="第一节", text="短。", **by)
    with pytest.raises(NotAllowed):
        add_page(lesson, title="多", text="一页", **by)
    with pytest.raises(NotAllowed):
        remove_page(lesson, 0, **by)
    lesson.refresh_from_db()
    assert lesson.pages[0]["text"] == "短。"
    assert (lesson.seconds, len(lesson.pages)) == (seconds, 2)
    assert verbs(lesson)[-1] == "lesson_corrected"


def test_a_retired_lesson_keeps_what_was_learned_and_can_not_be_found(
    cast: Cast, browser_of: Enter
) -> None:
    lesson, person = a_published_text(cast.city_official), a_learner(cast)
    Progress.objects.create(lesson=lesson, person=person, started_at=NOW, seen=1)
    desk = browser_of(cast.city_official)
    assert desk.post(f"/courses/lessons/{lesson.uid}/retire", {"reason": " "}).status_code == 422
    desk.post(f"/courses/lessons/{lesson.uid}/retire", {"reason": "标准已废止"})
    lesson.refresh_from_db()
    assert lesson.retired_at is not None
    assert Progress.objects.count() == 1
    assert verbs(lesson)[-1] == "lesson_retired"
    assert browser_of(person.user).get(f"/courses/lessons/{lesson.uid}/").status_code == 404
    with pytest.raises(NotAllowed):
        retire_lesson(lesson, reason="再来", by=cast.city_official, at=NOW)


def test_a_draft_may_be_thrown_away_a_published_lesson_not(cast: Cast) -> None:
    draft, published = a_text(cast.city_official), a_published_text(cast.city_official)
    discard_draft(draft, by=cast.city_official, at=NOW)
    with pytest.raises(NotAllowed):
        discard_draft(published, by=cast.city_official, at=NOW)
    assert list(Lesson.objects.all()) == [published]


def test_lessons_change_places_among_their_own(cast: Cast) -> None:
    city = [a_text(cast.city_official) for _ in range(3)]
    a_text(cast.class_manager, owner=cast.provider)
    move_lesson(city[2], by_places=-1, by=cast.city_official, at=NOW)
    order = Lesson.objects.filter(owner=None).order_by("order").values_list("pk", flat=True)
    assert list(order) == [city[0].pk, city[2].pk, city[1].pk]
    with pytest.raises(NotAllowed):
        move_lesson(city[0], by_places=-1, by=cast.city_official, at=NOW)
    assert Lesson.objects.get(owner=cast.provider).order == 1


def test_the_title_is_revised_and_a_bad_one_is_shown_again(cast: Cast, browser_of: Enter) -> None:
    lesson = a_published_text(cast.city_official)
    desk = browser_of(cast.city_official)
    where = f"/courses/lessons/{lesson.uid}/revise"
    assert desk.post(where, NEW | {"title": ""}).status_code == 422
    desk.post(where, NEW | {"title": "新的课名", "audience": "students", "style": "micro"})
    lesson.refresh_from_db()
    assert (lesson.title, lesson.audience, lesson.style) == ("新的课名", "students", "micro")


def test_the_desk_asks_the_database_no_more_than_it_did(cast: Cast, browser_of: Enter) -> None:
    lessons = [a_published_text(cast.city_official) for _ in range(3)]
    desk = browser_of(cast.city_official)
    for name, url in (
        ("courses:module", f"/courses/modules/{a_module().key}/"),
        ("courses:lesson_desk", f"/courses/lessons/{lessons[0].uid}/edit"),
        ("courses:syllabi", "/courses/"),
    ):
        desk.get(url)
        with counted(name):
            desk.get(url)

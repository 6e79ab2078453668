"""What an author types becomes words and nothing else; questions stay where they were put."""

from collections.abc import Callable
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from anlan.courses.films.pictures import as_jpeg
from anlan.courses.models import SLOT_SECONDS, Lesson
from anlan.courses.paging import laid_out, pages_of
from anlan.courses.services.pages import move_page, remove_page
from anlan.courses.services.points import ask_at
from anlan.courses.tests.scenes import a_lesson, a_picture, a_text, an_item
from anlan.courses.writing import plain, reading_seconds, to_html
from anlan.foundation.files.models import StoredFile
from anlan.foundation.rules.queries import rulebook
from anlan.lib.dates import local_date
from anlan.lib.refusals import BadInput, NotAllowed, Refused
from anlan.testing.cast import NOW, Cast

Enter = Callable[[object], Client]


@pytest.mark.parametrize(
    ("typed", "html"),
    [
        ("一段\n两行\n\n又一段", "<p>一段<br>两行</p><p>又一段</p>"),
        ("# 大\n## 小", "<h2>大</h2><h3>小</h3>"),
        ("- 甲\n- 乙", "<ul><li>甲</li><li>乙</li></ul>"),
        ("1. 甲\n2、乙", "<ol><li>甲</li><li>乙</li></ol>"),
        ("> 当心", '<p class="heed">当心</p>'),
        ("**要紧**", "<p><strong>要紧</strong></p>"),
        ("<script>alert(1)</script>", "<p>&lt;script&gt;alert(1)&lt;/script&gt;</p>"),
        ("**<img src=x onerror=y>**", "<p><strong>&lt;img src=x onerror=y&gt;</strong></p>"),
        ("", ""),
    ],
)
def test_markup_becomes_safe_html(typed: str, html: str) -> None:
    assert to_html(typed) == html


def test_a_list_shows_words_without_markup() -> None:
    assert plain("# 题\n- **甲**\n> 乙") == "题 甲 乙"


def test_reading_takes_as_long_as_the_words_within_bounds(db: None) -> None:
    rules = rulebook(local_date(NOW))
    assert reading_seconds("短", rules) == 10
    assert reading_seconds("字" * 400, rules) == 60
    assert reading_seconds("字" * 400, rules, picture=True) == 75
    assert reading_seconds("字" * 90_000, rules) == 300
    assert reading_seconds("字" * 77, rules) % SLOT_SECONDS == 0


def ends(lesson: Lesson) -> list[int]:
    lesson.refresh_from_db()
    return [one.end for one in laid_out(pages_of(lesson))]


def test_a_question_stays_after_its_page(cast: Cast) -> None:
    lesson = a_text(cast.city_official, pages=3)
    by: dict[str, Any] = {"by": cast.city_official, "at": NOW}
    ask_at(lesson, second=ends(lesson)[1], item=an_item(), **by)
    with pytest.raises(Refused, match="后面有提问"):
        remove_page(lesson, 1, **by)
    remove_page(lesson, 0, **by)
    assert [point.second for point in lesson.quiz_points.all()] == [ends(lesson)[0]]
    move_page(lesson, 1, by_places=-1, **by)
    assert [point.second for point in lesson.quiz_points.all()] == [ends(lesson)[0]]


def test_a_question_stands_between_pages_only_and_once(cast: Cast) -> None:
    lesson = a_text(cast.city_official)
    by: dict[str, Any] = {"by": cast.city_official, "at": NOW}
    first = ends(lesson)[0]
    for second in (0, first - 1, lesson.seconds + 5):
        with pytest.raises(BadInput):
            ask_at(lesson, second=second, item=an_item(key=f"w{second}"), **by)
    ask_at(lesson, second=first, item=an_item(), **by)
    with pytest.raises(BadInput, match="已经有一道"):
        ask_at(lesson, second=first, item=an_item(key="t-2"), **by)
    assert lesson.quiz_points.count() == 1


def test_the_own_banks_items_are_offered_and_no_others(cast: Cast, browser_of: Enter) -> None:
    lesson = a_text(cast.class_manager, owner=cast.provider)
    mine, citys = an_item(cast.provider, key="mine"), an_item(key="citys")
    desk, where = browser_of(cast.class_manager), f"/courses/lessons/{lesson.uid}/questions"
    page = desk.get(where, {"text": "进罐"}).content.decode()
    assert page.count("进罐前先做什么") == 1
    assert desk.post(where, {"item": citys.pk, "where": "1"}).status_code == 422
    assert desk.post(where, {"item": mine.pk, "where": "9"}).status_code == 422
    assert not lesson.quiz_points.exists()
    desk.post(where, {"item": mine.pk, "where": "1"})
    assert lesson.quiz_points.get().second == ends(lesson)[0]
    desk.post(f"/courses/lessons/{lesson.uid}/questions/{ends(lesson)[0]}/drop")
    assert not lesson.quiz_points.exists()


def test_pictures_become_pages_small_and_without_what_a_camera_hides(
    cast: Cast, browser_of: Enter
) -> None:
    lesson = a_lesson(cast.city_official, "slides")
    desk = browser_of(cast.city_official)
    sent = [SimpleUploadedFile(f"{n}.png", a_picture((2600, 20))) for n in (2, 1)]
    desk.post(f"/courses/lessons/{lesson.uid}/pages/pictures", {"pictures": sent})
    lesson.refresh_from_db()
    assert len(lesson.pages) == 2
    assert lesson.seconds == 30
    answer = desk.get(f"/courses/lessons/{lesson.uid}/pictures/{lesson.pages[0]['image']}.jpg")
    assert answer["Content-Type"] == "image/jpeg"
    assert "immutable" in answer["Cache-Control"]
    assert b"".join(answer).startswith(b"\xff\xd8\xff")


def test_what_is_no_picture_is_refused_by_its_name(cast: Cast, browser_of: Enter) -> None:
    lesson = a_lesson(cast.city_official, "slides")
    sent = SimpleUploadedFile("x.png", b"<svg onload=alert(1)>")
    answer = browser_of(cast.city_official).post(
        f"/courses/lessons/{lesson.uid}/pages/pictures", {"pictures": sent}
    )
    assert answer.status_code == 422
    assert "x.png" in answer.content.decode()
    lesson.refresh_from_db()
    assert lesson.pages == []
    assert not StoredFile.objects.exists()
    with pytest.raises(BadInput):
        as_jpeg(b"GIF89a", "x.gif")


def test_a_page_is_edited_moved_and_its_picture_taken_away(cast: Cast, browser_of: Enter) -> None:
    lesson = a_text(cast.city_official)
    desk, base = browser_of(cast.city_official), f"/courses/lessons/{lesson.uid}/pages"
    picture = SimpleUploadedFile("p.png", a_picture())
    desk.post(f"{base}/1/", {"title": "新", "text": "字", "picture": picture})
    lesson.refresh_from_db()
    image = StoredFile.objects.get(uid=lesson.pages[0]["image"])
    assert "字" in desk.get(f"{base}/1/").content.decode()
    desk.post(f"{base}/1/", {"title": "新", "text": "字", "without_picture": "on"})
    image.refresh_from_db()
    assert image.removed_at is not None
    desk.post(f"{base}/1/move", {"to": "down"})
    lesson.refresh_from_db()
    assert [page["title"] for page in lesson.pages] == ["第 2 节", "新"]
    assert desk.post(f"{base}/2/", {"title": "空", "text": " "}).status_code == 422
    assert desk.get(f"{base}/9/").status_code == 404
    with pytest.raises(NotAllowed):
        move_page(lesson, 1, by_places=1, by=cast.city_official, at=NOW)

"""What a learner's phone is given: the own courses, lessons without their answers, films in pieces."""

from collections.abc import Callable, Collection
from datetime import timedelta

import pytest
from django.test import Client

from anlan.courses.films.making import make_next
from anlan.courses.models import (
    Lesson,
    Module,
    Piece,
    Progress,
    Rendition,
    Syllabus,
    SyllabusModule,
)
from anlan.courses.own import courses_of
from anlan.courses.services.films import keep_captions_text
from anlan.courses.services.lessons import publish_lesson
from anlan.courses.services.points import ask_at
from anlan.courses.taught import Taught
from anlan.courses.tests.scenes import (
    a_film_lesson,
    a_learner,
    a_module,
    a_published_text,
    a_text,
    an_item,
    work_through,
)
from anlan.identity.models import Person
from anlan.lib.refusals import BadInput
from anlan.testing.cast import NOW, Cast
from anlan.testing.queries import counted

Enter = Callable[[object], Client]


@pytest.fixture
def person(cast: Cast) -> Person:
    return a_learner(cast)


@pytest.fixture
def phone(person: Person, browser_of: Enter) -> Client:
    return browser_of(person.user)


def a_syllabus(industry: str = "hazchem", role: str = "worker") -> Syllabus:
    found = Syllabus.objects.create(
        key=f"{industry}-{role}",
        title="危化岗位（测试）",
        industry=industry,
        role=role,
        hours_required=8,
    )
    SyllabusModule.objects.create(syllabus=found, module=a_module(), order=1)
    return found


@pytest.fixture
def film(cast: Cast) -> Lesson:
    lesson = a_film_lesson(cast.city_official, publish=True)
    work_through(lesson)
    return lesson


def test_the_courses_of_the_own_trade_and_role_with_their_progress(
    cast: Cast, person: Person, phone: Client
) -> None:
    syllabus, _other = a_syllabus(), a_syllabus("mining")
    done, begun, _new = (a_published_text(cast.city_official) for _ in range(3))
    Progress.objects.create(lesson=done, person=person, started_at=NOW, completed_at=NOW)
    Progress.objects.create(lesson=begun, person=person, started_at=NOW, seen=2)
    assert person.user
    (course,) = courses_of(person.user)
    assert course.syllabus == syllabus
    assert [line.completed for line in course.lines] == [True, False, False]
    assert [line.percent for line in course.lines] == [100, 200 // (begun.seconds // 5), 0]
    assert course.next
    assert course.next.lesson == begun
    page = phone.get("/courses/mine/").content.decode()
    assert "1 / 3" in page
    assert f"/courses/lessons/{begun.uid}/" in page
    assert "接着学" in page
    assert "已学完" in phone.get(f"/courses/mine/{syllabus.uid}/").content.decode()


def test_who_has_no_course_is_told_why(phone: Client) -> None:
    assert "还没有您的课程" in phone.get("/courses/mine/").content.decode()


def test_lessons_for_students_stand_with_the_short_ones(cast: Cast, phone: Client) -> None:
    syllabus = a_syllabus()
    lesson = a_published_text(cast.city_official)
    Lesson.objects.filter(pk=lesson.pk).update(audience="students", style="animation", title="断电")
    assert "断电" in phone.get("/courses/mine/").content.decode()
    assert "断电" not in phone.get(f"/courses/mine/{syllabus.uid}/").content.decode()


def test_a_draft_is_not_found_by_a_learner(cast: Cast, phone: Client) -> None:
    lesson = a_text(cast.city_official)
    assert phone.get(f"/courses/lessons/{lesson.uid}/").status_code == 404
    assert phone.get(f"/courses/lessons/{lesson.uid}/preview").status_code == 404


def test_a_providers_lesson_is_seen_by_whom_it_teaches(
    cast: Cast, person: Person, phone: Client, settings: object
) -> None:
    lesson = a_published_text(cast.class_manager, owner=cast.provider)
    syllabus = a_syllabus("mining")
    where = f"/courses/lessons/{lesson.uid}/"
    assert phone.get(where).status_code == 404
    TAUGHT[:] = [Taught(person.pk, syllabus.pk, cast.provider.pk)]
    settings.ANLAN_TAUGHT = [f"{__name__}.tell"]  # type: ignore[attr-defined]
    assert phone.get(where).status_code == 200
    assert person.user
    assert [one.syllabus for one in courses_of(person.user)] == [syllabus]


TAUGHT: list[Taught] = []


def tell(people: Collection[int]) -> list[Taught]:
    return [one for one in TAUGHT if one.person in people]


def test_a_rival_provider_sees_nothing_of_it(cast: Cast, browser_of: Enter) -> None:
    lesson = a_published_text(cast.class_manager, owner=cast.provider)
    for who, status in (
        (cast.trainer_user, 200),
        (cast.district_official, 200),
        (cast.rival_manager, 404),
    ):
        assert browser_of(who).get(f"/courses/lessons/{lesson.uid}/").status_code == status


def test_a_lesson_page_holds_its_question_and_not_its_answer(cast: Cast, phone: Client) -> None:
    lesson = a_text(cast.city_official)
    ask_at(lesson, second=lesson.pages[0]["seconds"], item=an_item(), by=cast.city_official, at=NOW)
    publish_lesson(lesson, by=cast.city_official, at=NOW)
    page = phone.get(f"/courses/lessons/{lesson.uid}/").content.decode()
    assert f'data-lesson="{lesson.uid}"' in page
    assert "data-preview" not in page
    assert "先检测气体" in page
    assert "检测合格才能进" not in page
    assert "answer" not in page.replace("answer-", "")


def test_who_is_no_learner_looks_on(cast: Cast, browser_of: Enter) -> None:
    lesson = a_published_text(cast.city_official)
    page = browser_of(cast.district_official).get(f"/courses/lessons/{lesson.uid}/")
    assert "看课不计进度" in page.content.decode()


def test_an_author_tries_the_questions_of_a_draft(cast: Cast, browser_of: Enter) -> None:
    lesson = a_text(cast.city_official)
    second = lesson.pages[0]["seconds"]
    ask_at(lesson, second=second, item=an_item(), by=cast.city_official, at=NOW)
    desk, where = browser_of(cast.city_official), f"/courses/lessons/{lesson.uid}/try"
    assert "不计进度" in desk.get(f"/courses/lessons/{lesson.uid}/preview").content.decode()

    def tried(body: object, browser: Client = desk) -> tuple[int, object]:
        answer = browser.post(where, body, content_type="application/json")
        return answer.status_code, answer.json().get("right") if answer.status_code == 200 else None

    assert tried({"second": second, "chosen": [1]}) == (200, True)
    assert tried({"second": second, "chosen": [0, 1]}) == (200, False)
    assert tried({"second": 1, "chosen": [1]})[0] == 422
    assert tried({"second": "x"})[0] == 422
    assert tried({"second": second, "chosen": [1]}, browser_of(cast.class_manager))[0] == 404


def test_a_film_comes_as_playlists_and_pieces_that_a_browser_may_keep(
    film: Lesson, phone: Client
) -> None:
    base = f"/courses/lessons/{film.uid}"
    assert "data-watch" in phone.get(f"{base}/").content.decode()
    choice = phone.get(f"{base}/film.m3u8")
    assert choice["Content-Type"] == "application/vnd.apple.mpegurl"
    addresses = [line for line in choice.content.decode().splitlines() if line.startswith("/")]
    assert len(addresses) == 1
    listed = phone.get(addresses[0]).content.decode()
    assert "#EXT-X-ENDLIST" in listed
    (piece,) = [line for line in listed.splitlines() if line.startswith("/")]
    answer = phone.get(piece)
    assert answer["Content-Type"] == "video/mp2t"
    assert answer["Cache-Control"] == "private, max-age=31536000, immutable"
    assert answer["Content-Encoding"] == "identity"
    assert "Cookie" not in answer["Vary"]
    assert b"".join(answer)[:1] == b"G"
    assert phone.get(f"{base}/poster.jpg")["Content-Type"] == "image/jpeg"


def test_the_smallest_rendition_is_named_first(cast: Cast, film: Lesson, phone: Client) -> None:
    first = Rendition.objects.get()
    Rendition.objects.create(
        making=first.making, width=10, height=8, peak_bps=first.peak_bps // 2, at=NOW
    )
    text = phone.get(f"/courses/lessons/{film.uid}/film.m3u8").content.decode()
    rates = [line for line in text.splitlines() if "BANDWIDTH" in line]
    assert "RESOLUTION=10x8" in rates[0]
    assert "RESOLUTION=320x240" in rates[1]


def addresses_of(film: Lesson) -> list[str]:
    base = f"/courses/lessons/{film.uid}"
    piece, rendition = Piece.objects.select_related("file").first(), Rendition.objects.first()
    assert piece
    assert rendition
    ends = ["film.m3u8", f"film/{rendition.uid}.m3u8", f"film/{piece.file.uid}.ts", "poster.jpg"]
    return [f"{base}/{end}" for end in ends]


def test_nobody_without_a_login_gets_any_part_of_a_film(film: Lesson, client: Client) -> None:
    for address in addresses_of(film):
        assert client.get(address).status_code == 302


def test_the_parts_of_what_may_not_be_seen_are_not_there(
    cast: Cast, film: Lesson, phone: Client, browser_of: Enter
) -> None:
    Lesson.objects.filter(pk=film.pk).update(owner=cast.provider)
    for address in addresses_of(film):
        assert phone.get(address).status_code == 404
        assert browser_of(cast.trainer_user).get(address).status_code == 200
    Lesson.objects.filter(pk=film.pk).update(owner=None, retired_at=NOW)
    for address in addresses_of(film):
        assert phone.get(address).status_code == 404


def test_a_piece_of_another_lesson_is_not_to_be_had_under_this_one(
    cast: Cast, film: Lesson, phone: Client
) -> None:
    other = a_published_text(cast.city_official)
    piece = Piece.objects.select_related("file").first()
    assert piece
    url = f"/courses/lessons/{other.uid}/film/{piece.file.uid}.ts"
    assert phone.get(url).status_code == 404
    assert phone.get(f"/courses/lessons/{other.uid}/film.m3u8").status_code == 404
    assert phone.get(f"/courses/lessons/{other.uid}/captions.vtt").status_code == 404


def test_captions_are_offered_where_there_are_any(cast: Cast, film: Lesson, phone: Client) -> None:
    base = f"/courses/lessons/{film.uid}"
    assert "<track" not in phone.get(f"{base}/").content.decode()
    with pytest.raises(BadInput):
        keep_captions_text(film, "1\n00:00", by=cast.city_official, at=NOW)
    keep_captions_text(
        film, "WEBVTT\n\n00:00.000 --> 00:02.000\n先检测", by=cast.city_official, at=NOW
    )
    assert "<track" in phone.get(f"{base}/").content.decode()
    answer = phone.get(f"{base}/captions.vtt")
    assert answer["Content-Type"] == "text/vtt; charset=utf-8"


def test_progress_of_the_making_is_seen_on_the_desk(cast: Cast, browser_of: Enter) -> None:
    lesson = a_film_lesson(cast.city_official)
    desk, base = browser_of(cast.city_official), f"/courses/lessons/{lesson.uid}"
    assert "等待制作" in desk.get(f"{base}/making").content.decode()
    make_next(NOW + timedelta(seconds=1))
    answer = desk.get(f"{base}/making")
    assert "1%" in answer.content.decode()
    assert "HX-Refresh" not in answer
    work_through(lesson)
    assert desk.get(f"{base}/making")["HX-Refresh"] == "true"
    assert "320×240" in desk.get(f"{base}/edit").content.decode()


def test_the_phone_asks_the_database_no_more_than_it_did(
    cast: Cast, film: Lesson, phone: Client
) -> None:
    a_syllabus()
    for _ in range(3):
        a_published_text(cast.city_official)
    piece = addresses_of(film)[2]
    for name, url in (
        ("courses:mine", "/courses/mine/"),
        ("courses:lesson", f"/courses/lessons/{film.uid}/"),
        ("courses:piece", piece),
    ):
        phone.get(url)
        with counted(name):
            phone.get(url)


def test_a_module_without_lessons_says_what_to_do(cast: Cast, browser_of: Enter) -> None:
    module: Module = a_module()
    page = browser_of(cast.city_official).get(f"/courses/modules/{module.key}/").content.decode()
    assert "还没有线上课件" in page
    assert "新建一课" in page

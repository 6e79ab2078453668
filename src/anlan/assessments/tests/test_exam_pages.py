"""The learner's pages: what is shown, what is never shown, and to whom."""

import gzip
import json
import re
from collections.abc import Callable
from datetime import datetime, timedelta
from decimal import Decimal

import pytest
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from anlan.assessments.models import Item, Sitting
from anlan.assessments.services import (
    load_own_bank,
    schedule_sittings,
    start_sitting,
    submit_sitting,
)
from anlan.assessments.tests.builders import (
    FULL_MARK,
    HOUR,
    a_full_bank,
    a_learner,
    a_sitting,
    right_answers,
    the_user,
    wrong_answers,
)
from anlan.assessments.views import sittings as views
from anlan.foundation.accounts.models import User
from anlan.foundation.ledger.models import Entry
from anlan.foundation.rules.queries import rulebook
from anlan.testing.cast import NOW, Cast

MINUTE = timedelta(minutes=1)
Browser = Callable[[User], Client]
Clock = Callable[[datetime], None]


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    """Set what the views read as the time."""

    def turn(to: datetime) -> None:
        monkeypatch.setattr(views, "now", lambda: to)

    turn(NOW)
    return turn


@pytest.fixture
def sitting(cast: Cast, clock: Clock) -> Sitting:
    a_full_bank()
    return a_sitting(a_learner(), cast.class_manager)


@pytest.fixture
def phone(sitting: Sitting, browser_of: Browser) -> Client:
    return browser_of(the_user(sitting.person))


def url(name: str, sitting: Sitting) -> str:
    return reverse(f"assessments:{name}", kwargs={"uid": sitting.uid})


def text(response: object) -> str:
    assert isinstance(response, HttpResponse)
    content = response.content
    if response.headers.get("Content-Encoding") == "gzip":
        content = gzip.decompress(content)
    return content.decode()


def send(phone: Client, sitting: Sitting, no: int, answer: list[object]) -> HttpResponse:
    body = {"question": str(no), "answer": answer, "n": 1}
    return phone.post(url("answer", sitting), json.dumps(body), content_type="application/json")  # type: ignore[return-value]


def test_a_learner_goes_from_the_list_to_the_result(phone: Client, sitting: Sitting) -> None:
    assert sitting.title in text(phone.get(reverse("assessments:mine")))
    cover = text(phone.get(url("sitting", sitting)))
    assert "开始考试" in cover
    assert "<b>60</b> 分钟" in cover
    assert "<b>10</b> 道题" in cover
    assert phone.post(url("start", sitting)).headers["Location"] == url("paper", sitting)
    sitting.refresh_from_db()
    assert text(phone.get(url("paper", sitting))).count("data-question=") == 10
    right = right_answers(sitting)
    for no, chosen in right.items():
        assert send(phone, sitting, int(no), [str(at) for at in chosen]).status_code == 200
    phone.post(url("submit", sitting))
    result = text(phone.get(url("sitting", sitting)))
    assert "合格" in result
    assert "依据：《演示条例》" in result
    assert "答对 10 题" in result
    sitting.refresh_from_db()
    assert sitting.score == FULL_MARK
    assert "合格" in text(phone.get(reverse("assessments:mine")))


def test_the_result_explains_every_wrong_answer(phone: Client, sitting: Sitting) -> None:
    start_sitting(sitting, by=None, at=NOW)
    submit_sitting(sitting, by=None, at=NOW, answers=wrong_answers(sitting))
    page = text(phone.get(url("sitting", sitting)))
    assert page.count("解析第") == 10
    assert "未合格" in page
    assert "补考由班主任安排" in page


def test_no_byte_before_submission_tells_an_answer(phone: Client, sitting: Sitting) -> None:
    phone.post(url("start", sitting))
    sitting.refresh_from_db()
    pages = [
        phone.get(url("sitting", sitting)),
        phone.get(url("paper", sitting)),
        send(phone, sitting, 1, [0]),
        phone.post(url("submit", sitting), {"act": "check", "q-2": "0"}),
    ]
    for page in map(text, pages):
        for telling in ("解析第", "演示条例", "explanation", "basis", "fingerprint", '"answer"'):
            assert telling not in page
    paper = text(pages[1])
    for item in Item.objects.filter(pk__in=[q["item"] for q in sitting.questions]):
        assert item.key not in paper
    assert 'class="choice on"' not in paper
    orders = {tuple(q["order"]) for q in sitting.questions if len(q["order"]) == 4}
    assert len(orders) > 1


def test_the_paper_is_at_most_twelve_kilobytes_over_the_wire(
    cast: Cast, browser_of: Browser, clock: Clock
) -> None:
    load_own_bank(at=NOW)
    person = a_learner()
    sitting = schedule_sittings(
        [person],
        title="危化企业班组长培训 理论考试",
        industry="hazchem",
        rules=rulebook(NOW.date()),
        opens_at=NOW,
        closes_at=NOW + HOUR,
        by=cast.class_manager,
        at=NOW,
    )[0]
    phone = browser_of(the_user(person))
    phone.post(url("start", sitting))
    page = phone.get(url("paper", sitting), headers={"accept-encoding": "gzip"})
    assert page.headers["Content-Encoding"] == "gzip"
    assert len(page.content) <= 12 * 1024
    assert "no-store" in page.headers["Cache-Control"]


@pytest.mark.parametrize("name", ["sitting", "start", "paper", "answer", "submit"])
def test_somebody_elses_sitting_is_not_found_and_not_touched(
    cast: Cast, sitting: Sitting, browser_of: Browser, name: str
) -> None:
    start_sitting(sitting, by=None, at=NOW)
    before = Sitting.objects.values().get(pk=sitting.pk)
    other = the_user(a_learner(2, "李大山"))
    for user in (other, cast.outsider, cast.class_manager, cast.city_official, cast.examiner):
        browser = browser_of(user)
        body = json.dumps({"question": "1", "answer": ["0"]})
        reply = browser.post(url(name, sitting), body, content_type="application/json")
        assert reply.status_code in {404, 405}
        assert browser.get(url(name, sitting)).status_code in {404, 405}
    assert Sitting.objects.values().get(pk=sitting.pk) == before
    assert not Entry.objects.filter(verb="sitting_submitted").exists()


def test_who_is_not_signed_in_is_asked_to(sitting: Sitting) -> None:
    reply = Client().get(url("paper", sitting))
    assert reply.status_code == 302
    assert "login" in reply.headers["Location"]


def test_an_answer_after_the_deadline_is_refused_in_words(
    phone: Client, sitting: Sitting, clock: Clock
) -> None:
    start_sitting(sitting, by=None, at=NOW)
    clock(NOW + 61 * MINUTE)
    reply = send(phone, sitting, 1, ["0"])
    assert reply.status_code == 409
    assert "考试时间已到" in json.loads(reply.content)["message"]
    sitting.refresh_from_db()
    assert sitting.answers == {}
    assert phone.get(url("paper", sitting)).headers["Location"] == url("sitting", sitting)
    assert "查看成绩" in text(phone.get(url("sitting", sitting)))


def test_a_paper_after_the_deadline_counts_only_what_was_saved(
    phone: Client, sitting: Sitting, clock: Clock
) -> None:
    start_sitting(sitting, by=None, at=NOW)
    clock(NOW + 61 * MINUTE)
    right = {f"q-{no}": chosen for no, chosen in right_answers(sitting).items()}
    phone.post(url("submit", sitting), right)
    sitting.refresh_from_db()
    assert (sitting.status, sitting.score) == ("submitted", Decimal(0))
    assert sitting.answers == {}
    assert "到时自动交卷" in text(phone.get(url("sitting", sitting)))


def test_handing_in_twice_keeps_the_first(phone: Client, sitting: Sitting) -> None:
    start_sitting(sitting, by=None, at=NOW)
    right = {f"q-{no}": chosen for no, chosen in right_answers(sitting).items()}
    wrong = {f"q-{no}": chosen for no, chosen in wrong_answers(sitting).items()}
    phone.post(url("submit", sitting), right)
    again = phone.post(url("submit", sitting), wrong, follow=True)
    assert "成绩不会改变" in text(again)
    assert send(phone, sitting, 1, ["0"]).status_code == 409
    assert phone.post(url("start", sitting)).status_code == 409
    sitting.refresh_from_db()
    assert sitting.score == FULL_MARK


@pytest.mark.parametrize(
    "body",
    [
        "",
        "[]",
        "{}",
        '{"question":"x","answer":["0"]}',
        '{"question":"1","answer":3}',
        "\xff",
        '{"question":"99","answer":["0"]}',
        '{"question":"1","answer":["7"]}',
        '{"question":"1","answer":["0","1"]}',
    ],
)
def test_a_garbled_answer_is_refused_and_changes_nothing(
    phone: Client, sitting: Sitting, body: str
) -> None:
    start_sitting(sitting, by=None, at=NOW)
    accept = {"accept": "application/json"}
    reply = phone.post(
        url("answer", sitting), body, content_type="application/json", headers=accept
    )
    assert reply.status_code == 422
    assert json.loads(reply.content)["message"]
    sitting.refresh_from_db()
    assert sitting.answers == {}


def test_without_scripts_one_saves_checks_and_hands_in(phone: Client, sitting: Sitting) -> None:
    start_sitting(sitting, by=None, at=NOW)
    saved = phone.post(url("submit", sitting), {"act": "save", "q-1": "0"}, follow=True)
    assert "已保存，还有 9 题没有作答" in text(saved)
    check = text(phone.post(url("submit", sitting), {"act": "check", "q-2": "1"}))
    assert "还有 8 题没有作答：第 3、4、5、6、7、8、9、10 题" in check
    sitting.refresh_from_db()
    assert (sitting.status, sitting.answers) == ("started", {"1": [0], "2": [1]})
    phone.post(url("submit", sitting))
    sitting.refresh_from_db()
    assert sitting.status == "submitted"


def test_before_the_opening_there_is_no_start_button(
    phone: Client, sitting: Sitting, clock: Clock
) -> None:
    clock(NOW - MINUTE)
    cover = text(phone.get(url("sitting", sitting)))
    assert re.search(r"<form[^>]*data-exam-start hidden>", cover)
    assert "开放。可以开着这一页等" in cover
    assert phone.post(url("start", sitting)).status_code == 409
    assert phone.get(url("paper", sitting)).status_code == 302
    sitting.refresh_from_db()
    assert sitting.status == "ready"


def test_a_learner_without_exams_is_told_so(browser_of: Browser, db: None) -> None:
    user = the_user(a_learner())
    assert "还没有安排考试" in text(browser_of(user).get(reverse("assessments:mine")))

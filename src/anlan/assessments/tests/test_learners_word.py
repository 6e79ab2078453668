"""The learner's pages: not yet released, asked, objecting; and the pages of the class's tablet."""

import re
from collections.abc import Callable
from datetime import datetime

import pytest
from django.test import Client
from django.urls import reverse

from anlan.assessments.models import Appeal, IdentityProof, Sitting, SittingReview
from anlan.assessments.services import ask_learner, open_review, open_tablet
from anlan.assessments.tests.builders import (
    FULL_MARK,
    a_full_bank,
    a_learner,
    a_sitting,
    right_answers,
    the_user,
)
from anlan.assessments.tests.review_scenes import MINUTE, a_sat_sitting, set_rule
from anlan.assessments.views import assisted, reviews
from anlan.assessments.views import sittings as views
from anlan.foundation.accounts.models import User
from anlan.testing.cast import NOW, Cast

Browser = Callable[[User], Client]
Clock = Callable[[datetime], None]
LATER = NOW + 60 * MINUTE
SCORE = re.compile(r"100(<small>)? ?分")


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    def turn(to: datetime) -> None:
        for pages in (views, reviews, assisted):
            monkeypatch.setattr(pages, "now", lambda: to)

    turn(LATER)
    return turn


def url(name: str, sitting: Sitting) -> str:
    return reverse(f"assessments:{name}", args=[sitting.uid])


def page(client: Client, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200, address
    return answer.content.decode()


def test_before_release_there_is_no_score_and_no_explanation(
    cast: Cast, browser_of: Browser, clock: Clock
) -> None:
    set_rule("exam.release", "after_close")
    sitting = a_sat_sitting(cast)
    phone = browser_of(the_user(sitting.person))
    shown = page(phone, url("sitting", sitting)) + page(phone, reverse("assessments:mine"))
    assert "成绩将于 2026年11月23日 周一 12:00 公布" in shown
    for telling in ("解析第", "演示条例", "合格</"):
        assert telling not in shown
    assert not SCORE.search(shown)
    assert phone.get(url("receipt", sitting)).status_code == 404
    assert "还没有公布" in page(phone, url("appeal", sitting))
    submitted = phone.post(url("submit", sitting), follow=True).content.decode()
    assert not SCORE.search(submitted)
    clock(sitting.closes_at)
    assert SCORE.search(page(phone, url("sitting", sitting)))


def test_a_learner_is_asked_and_answers_once(cast: Cast, browser_of: Browser, clock: Clock) -> None:
    sitting = a_sat_sitting(cast)
    phone = browser_of(the_user(sitting.person))
    assert phone.get(url("explain", sitting)).status_code == 404
    review = open_review(sitting, reason="监考看到异常", by=cast.examiner, at=LATER)
    assert phone.get(url("explain", sitting)).status_code == 404
    ask_learner(review, question="请说明 9 点 10 分的情况", by=cast.examiner, at=LATER)
    assert "请对考试情况作出说明" in page(phone, url("sitting", sitting))
    assert "请说明 9 点 10 分的情况" in page(phone, url("explain", sitting))
    assert phone.post(url("explain", sitting), {"words": ""}).status_code == 422
    assert phone.post(url("explain", sitting), {"words": "接了电话"}).status_code == 302
    assert "接了电话" in page(phone, url("explain", sitting))
    assert phone.post(url("explain", sitting), {"words": "改口"}).status_code == 409
    assert SittingReview.objects.get().words == "接了电话"


def test_a_learner_objects_to_a_question_from_the_result(
    cast: Cast, browser_of: Browser, clock: Clock
) -> None:
    sitting = a_sat_sitting(cast, passed=False)
    phone = browser_of(the_user(sitting.person))
    result = page(phone, url("sitting", sitting))
    assert result.count("?no=") == 10
    address = url("appeal", sitting) + "?no=3"
    assert "第 3 题申诉" in page(phone, address)
    assert phone.post(address, {"words": "与法规不一致"}).status_code == 302
    assert "5 天内" not in page(phone, url("appeals", sitting))
    assert "待答复" in page(phone, url("appeals", sitting))
    assert page(phone, url("sitting", sitting)).count("已申诉，等待答复") == 1
    assert phone.post(address, {"words": "再来"}).status_code == 409
    assert Appeal.objects.count() == 1


def test_another_learner_finds_nothing(cast: Cast, browser_of: Browser, clock: Clock) -> None:
    sitting = a_sat_sitting(cast)
    review = open_review(sitting, reason="监考看到异常", by=cast.examiner, at=LATER)
    ask_learner(review, question="请说明", by=cast.examiner, at=LATER)
    other = browser_of(the_user(a_learner(2)))
    for name in ("explain", "appeal", "appeals"):
        assert other.get(url(name, sitting)).status_code == 404
    for name in ("explain", "appeal"):
        assert other.post(url(name, sitting), {"words": "冒名"}).status_code == 404
    assert not Appeal.objects.exists()
    assert SittingReview.objects.get().words == ""


@pytest.fixture
def tablet(cast: Cast, clock: Clock) -> Client:
    """A tablet that an examiner has handed over."""
    clock(NOW)
    a_full_bank()
    sitting = a_sitting(a_learner(), cast.class_manager)
    _made, token = open_tablet(
        sitting, checked=IdentityProof.ID_CARD, read_aloud=True, by=cast.examiner, at=NOW
    )
    client = Client()
    client.post(reverse("assessments:tablet_enter", args=[token]))
    return client


def test_a_whole_exam_on_the_tablet_one_question_a_screen(tablet: Client, clock: Clock) -> None:
    here = reverse("assessments:tablet")
    cover = page(tablet, here)
    assert "王小河，您好" in cover
    assert "data-auto" in cover
    tablet.post(reverse("assessments:tablet_start"))
    sitting = Sitting.objects.get()
    for no, chosen in right_answers(sitting).items():
        shown = page(tablet, here)
        assert f"第 {no} 题" in shown
        assert shown.count("<fieldset") == 1
        assert "解析第" not in shown
        go = "check" if no == "10" else str(int(no) + 1)
        sent = {"no": no, f"q-{no}": [str(at) for at in chosen], "go": go}
        tablet.post(reverse("assessments:tablet_answer"), sent)
    assert "10 题都已作答并保存" in page(tablet, reverse("assessments:tablet_check"))
    clock(NOW + MINUTE)
    done = tablet.post(reverse("assessments:tablet_submit")).content.decode()
    sitting.refresh_from_db()
    assert sitting.score == FULL_MARK
    assert "100<small> 分" in done
    assert "请把平板交还考官" in page(tablet, here)
    assert not tablet.cookies["anlan_tablet"].value


def test_before_release_the_tablet_shows_no_score(tablet: Client) -> None:
    set_rule("exam.release", "after_close")
    tablet.post(reverse("assessments:tablet_start"))
    done = tablet.post(reverse("assessments:tablet_submit")).content.decode()
    assert "成绩将于" in done
    assert "<small> 分" not in done


def test_the_tablet_opens_nothing_else(
    cast: Cast, browser_of: Browser, tablet: Client, clock: Clock
) -> None:
    sitting = Sitting.objects.get()
    login = reverse("accounts:login")
    for address in (url("sitting", sitting), reverse("assessments:mine"), "/"):
        answer = tablet.get(address)
        assert answer.status_code == 302
        assert answer.headers["Location"].startswith(login)
    tablet.post(reverse("assessments:tablet_give_back"))
    assert "请把平板交还考官" in page(tablet, reverse("assessments:tablet"))
    tablet.post(reverse("assessments:tablet_start"))
    sitting.refresh_from_db()
    assert sitting.status == "ready"


def test_without_a_link_every_tablet_is_locked(cast: Cast, clock: Clock) -> None:
    tablet = Client()
    locked = "请把平板交还考官"
    assert locked in page(tablet, reverse("assessments:tablet"))
    assert locked in page(tablet, reverse("assessments:tablet_check"))
    for name in ("tablet_start", "tablet_answer", "tablet_submit", "tablet_give_back"):
        assert locked in tablet.post(reverse(f"assessments:{name}")).content.decode()
    assert tablet.get(reverse("assessments:tablet_enter", args=["x"])).status_code == 410


def test_when_the_time_is_over_what_was_saved_counts(tablet: Client, clock: Clock) -> None:
    tablet.post(reverse("assessments:tablet_start"))
    sitting = Sitting.objects.get()
    right = right_answers(sitting)
    sent = {"no": "1", "q-1": [str(at) for at in right["1"]], "go": "2"}
    tablet.post(reverse("assessments:tablet_answer"), sent)
    assert sitting.deadline is not None
    clock(sitting.deadline + 2 * MINUTE)
    assert "考试时间到" in page(tablet, reverse("assessments:tablet"))
    assert "已交卷" in tablet.post(reverse("assessments:tablet_submit")).content.decode()
    sitting.refresh_from_db()
    assert sitting.answers == {"1": right["1"]}

"""The class's people find their sittings, hear the learner, decide, answer; others find nothing."""

import re
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse

from anlan.assessments.models import (
    Appeal,
    Item,
    Practical,
    ScoreChange,
    Sitting,
    SittingReview,
    SittingStatus,
)
from anlan.assessments.services import explain, make_appeal
from anlan.classes.evidence import missing_evidence
from anlan.classes.models import Status, TrainingClass, Trial
from anlan.classes.results import results_of
from anlan.classes.services.exams import arrange_makeup
from anlan.classes.tests.conftest import SetClock
from anlan.classes.tests.exam_scenes import an_exam, sit, the_sitting
from anlan.classes.tests.scenes import Enter, phone_of
from anlan.foundation.ledger.models import Entry
from anlan.foundation.rules.models import Rule
from anlan.identity.services import ensure_account
from anlan.testing.cast import NOW, Cast

DAY = timedelta(days=1)


@pytest.fixture
def klass(cast: Cast, clock: SetClock) -> TrainingClass:
    found = an_exam(cast)
    clock(sit(the_sitting(found)))
    return found


def of(name: str, sitting: Sitting) -> str:
    return reverse(f"classes:{name}", args=[sitting.uid])


def page(client: Client, url: str) -> str:
    answer = client.get(url)
    assert answer.status_code == 200, url
    return answer.content.decode()


def the_review() -> SittingReview:
    return SittingReview.objects.get()


def appealed(sitting: Sitting, no: int = 0) -> Appeal:
    user = ensure_account(sitting.person, at=NOW)
    at = sitting.opens_at + timedelta(hours=1)
    return make_appeal(sitting, no, words="请核对", by=user, at=at)


def test_from_what_was_seen_to_a_retake_that_is_offered(
    cast: Cast, browser_of: Enter, clock: SetClock, klass: TrainingClass
) -> None:
    sitting = the_sitting(klass)
    examiner, manager = browser_of(cast.examiner), browser_of(cast.class_manager)
    examiner.post(of("open_review", sitting), {"reason": "监考看到翻书"})
    assert "监考看到翻书" in page(manager, reverse("classes:class_reviews", args=[klass.uid]))
    shown = page(manager, of("sitting", sitting))
    assert "监考看到翻书，请说明当时的情况。" in shown
    assert 'value="retake"' not in shown
    assert manager.post(of("ask_learner", sitting), {"question": "请说明"}).status_code == 302
    explain(the_review(), words="没有翻", by=ensure_account(sitting.person, at=NOW), at=NOW)
    assert "没有翻" in page(manager, of("sitting", sitting))
    verdict = {"verdict": "retake", "reason": "录像属实"}
    assert manager.post(of("decide_review", sitting), verdict).status_code == 302
    result = next(iter(results_of(klass).values()))
    assert (result.theory_score, result.theory_passed, result.used) == (None, False, 0)
    Practical.objects.update(at=NOW, score=90, passed=True)
    exams = page(manager, reverse("classes:exams", args=[klass.uid]))
    assert "理论 成绩已作废" in exams
    assert "安排补考并通知" in exams
    assert Trial.objects.count() == 1  # offered, never arranged by itself
    assert Entry.objects.filter(subject=klass.subject, verb="retake_advised").exists()


def test_a_voided_try_is_given_back(cast: Cast, klass: TrainingClass) -> None:
    Sitting.objects.update(status=SittingStatus.VOID, score=None, passed=None)
    Rule.objects.filter(key="makeup.tries_max").update(value=0)
    trial = Trial.objects.get()
    assert trial.practical is not None
    type(trial.practical).objects.update(at=NOW, score=90, passed=True)
    at = the_sitting(klass).closes_at + DAY
    made = arrange_makeup(
        klass, [trial.enrolment], scheduled_at=at, place="厂门口", by=cast.class_manager, at=at
    )
    assert made[0].sitting is not None
    assert made[0].practical is None


def test_a_result_of_a_closed_class_is_not_voided(
    cast: Cast, browser_of: Enter, klass: TrainingClass
) -> None:
    sitting = the_sitting(klass)
    manager = browser_of(cast.class_manager)
    manager.post(of("open_review", sitting), {"reason": "有人举报"})
    manager.post(of("ask_learner", sitting), {"question": "请说明"})
    explain(the_review(), words="没有", by=ensure_account(sitting.person, at=NOW), at=NOW)
    TrainingClass.objects.update(status=Status.CLOSED)
    answer = manager.post(of("decide_review", sitting), {"verdict": "retake", "reason": "属实"})
    assert answer.status_code == 409
    sitting.refresh_from_db()
    assert sitting.passed
    assert not ScoreChange.objects.exists()


def test_a_class_does_not_close_over_an_open_question(
    cast: Cast, browser_of: Enter, klass: TrainingClass
) -> None:
    sitting = the_sitting(klass)
    appealed(sitting)
    gaps = {gap.where: gap.text for gap in missing_evidence(klass, at=NOW + 30 * DAY)}
    assert gaps["sittings"] == "还有 1 件答卷复核、申诉或成绩更正没有决定。"


def test_an_objection_to_a_result_is_answered_by_the_class(
    cast: Cast, browser_of: Enter, klass: TrainingClass
) -> None:
    appeal = appealed(the_sitting(klass))
    manager = browser_of(cast.class_manager)
    assert "对成绩申诉" in page(manager, reverse("classes:reviews"))
    url = reverse("classes:answer_appeal", args=[appeal.uid])
    assert manager.post(url, {"outcome": "uphold"}).status_code == 422
    assert manager.post(url, {"outcome": "uphold", "answer": "核对无误"}).status_code == 302
    appeal.refresh_from_db()
    assert (appeal.status, appeal.decided_by) == ("upheld", cast.class_manager)


def test_an_objection_to_a_question_goes_to_who_keeps_its_bank(
    cast: Cast, browser_of: Enter, klass: TrainingClass
) -> None:
    sitting = the_sitting(klass)
    no = next(
        n
        for n, q in enumerate(sitting.questions, start=1)
        if Item.objects.get(pk=q["item"]).kind == "single"
    )
    appeal = appealed(sitting, no)
    item = appeal.item
    assert item is not None
    url = reverse("classes:answer_appeal", args=[appeal.uid])
    key = str((item.answer[0] + 1) % len(item.options))
    said = {"outcome": "correct", "answer": "法规已修订", "key": [key]}
    manager = browser_of(cast.class_manager)
    assert "由题库管理人员答复" in page(manager, of("sitting", sitting))
    assert manager.post(url, said).status_code == 404
    item.refresh_from_db()
    assert item.answer != [int(key)]
    city = browser_of(cast.city_official)
    assert f"第 {no} 题" in page(city, of("sitting", sitting))
    assert city.post(url, said).status_code == 302
    item.refresh_from_db()
    assert item.answer == [int(key)]
    change = ScoreChange.objects.get()
    assert (change.state, change.passed_before) == ("held", True)
    settle = reverse("classes:settle_change", args=[change.uid])
    assert "待决定的成绩" in page(manager, reverse("classes:reviews"))
    kept = {"act": "keep", "reason": "成绩已公布"}
    assert manager.post(settle, kept).status_code == 302
    sitting.refresh_from_db()
    assert (sitting.score, sitting.passed) == (change.score_before, True)


def test_outsiders_find_nothing_and_change_nothing(
    cast: Cast, browser_of: Enter, klass: TrainingClass
) -> None:
    sitting = the_sitting(klass)
    appeal = appealed(sitting)
    browser_of(cast.examiner).post(of("open_review", sitting), {"reason": "看到异常"})
    before = Entry.objects.count()
    strangers = (
        *(cast.rival_manager, cast.other_district_official, cast.outsider),
        *(cast.safety_officer, cast.trainer_user, ensure_account(sitting.person, at=NOW)),
    )
    posts = {
        of("open_review", sitting): {"reason": "x"},
        of("ask_learner", sitting): {"question": "x"},
        of("decide_review", sitting): {"verdict": "normal", "reason": "x"},
        reverse("classes:answer_appeal", args=[appeal.uid]): {"outcome": "uphold", "answer": "x"},
    }
    for user in strangers:
        client = browser_of(user)
        assert client.get(of("sitting", sitting)).status_code == 404
        assert client.get(reverse("classes:class_reviews", args=[klass.uid])).status_code == 404
        for url, sent in posts.items():
            assert client.post(url, sent).status_code == 404, (user, url)
    assert Entry.objects.count() == before
    assert the_review().status == "waiting"


def test_officials_see_masked_names_and_only_their_own_scope(
    cast: Cast, browser_of: Enter, klass: TrainingClass
) -> None:
    sitting = the_sitting(klass)
    appealed(sitting)
    district = browser_of(cast.district_official)
    shown = page(district, of("sitting", sitting)) + page(district, reverse("classes:reviews"))
    assert sitting.person.name not in shown
    assert f"{sitting.person.name[0]}*" in shown
    elsewhere = page(browser_of(cast.other_district_official), reverse("classes:reviews"))
    assert "没有等待办理的复核和申诉" in elsewhere


def test_until_release_neither_learner_nor_employer_sees_a_score(
    cast: Cast, browser_of: Enter, clock: SetClock, klass: TrainingClass
) -> None:
    Rule.objects.filter(key="exam.release").update(value="after_close")
    sitting = the_sitting(klass)
    phone = phone_of(sitting.person, browser_of)
    officer = browser_of(cast.safety_officer)
    mine = reverse("classes:mine", args=[klass.uid])
    progress = reverse("classes:progress", args=[klass.uid])
    for client, url in ((phone, mine), (officer, progress)):
        assert not re.search(r"\b100\b ?分?", _theory(page(client, url)))
    staff = page(browser_of(cast.class_manager), reverse("classes:exams", args=[klass.uid]))
    assert "100" in staff
    clock(sitting.closes_at)
    assert "100 分，合格" in page(phone, mine)


def _theory(text: str) -> str:
    """The part of a page that tells theory results."""
    return "".join(re.findall(r"理论(.{0,160})", text, re.S))

"""People decide codes: once, within reach, undone by one key; what they read is written down."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from anlan.foundation.accounts.models import User
from anlan.foundation.accounts.queries import reach
from anlan.foundation.ledger.models import Entry
from anlan.injuries.jobs import code_narratives
from anlan.injuries.models import Case, CodeReview, CodeSuggestion, Target, Why
from anlan.injuries.queries import reviewing as queries
from anlan.injuries.services import reviewing
from anlan.injuries.tests.coding import a_coding_city, set_rule
from anlan.lib.refusals import BadInput, NotAllowed
from anlan.testing.cast import NOW, Cast, the_cast
from anlan.testing.narratives import synthetic_cases
from anlan.testing.scenes import remembered

Enter = Callable[[User], Client]
QUEUE = reverse("injuries:coding")
HX = {"HX-Request": "true"}
CASE_CODES = Target.values


@remembered
def a_queue(cast: Cast, *, cases: int = 4) -> None:
    """Questions of 历城区 and of 长清区, all waiting for people."""
    a_coding_city(cast, uncoded=cases)
    synthetic_cases(1, coded=False, district="370113", seed=9)
    code_narratives(NOW)


def first(user: User) -> CodeSuggestion:
    question = queries.next_question(user, NOW)
    assert question is not None
    return question


def url(question: CodeSuggestion, act: str) -> str:
    return reverse(f"injuries:coding_{act}", args=[question.uid])


def test_three_keys_code_one_case_and_the_next_follows(cast: Cast, browser_of: Enter) -> None:
    a_queue(cast)
    browser = browser_of(cast.district_official)
    page = browser.get(QUEUE).content.decode()
    case = first(cast.district_official).case
    assert case.narrative in page
    for target in Target:
        question = first(cast.district_official)
        assert (question.case, question.target) == (case, target)
        answer = browser.post(url(question, "decide"), {"code": question.labels[0]}, headers=HX)
        assert answer.status_code == 200
    other = first(cast.district_official).case
    assert other != case
    assert other.narrative in answer.content.decode()
    case.refresh_from_db()
    assert all(getattr(case, target) for target in CASE_CODES)
    assert CodeReview.objects.filter(among=True, place=1).count() == 3
    assert Entry.objects.filter(subject=case.subject, verb="code_reviewed").count() == 3
    assert case.versions.count() == 3


def test_another_code_is_found_in_the_list(cast: Cast, browser_of: Enter) -> None:
    a_queue(cast)
    question = first(cast.city_official)
    browser_of(cast.city_official).post(url(question, "decide"), {"code": "27"})
    review = CodeReview.objects.get()
    assert (review.code, review.place, review.among) == ("27", 0, False)
    assert review.offered == question.labels


@pytest.mark.parametrize("code", ["", "99", "019"])
def test_a_code_that_is_not_in_the_list_is_refused(cast: Cast, code: str) -> None:
    a_queue(cast)
    question = first(cast.city_official)
    with pytest.raises(BadInput):
        reviewing.decide_code(question, code, by=cast.city_official, at=NOW)
    assert not CodeReview.objects.exists()
    assert Case.objects.get(pk=question.case_id).type_code == ""


def test_of_two_who_decide_the_slower_changes_nothing(cast: Cast, browser_of: Enter) -> None:
    a_queue(cast)
    question, late = first(cast.city_official), first(cast.city_official)
    reviewing.decide_code(question, "10", by=cast.district_official, at=NOW)
    answer = browser_of(cast.city_official).post(url(late, "decide"), {"code": "27"}, headers=HX)
    assert "没有保存您的选择" in answer.content.decode()
    assert Case.objects.get(pk=late.case_id).type_code == "10"
    assert CodeReview.objects.count() == 1


def test_a_code_that_came_meanwhile_closes_the_question(cast: Cast) -> None:
    a_queue(cast)
    question = first(cast.city_official)
    Case.objects.filter(pk=question.case_id).update(type_code="27")
    assert not queries.open_questions(cast.city_official).filter(pk=question.pk).exists()
    with pytest.raises(NotAllowed):
        reviewing.decide_code(question, "10", by=cast.city_official, at=NOW)
    assert Case.objects.get(pk=question.case_id).type_code == "27"
    assert CodeSuggestion.objects.get(pk=question.pk).status == "waiting"
    assert not CodeReview.objects.exists()


def test_undo_gives_the_question_back_and_no_machine_takes_it(
    cast: Cast, browser_of: Enter
) -> None:
    a_queue(cast)
    browser, question = browser_of(cast.city_official), first(cast.city_official)
    browser.post(url(question, "decide"), {"code": "27"}, headers=HX)
    answer = browser.post(reverse("injuries:coding_undo"), headers=HX)
    assert question.case.narrative in answer.content.decode()
    assert Case.objects.get(pk=question.case_id).type_code == ""
    assert CodeReview.objects.get().undone_at is not None
    set_rule("coding_unattended", True)
    code_narratives(NOW + timedelta(hours=1))
    question.refresh_from_db()
    assert (question.status, Case.objects.get(pk=question.case_id).type_code) == ("waiting", "")
    assert (
        "没有可以撤回" in browser.post(reverse("injuries:coding_undo"), headers=HX).content.decode()
    )


def test_nobody_undoes_what_somebody_else_has_decided(cast: Cast) -> None:
    a_queue(cast)
    review = reviewing.decide_code(first(cast.city_official), "10", by=cast.city_official, at=NOW)
    with pytest.raises(NotAllowed):
        reviewing.undo_review(review, by=cast.district_official, at=NOW)
    assert queries.last_review(cast.district_official, NOW) is None
    review.refresh_from_db()
    assert review.undone_at is None


def test_a_skipped_case_comes_last(cast: Cast, browser_of: Enter) -> None:
    a_queue(cast)
    question = first(cast.district_official)
    browser_of(cast.district_official).post(url(question, "skip"), headers=HX)
    order = queries.open_questions(cast.district_official).order_by("skips", "case_id", "place")
    assert {one.case_id for one in list(order)[-3:]} == {question.case_id}
    assert not CodeReview.objects.exists()


def test_two_people_are_not_shown_the_same_case(cast: Cast, browser_of: Enter) -> None:
    a_queue(cast)
    seen = [
        browser_of(user).get(QUEUE).context["asked"].case
        for user in (cast.city_official, cast.district_official)
    ]
    assert seen[0] != seen[1]


def test_outsiders_find_nothing_and_districts_their_own(cast: Cast, browser_of: Enter) -> None:
    a_queue(cast)
    question = first(cast.district_official)
    for user in (cast.safety_officer, cast.class_manager, cast.outsider):
        browser = browser_of(user)
        assert browser.get(QUEUE).status_code == 404
        assert browser.post(url(question, "decide"), {"code": "10"}).status_code == 404
        assert not queries.open_questions(user).exists()
    for act in ("decide", "skip", "take_back"):
        answer = browser_of(cast.other_district_official).post(url(question, act), {"code": "10"})
        assert answer.status_code == 404
    question.refresh_from_db()
    assert (question.status, question.skips) == ("waiting", 0)
    theirs = queries.open_questions(cast.other_district_official)
    assert {one.case.district for one in theirs.select_related("case")} == {"370113"}


def test_reading_is_written_down_once_a_day(cast: Cast, browser_of: Enter) -> None:
    a_queue(cast)
    browser = browser_of(cast.city_official)
    for _ in range(2):
        browser.get(QUEUE)
    read = Entry.objects.filter(verb="narrative_read")
    assert read.get().actor == f"user/{cast.city_official.uid}"
    browser_of(cast.other_district_official).get(QUEUE)
    assert read.count() == 2


def test_a_sample_looks_like_every_other_question(cast: Cast, browser_of: Enter) -> None:
    a_queue(cast)
    browser = browser_of(cast.city_official)
    plain = browser.get(QUEUE).context["asked"]
    CodeSuggestion.objects.update(why=Why.SAMPLE)
    assert browser.get(QUEUE).context["asked"] == plain


def test_the_case_says_whose_code_it_is_and_gives_a_machines_back(
    cast: Cast, browser_of: Enter
) -> None:
    set_rule("coding_unattended", True)
    set_rule("coding_sample_share", 0)
    a_queue(cast)
    applied = CodeSuggestion.objects.filter(
        status="applied", case__district="370112"
    ).select_related("case")[0]
    case, browser = applied.case, browser_of(cast.district_official)
    page = reverse("injuries:case", args=[case.uid])
    assert "机器编码" in browser.get(page).content.decode()
    assert browser.post(url(applied, "take_back")).status_code == 302
    case.refresh_from_db()
    assert getattr(case, applied.target) == ""
    code_narratives(NOW + timedelta(hours=1))
    applied.refresh_from_db()
    assert (applied.status, applied.why) == ("waiting", Why.TAKEN_BACK)
    assert "退回机器编码" in browser.get(page).content.decode()


ACTS = st.lists(
    st.tuples(
        st.sampled_from(["decide", "undo", "skip", "machine", "file", "take_back"]),
        st.integers(0, 2),
    ),
    max_size=14,
)


class WhateverHappens(TestCase):
    """A person's code is never overwritten by a machine; undo restores; a review counts once."""

    @settings(max_examples=8)
    @given(acts=ACTS, unattended=st.booleans())
    def test_people_keep_the_last_word(self, acts: list[tuple[str, int]], unattended: bool) -> None:
        cast = the_cast()
        a_queue(cast)
        set_rule("coding_unattended", unattended)
        people = (cast.city_official, cast.district_official, cast.other_district_official)
        said: dict[tuple[int, str], str] = {}
        for step, (act, who) in enumerate(acts):
            at = NOW + timedelta(minutes=step + 1)
            _play(act, people[who], at, said)
            for (pk, target), code in said.items():
                self.assertEqual(getattr(Case.objects.get(pk=pk), target), code)
            standing = CodeReview.objects.filter(undone_at=None)
            self.assertEqual(standing.count(), standing.values("suggestion").distinct().count())
            for user in people[1:]:
                district = next(iter(reach(user).districts))
                shown = queries.open_questions(user).exclude(case__district=district)
                self.assertFalse(shown.exists())


def _play(act: str, user: User, at: object, said: dict[tuple[int, str], str]) -> None:
    question = queries.next_question(user, at)  # type: ignore[arg-type]
    last = queries.last_review(user, at)  # type: ignore[arg-type]
    applied = CodeSuggestion.objects.filter(status="applied").first()
    if act == "machine":
        code_narratives(at)  # type: ignore[arg-type]
    elif act == "undo" and last is not None:
        key = (last.suggestion.case_id, last.suggestion.target)
        reviewing.undo_review(last, by=user, at=at)  # type: ignore[arg-type]
        said[key] = last.former
    elif act == "take_back" and applied is not None:
        reviewing.take_back_machine_code(applied, by=user, at=at)  # type: ignore[arg-type]
        said[applied.case_id, applied.target] = ""
    elif question is None:
        return
    elif act == "skip":
        reviewing.skip_case(question)
    elif act == "decide":
        code = question.labels[0]
        reviewing.decide_code(question, code, by=user, at=at)  # type: ignore[arg-type]
        said[question.case_id, question.target] = code
    elif act == "file":
        Case.objects.filter(pk=question.case_id).update(**{question.target: "3.27"}, changed_at=at)
        said[question.case_id, question.target] = "3.27"

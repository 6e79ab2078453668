"""Papers by rule: a fitting paper is found wherever there is one, else what is missing is said."""

from collections import Counter
from collections.abc import Callable
from datetime import date, timedelta
from itertools import combinations
from random import Random
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from hypothesis import given, settings
from hypothesis import strategies as st

from anlan.assessments.blueprints import demand_of, plan, shared_out
from anlan.assessments.models import Bank, Item, ItemCode, ItemKind, PaperRule, Sitting
from anlan.assessments.papers import Candidate, draw, supply_of
from anlan.assessments.queries import composition_of, paper_rule_for, shortages
from anlan.assessments.services import (
    end_paper_rule,
    schedule_sittings,
    set_paper_rule,
    start_sitting,
)
from anlan.assessments.tests.builders import HOUR, a_full_bank, a_learner, the_rules
from anlan.foundation.accounts.models import User
from anlan.lib.refusals import BadInput, Refused
from anlan.testing.cast import NOW, Cast

Browser = Callable[[User], Client]
KINDS = [kind.value for kind in ItemKind]
TODAY = date(2026, 11, 23)

items = st.lists(
    st.tuples(st.sampled_from(KINDS), st.sampled_from(["01", "09", ""]), st.integers(1, 3)),
    max_size=9,
)
asked = st.fixed_dictionaries(
    {
        "single": st.integers(0, 3),
        "multiple": st.integers(0, 2),
        "judge": st.integers(0, 2),
        "difficulty": st.sampled_from(
            [{}, {"1": 50, "2": 50, "3": 0}, {"1": 30, "2": 40, "3": 30}]
        ),
        "risks": st.lists(
            st.fixed_dictionaries(
                {
                    "risk": st.sampled_from(["01", "09"]),
                    "kind": st.sampled_from(["", *KINDS]),
                    "least": st.integers(1, 2),
                }
            ),
            max_size=3,
        ),
    }
)


def a_pool(rows: list[tuple[str, str, int]]) -> list[Candidate]:
    return [Candidate(n, kind, "", 4, risk, level) for n, (kind, risk, level) in enumerate(rows)]


def fits(paper: list[Candidate], composition: dict[str, Any]) -> bool:
    """By the words of the rule, knowing nothing of flows."""
    kinds = Counter(item.kind for item in paper)
    if any(kinds[kind] != composition[kind] for kind in KINDS):
        return False
    shares = {int(k): float(v) for k, v in composition["difficulty"].items()}
    if shares:
        for kind in KINDS:
            levels = Counter(item.difficulty for item in paper if item.kind == kind)
            wanted = shared_out(composition[kind], shares)
            if any(levels[level] != wanted[level] for level in wanted):
                return False
    return all(
        sum(item.risk == row["risk"] and row["kind"] in {"", item.kind} for item in paper)
        >= row["least"]
        for row in composition["risks"]
    )


def some_paper_fits(pool: list[Candidate], composition: dict[str, Any]) -> bool:
    size = sum(composition[kind] for kind in KINDS)
    return any(fits(list(paper), composition) for paper in combinations(pool, size))


@settings(max_examples=150, deadline=None)
@given(items, asked, st.integers(0, 99), st.sets(st.integers(0, 8)))
def test_a_fitting_paper_is_found_or_the_check_said_no(
    rows: list[tuple[str, str, int]], composition: dict[str, Any], seed: int, avoid: set[int]
) -> None:
    pool = a_pool(rows)
    demand = demand_of(composition)
    feasible = not plan(supply_of(pool, demand), demand).missing
    assert feasible == some_paper_fits(pool, composition)
    drawn = draw(pool, composition, avoid=avoid, chance=Random(seed))
    ids = [question["item"] for question in drawn]
    assert len(set(ids)) == len(ids)
    if feasible:
        assert fits([pool[pk] for pk in ids], composition)
    assert all(sorted(q["order"]) == [0, 1, 2, 3] for q in drawn)


@settings(max_examples=60, deadline=None)
@given(items, asked, st.sets(st.integers(0, 8)))
def test_a_make_up_draws_other_items_as_far_as_there_are_any(
    rows: list[tuple[str, str, int]], composition: dict[str, Any], avoid: set[int]
) -> None:
    pool = a_pool(rows)
    size = sum(composition[kind] for kind in KINDS)
    papers = [p for p in combinations(pool, size) if fits(list(p), composition)]
    if not papers:
        return
    drawn = draw(pool, composition, avoid=avoid, chance=Random(1))
    again = sum(question["item"] in avoid for question in drawn)
    assert again == min(sum(item.id in avoid for item in paper) for paper in papers)


def test_shares_are_whole_numbers_that_sum_up() -> None:
    assert shared_out(10, {1: 30, 2: 50, 3: 20}) == {1: 3, 2: 5, 3: 2}
    assert shared_out(5, {1: 30, 2: 50, 3: 20}) == {1: 2, 2: 2, 3: 1}
    assert shared_out(1, {1: 1, 2: 1, 3: 1}) == {1: 1, 2: 0, 3: 0}
    assert sum(shared_out(7, {1: 33, 2: 33, 3: 34}).values()) == 7


def the_facts(**changes: object) -> dict[str, Any]:
    return {
        "title": "矿山班组长",
        "industry": "hazchem",
        "role": "",
        "valid_from": TODAY,
        "counts": {"single": 4, "multiple": 2, "judge": 4},
        "weights": {"single": 10, "multiple": 15, "judge": 7.5},
        "risks": [{"risk": "09", "kind": "multiple", "least": 2}],
        "difficulty": {},
        "minutes": 45,
        "pass_mark": 85,
    } | changes


def a_rule(by: User, **changes: object) -> PaperRule:
    return set_paper_rule(the_facts(**changes), by=by, at=NOW)


@pytest.fixture
def bank(cast: Cast) -> Bank:
    return a_full_bank()


def schedule(rule: PaperRule, cast: Cast) -> Sitting:
    return schedule_sittings(
        [a_learner()],
        title="考试",
        industry="hazchem",
        rules=the_rules(),
        opens_at=NOW,
        closes_at=NOW + HOUR,
        by=cast.city_official,
        at=NOW - HOUR,
        paper_rule=rule,
    )[0]


def test_a_rule_that_the_banks_cant_meet_schedules_nothing(bank: Bank, cast: Cast) -> None:
    rule = a_rule(cast.city_official)
    told = shortages(composition_of(rule), "hazchem", None)
    assert told == ["还缺 2 道 高处坠落 多选题"]
    with pytest.raises(Refused, match="还缺 2 道 高处坠落 多选题"):
        schedule(rule, cast)
    assert not Sitting.objects.exists()


def test_a_sitting_freezes_its_rule_and_its_paper_keeps_it(bank: Bank, cast: Cast) -> None:
    fitting = bank.items.filter(kind=ItemKind.MULTIPLE).values_list("pk", flat=True)[:3]
    Item.objects.filter(pk__in=list(fitting)).update(risk="09")
    rule = a_rule(cast.city_official)
    assert shortages(composition_of(rule), "hazchem", None) == []
    sitting = schedule(rule, cast)
    a_rule(cast.city_official, risks=[], minutes=90)
    sitting.refresh_from_db()
    assert (sitting.minutes, int(sitting.pass_mark)) == (45, 85)
    assert sitting.composition["rule"] == str(rule.uid)
    start_sitting(sitting, by=None, at=NOW)
    drawn = Item.objects.filter(pk__in=[q["item"] for q in sitting.questions])
    assert drawn.filter(kind=ItemKind.MULTIPLE, risk="09").count() == 2
    assert drawn.count() == 10


def test_items_for_another_role_are_not_drawn(bank: Bank, cast: Cast) -> None:
    for item in bank.items.filter(kind=ItemKind.JUDGE)[:17]:
        ItemCode.objects.create(item=item, kind="role", code="student")
    rule = a_rule(cast.city_official, risks=[], role="worker")
    told = shortages(composition_of(rule), "hazchem", None)
    assert told == ["判断题需 4 题，只有 3 题"]
    other = a_rule(cast.city_official, risks=[], role="student")
    assert shortages(composition_of(other), "hazchem", None) == []


def test_the_narrower_rule_wins_and_each_ends_where_the_next_begins(cast: Cast) -> None:
    by, week = cast.city_official, timedelta(days=7)
    everybody = a_rule(by, industry="", title="全行业")
    first = a_rule(by)
    second = a_rule(by, valid_from=TODAY + week, title="新的")
    first.refresh_from_db()
    assert first.valid_to == TODAY + week
    assert paper_rule_for("hazchem", TODAY) == first
    assert paper_rule_for("hazchem", TODAY + week) == second
    assert paper_rule_for("mining", TODAY) == everybody
    assert paper_rule_for("mining", TODAY - week) is None
    end_paper_rule(second, on=TODAY + 2 * week, by=by, at=NOW)
    assert paper_rule_for("hazchem", TODAY + 2 * week) == everybody


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"counts": {"single": 0, "multiple": 0, "judge": 0}, "risks": []}, "一道题都没有"),
        ({"difficulty": {"1": 50, "2": 20, "3": 20}}, "100%"),
        ({"risks": [{"risk": "09", "kind": "", "least": 11}]}, "超过全卷"),
        ({"risks": [{"risk": "09", "kind": "multiple", "least": 3}]}, "总题数还多"),
        ({"weights": {"single": 0, "multiple": 0, "judge": 0}}, "没有分值"),
    ],
)
def test_an_impossible_rule_is_refused(cast: Cast, changes: dict[str, object], words: str) -> None:
    with pytest.raises(BadInput, match=words):
        a_rule(cast.city_official, **changes)
    assert not PaperRule.objects.exists()


def test_the_page_checks_before_it_saves(bank: Bank, cast: Cast, browser_of: Browser) -> None:
    desk = browser_of(cast.city_official)
    to = reverse("assessments:new_paper_rule")
    assert "新建组卷规则" in desk.get(to).content.decode()
    form = {
        "title": "高处作业",
        "industry": "hazchem",
        "role": "",
        "valid_from": "2026-11-23",
        "minutes": "45",
        "pass_mark": "85",
        "risk_0": "09",
        "risk_kind_0": "single",
        "risk_least_0": "3",
    }
    for kind in KINDS:
        form |= {f"count_{kind}": "4", f"weight_{kind}": "5"}
    page = desk.post(to, form | {"act": "check"}).content.decode()
    assert "还缺 3 道 高处坠落 单选题" in page
    assert not PaperRule.objects.exists()
    half = desk.post(to, form | {"risk_least_0": "", "act": "save"}).content.decode()
    assert "要一起填" in half
    desk.post(to, form | {"act": "save"})
    rule = PaperRule.objects.get()
    assert rule.risks == [{"risk": "09", "kind": "single", "least": 3}]
    shown = desk.get(reverse("assessments:paper_rules")).content.decode()
    assert "高处坠落 单选题 至少 3 题" in shown
    assert "还缺 3 道 高处坠落 单选题" in shown
    assert (
        "题库还不够"
        in desk.get(reverse("assessments:paper_rule", args=[rule.uid])).content.decode()
    )
    for user in (cast.class_manager, cast.district_official, cast.outsider):
        other = browser_of(user)
        assert other.post(to, form).status_code == 404
        ended = other.post(reverse("assessments:end_paper_rule", args=[rule.uid]))
        assert ended.status_code == 404
    rule.refresh_from_db()
    assert rule.valid_to is None

"""The city puts projects on the books; officials read them, nobody else does."""

import json
from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client

from anlan.foundation.accounts.models import User
from anlan.foundation.ledger.models import Entry
from anlan.foundation.ledger.queries import timeline
from anlan.lib.dates import local_date
from anlan.lib.refusals import BadInput
from anlan.programs.models import Project
from anlan.programs.queries import filtered, in_force, totals
from anlan.programs.services import add_project
from anlan.testing.cast import NOW, Cast

Enter = Callable[[User], Client]
TODAY = local_date(NOW)
TYPED = {
    "code": "GSYF-2026-01",
    "title": "危化品企业能力提升培训",
    "industry": "hazchem",
    "since": "2026-01-01",
    "until": "2026-12-31",
    "quota_people": "8000",
    "unit_price": "420.50",
}


def a_project(code: str = "P1", **changes: Any) -> Project:
    facts: dict[str, Any] = {
        "title": "年度培训",
        "industry": "",
        "since": date(2026, 1, 1),
        "until": date(2026, 12, 31),
        "quota_people": 100,
        "unit_price": Decimal("300"),
    }
    return add_project(code=code, by=None, at=NOW, synthetic=True, **facts | changes)


def test_the_city_adds_a_project(cast: Cast, browser_of: Enter) -> None:
    browser = browser_of(cast.city_official)
    assert "登记项目" in browser.get("/programs/add").content.decode()
    page = browser.post("/programs/add", TYPED, follow=True).content.decode()
    project = Project.objects.get()
    assert (project.quota_people, project.unit_price) == (8000, Decimal("420.50"))
    assert "已立项「危化品企业能力提升培训」" in page
    assert "¥3,364,000.00" in page
    data = json.loads(Entry.objects.get(subject=project.subject).leaf)["data"]
    assert (data["unit_price"], data["quota_people"]) == ("420.50", 8000)
    (told,) = timeline([project.subject])
    assert told.sentence == "立项「危化品企业能力提升培训」：8000 人次，每人次 420.50 元"
    assert told.who == "市级监管员"


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"until": "2026-01-01"}, "结束日期应晚于开始日期"),
        ({"quota_people": "0"}, "计划人次至少为 1"),
        ({"unit_price": "abc"}, "单价请填数字，例如 420.50"),
        ({"title": ""}, "请填写项目名称"),
    ],
)
def test_what_cannot_be_is_said_at_its_field(
    cast: Cast, browser_of: Enter, changes: dict[str, str], words: str
) -> None:
    page = browser_of(cast.city_official).post("/programs/add", TYPED | changes)
    assert page.status_code == 422
    assert not Project.objects.exists()
    assert words in page.content.decode()


def test_a_code_is_taken_once(cast: Cast, browser_of: Enter) -> None:
    a_project("GSYF-2026-01")
    page = browser_of(cast.city_official).post("/programs/add", TYPED)
    assert page.status_code == 422
    assert "这个项目编号已登记" in page.content.decode()
    with pytest.raises(BadInput, match="已登记"):
        a_project("GSYF-2026-01")
    assert Project.objects.count() == 1


@pytest.mark.parametrize("changes", [{"until": date(2026, 1, 1)}, {"quota_people": 0}])
def test_the_service_refuses_nonsense_too(db: None, changes: dict[str, Any]) -> None:
    with pytest.raises(BadInput):
        a_project(**changes)
    assert not Project.objects.exists()
    assert not Entry.objects.exists()


@pytest.mark.parametrize("who", ["outsider", "class_manager", "safety_officer"])
def test_others_do_not_find_the_ledger(cast: Cast, browser_of: Enter, who: str) -> None:
    assert browser_of(getattr(cast, who)).get("/programs/").status_code == 404


@pytest.mark.parametrize("who", ["outsider", "class_manager", "district_official"])
def test_only_the_city_adds(cast: Cast, browser_of: Enter, who: str) -> None:
    assert browser_of(getattr(cast, who)).post("/programs/add", TYPED).status_code == 404
    assert not Project.objects.exists()


def test_a_district_reads_the_ledger(cast: Cast, browser_of: Enter) -> None:
    a_project()
    page = browser_of(cast.district_official).get("/programs/").content.decode()
    assert "年度培训" in page
    assert "登记项目" not in page


def test_filters_and_totals_agree(db: None) -> None:
    a_project("A", quota_people=10, unit_price=Decimal("1.50"))
    a_project("B", industry="mining", quota_people=20, unit_price=Decimal("2"))
    a_project("C", since=TODAY + timedelta(days=1))
    a_project("D", since=date(2020, 1, 1), until=date(2020, 12, 31))
    everything = Project.objects.all()

    def codes(**filters: str) -> list[str]:
        return sorted(one.code for one in filtered(everything, on=TODAY, **filters))

    assert codes() == ["A", "B", "C", "D"]
    assert codes(state="running") == ["A", "B"]
    assert codes(state="coming") == ["C"]
    assert codes(state="over") == ["D"]
    assert codes(industry="mining") == ["B"]
    assert codes(text="b") == ["B"]
    running = totals(filtered(everything, on=TODAY, state="running"))
    assert (running.people, running.budget) == (30, Decimal("55"))


def test_a_class_is_charged_to_a_project_in_force_for_its_trade(db: None) -> None:
    general, mining = a_project("A"), a_project("B", industry="mining")
    a_project("C", since=TODAY + timedelta(days=1))
    assert list(in_force(TODAY, industry="mining")) == [general, mining]
    assert list(in_force(TODAY, industry="hazchem")) == [general]
    assert list(in_force(date(2026, 12, 31))) != []
    assert mining not in in_force(date(2027, 1, 1))

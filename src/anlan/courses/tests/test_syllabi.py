"""Shipped syllabi are loaded once however often, and anybody signed in may read them."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from anlan.courses.models import Module, Syllabus, SyllabusModule
from anlan.courses.queries import modules_of, outlines, risk_names, syllabi
from anlan.courses.services import SHIPPED, load_syllabi
from anlan.foundation.accounts.models import User
from anlan.testing.cast import Cast


def counts() -> tuple[int, int, int]:
    return Syllabus.objects.count(), Module.objects.count(), SyllabusModule.objects.count()


@pytest.mark.django_db
def test_loading_twice_changes_nothing() -> None:
    shipped = json.loads(SHIPPED.read_text("utf-8"))
    assert load_syllabi() == len(shipped)
    first, uids = counts(), set(Syllabus.objects.values_list("uid", flat=True))
    assert load_syllabi() == len(shipped)
    assert counts() == first
    assert set(Syllabus.objects.values_list("uid", flat=True)) == uids


@pytest.mark.django_db
def test_a_reworded_module_and_a_new_order_are_taken_over(tmp_path: Path) -> None:
    load_syllabi()
    rows = json.loads(SHIPPED.read_text("utf-8"))[:1]
    rows[0]["modules"].reverse()
    rows[0]["modules"][0]["title"] = "改过的名字"
    book = tmp_path / "syllabi.json"
    book.write_text(json.dumps(rows), "utf-8")
    before = counts()
    load_syllabi(book)
    taught = modules_of(Syllabus.objects.get(key=rows[0]["key"]))
    assert [module.key for module in taught] == [module["key"] for module in rows[0]["modules"]]
    assert taught[0].title == "改过的名字"
    assert counts() == before


@pytest.mark.django_db
def test_outlines_are_read_in_three_queries_in_the_order_of_the_codes(
    django_assert_num_queries: Any,
) -> None:
    load_syllabi()
    outlines(syllabi())
    with django_assert_num_queries(3):
        found = outlines(syllabi())
    assert found[0].syllabus.industry == "hazchem"
    assert [one.syllabus.role for one in found[:3]] == ["head", "safety_manager", "team_leader"]
    assert all(one.hours >= one.syllabus.hours_required for one in found)
    assert all(0 < (one.offline_share or 0) <= 1 for one in found)


@pytest.mark.django_db
def test_every_risk_of_the_shipped_modules_has_a_name() -> None:
    load_syllabi()
    for module in Module.objects.all():
        assert not any(name.isdigit() for name in risk_names(module)), module.key


def test_whoever_is_signed_in_reads_the_syllabi_of_a_trade(
    cast: Cast, browser_of: Callable[[User], Client]
) -> None:
    load_syllabi()
    page = browser_of(cast.outsider).get("/courses/", {"industry": "mining", "role": "worker"})
    text = page.content.decode()
    assert "井下避灾自救与呼吸防护" in text
    assert "冒顶片帮" in text
    assert "熔融金属" not in text


def test_nonsense_in_the_address_filters_nothing(
    cast: Cast, browser_of: Callable[[User], Client]
) -> None:
    load_syllabi()
    page = browser_of(cast.outsider).get("/courses/", {"industry": "'--"})
    assert "熔融金属" in page.content.decode()


def test_a_stranger_is_sent_to_the_door(client: Client, db: None) -> None:
    assert client.get("/courses/").status_code == 302

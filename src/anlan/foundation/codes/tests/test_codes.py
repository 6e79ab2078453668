"""Code lists: loaded whole, read by date, found by two characters."""

from __future__ import annotations

from datetime import date

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from anlan.foundation.codes import queries, services
from anlan.foundation.codes.models import Code, System

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _loaded() -> None:
    services.load_codes()


def test_every_level_of_the_industries_is_there_and_hangs_together() -> None:
    industries = queries.all_codes(System.GB_T_4754)
    levels = [sum(code.level == level for code in industries) for level in (1, 2, 3, 4)]
    assert levels == [20, 97, 473, 1381]
    known = {code.code for code in industries} | {""}
    assert all(code.parent_code in known for code in industries)


def test_loading_again_changes_nothing() -> None:
    before = list(Code.objects.order_by("pk").values())
    assert services.load_codes() == len(before)
    assert list(Code.objects.order_by("pk").values()) == before


def test_loading_mends_a_name_and_keeps_the_row() -> None:
    row = Code.objects.get(system=System.GB_T_2260, code="370102")
    Code.objects.filter(pk=row.pk).update(name="误")
    services.load_codes()
    assert queries.code_name(System.GB_T_2260, "370102") == "历下区"
    assert Code.objects.get(system=System.GB_T_2260, code="370102").pk == row.pk


def test_a_code_has_one_version_a_day() -> None:
    row = Code.objects.get(system=System.GB_T_2260, code="370102")
    with pytest.raises(IntegrityError), transaction.atomic():
        Code.objects.create(
            system=row.system, code=row.code, name="又一个", valid_from=row.valid_from
        )
    assert Code.objects.filter(system=row.system, code=row.code).count() == 1


def test_the_city_has_its_districts_counties_and_functional_zones() -> None:
    names = [code.name for code in queries.districts()]
    assert len(names) == 15
    assert names[0] == "历下区"
    assert {"济南高新技术产业开发区", "济南新旧动能转换起步区", "南部山区"} <= set(names)
    city = queries.city()
    assert city is not None
    assert city.name == "济南市"


def test_accident_types_change_on_the_first_of_july_2026() -> None:
    assert len(queries.accident_types(date(2026, 6, 30))) == 20
    assert len(queries.accident_types(date(2026, 7, 1))) == 27
    assert not queries.is_code(System.GB_6441_1986, "01", on=date(2026, 7, 1))
    assert queries.code_name(System.GB_6441_1986, "01") == "物体打击"


def test_the_newest_version_is_read_unless_a_day_is_asked_for() -> None:
    Code.objects.create(
        system=System.GB_T_2260,
        code="370102",
        name="历下新区",
        parent_code="370100",
        level=3,
        valid_from=date(2030, 1, 1),
        sort=2,
    )
    queries.forget()
    assert queries.code_name(System.GB_T_2260, "370102") == "历下新区"
    assert queries.code_name(System.GB_T_2260, "370102", on=date(2026, 11, 23)) == "历下区"
    assert len(queries.districts()) == 15
    queries.forget()


def test_an_unknown_code_is_shown_as_it_is() -> None:
    assert queries.code_name(System.GB_T_4754, "Z9999") == "Z9999"
    assert queries.find(System.GB_T_4754, "Z9999") is None
    assert queries.lineage(System.GB_T_4754, "Z9999") == []


@pytest.mark.parametrize(
    ("text", "first"),
    [("C2614", "C2614"), ("2614", "C2614"), ("c26", "C26"), ("稻谷", "A0111"), ("采矿", "B"), ("有机 原料", "C2614")],
)  # fmt: skip
def test_an_industry_is_found_by_code_or_two_characters(text: str, first: str) -> None:
    assert queries.search(System.GB_T_4754, text)[0].code == first


def test_one_character_finds_nothing_and_nonsense_neither() -> None:
    assert queries.search(System.GB_T_4754, "业") == []
    assert queries.search(System.GB_T_4754, "查无此业") == []
    assert queries.search(System.GB_T_4754, "  ") == []


def test_lists_are_read_from_the_database_once() -> None:
    queries.forget()
    with CaptureQueriesContext(connection) as asked:
        for _ in range(3):
            queries.code_name(System.GB_T_4754, "C2614")
            queries.children(System.GB_T_4754, "C")
    assert len(asked) == 1


def test_an_empty_list_is_not_remembered() -> None:
    Code.objects.all().delete()
    queries.forget()
    assert queries.districts() == []
    services.load_codes()
    assert len(queries.districts()) == 15


@pytest.mark.parametrize(
    ("industry", "hazardous", "counted"),
    [
        ("C2614", False, "hazchem"),
        ("C3110", False, "metallurgy"),
        ("B0610", False, "mining"),
        ("C3011", False, "building_materials"),
        ("E4710", False, "construction"),
        ("G5431", False, "transport"),
        ("G5435", False, "transport"),
        ("G5435", True, "hazchem"),
        ("G5942", False, "hazchem"),
        ("G5990", False, "transport"),
        ("C3411", False, "machinery"),
        ("C2710", False, "other"),
        ("C2710", True, "hazchem"),
        ("P8331", False, "other"),
        ("", False, "other"),
        ("c31", False, "metallurgy"),
    ],
)  # fmt: skip
def test_an_enterprise_is_counted_under_its_key_industry(
    industry: str, hazardous: bool, counted: str
) -> None:
    assert queries.key_industry_of(industry, hazardous) == counted
    assert queries.is_code(System.KEY_INDUSTRY, counted)

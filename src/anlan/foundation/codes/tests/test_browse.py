"""The code browser: every list, searched and stepped through, and the accident types' crosswalk."""

from datetime import date

import pytest
from django.test import Client

from anlan.foundation.codes import lists, queries, services
from anlan.foundation.codes.models import System
from anlan.testing.cast import Cast

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _loaded() -> None:
    services.load_codes()


@pytest.fixture
def desk(client: Client, cast: Cast) -> Client:
    client.force_login(cast.safety_officer)
    return client


def test_every_list_has_a_page_with_its_source(desk: Client) -> None:
    front = desk.get("/codes/").content.decode()
    for one in lists.code_lists():
        page = desk.get(f"/codes/{one.system}/").content.decode()
        assert one.title in front
        assert one.source in page
        assert one.size > 0


def test_every_known_system_ships_and_every_shipped_one_is_known() -> None:
    assert {one.system for one in lists.code_lists()} == {str(system) for system in System}


@pytest.mark.parametrize("system", [s for s in System if s.startswith("gb_6441_")])
def test_the_trees_hang_together(system: System) -> None:
    codes = queries.all_codes(system)
    known = {code.code for code in codes}
    assert all(code.parent_code in known or code.level == 1 for code in codes)
    assert len(known) == len(codes)


def test_two_characters_find_an_unsafe_act(desk: Client) -> None:
    page = desk.get("/codes/gb_6441_unsafe_act/", {"q": "安全带"}).content.decode()
    assert "未佩戴安全带" in page
    assert "7.11.6" in page


def test_what_is_not_found_says_what_to_do(desk: Client) -> None:
    page = desk.get("/codes/gb_t_4754/", {"q": "没有这个"}).content.decode()
    assert "换一个说法" in page


def test_a_long_list_is_stepped_through(desk: Client) -> None:
    top = desk.get("/codes/gb_t_4754/").content.decode()
    assert "制造业" in top
    assert "有机化学原料制造" not in top
    below = desk.get("/codes/gb_t_4754/", {"parent": "C261"}).content.decode()
    assert "有机化学原料制造" in below


def test_an_unknown_list_is_no_page(desk: Client) -> None:
    assert desk.get("/codes/gb_0000/").status_code == 404


def test_who_is_not_logged_in_is_asked_to(client: Client) -> None:
    assert client.get("/codes/").status_code == 302


def test_every_old_type_leads_somewhere_and_every_new_one_is_accounted_for() -> None:
    crossings = lists.crosswalk()
    old = {code.code for code in queries.all_codes(System.GB_6441_1986)}
    new = {code.code for code in queries.all_codes(System.GB_6441_2025)}
    assert {one.old.code for one in crossings} == old
    fresh = {code.code for code in lists.without_forerunner()}
    assert {one.new.code for one in crossings} | fresh == new


def test_relations_say_what_the_ways_are() -> None:
    """A split type has several ways, any other exactly one."""
    ways: dict[str, list[lists.Crossing]] = {}
    for one in lists.crosswalk():
        ways.setdefault(one.old.code, []).append(one)
    for crossings in ways.values():
        split = {one.relation for one in crossings} == {lists.Relation.SPLIT}
        assert split == (len(crossings) > 1)


def test_only_an_unsplit_type_has_a_certain_counterpart() -> None:
    assert lists.certain_counterpart("09") == queries.find(System.GB_6441_2025, "10")
    assert lists.certain_counterpart("019") is None
    assert [code.name for code in lists.counterparts("019")] == ["中毒", "窒息"]


def test_the_crosswalk_s_page_says_what_nobody_has_checked(desk: Client) -> None:
    page = desk.get("/codes/crosswalk/").content.decode()
    assert "尚未与标准印本核对" in page
    assert "管道爆炸" in page


def test_a_list_that_has_ended_says_so(desk: Client) -> None:
    ended = lists.code_list("gb_6441_1986")
    assert ended is not None
    assert not ended.holds_on(date(2026, 7, 1))
    assert ended.holds_on(date(2026, 6, 30))

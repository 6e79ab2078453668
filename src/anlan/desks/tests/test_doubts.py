"""Doubts on the desks: one line for officials who decide, one each for the provider that is asked."""

from collections.abc import Callable
from datetime import date

import pytest
from django.test import Client
from django.urls import reverse

from anlan.foundation.accounts.models import User
from anlan.foundation.ledger.sequencer import sequence
from anlan.supervision.jobs import draw_announced
from anlan.supervision.models import DrawMethod, SpotCheck, Ticket, TicketKind
from anlan.supervision.services.checks import announce_draw, assign_check
from anlan.supervision.services.tickets import ask_provider, assign_ticket
from anlan.supervision.tests.scenes import a_ticket
from anlan.testing.cast import NOW, Cast
from anlan.testing.classes import a_running_class

MONDAY = date(2026, 11, 30)  # of the week in which the class is held
Enter = Callable[[User], Client]


@pytest.fixture
def tickets(cast: Cast) -> list[Ticket]:
    klass = a_running_class(cast)
    return [a_ticket(klass), a_ticket(klass, kind=TicketKind.FAST)]


def test_officials_who_decide_find_them_in_one_line(
    cast: Cast, tickets: list[Ticket], browser_of: Enter
) -> None:
    assign_ticket(tickets[0], cast.city_official, by=cast.city_official, at=NOW)
    for user in (cast.city_official, cast.district_official):
        page = browser_of(user).get("/").content.decode()
        assert "疑点工单 2 件待核实" in page
        assert "其中 1 件未指派" in page
    assert "件待核实" not in browser_of(cast.other_district_official).get("/").content.decode()


def test_a_provider_finds_what_it_is_asked_and_nothing_before(
    cast: Cast, tickets: list[Ticket], browser_of: Enter
) -> None:
    browser = browser_of(cast.class_manager)
    assert "人数不符" not in browser.get("/").content.decode()
    assign_ticket(tickets[0], cast.city_official, by=cast.city_official, at=NOW)
    asked = ask_provider(tickets[0], "请说明人数", by=cast.city_official, at=NOW)
    page = browser.get("/").content.decode()
    assert "监管问询：人数不符" in page
    assert reverse("supervision:inquiry", args=[asked.uid]) in page
    assert "作答过快" not in page
    assert "监管问询：人数不符" not in browser_of(cast.rival_manager).get("/").content.decode()


def test_an_inspector_finds_the_visit_and_nobody_else_does(cast: Cast, browser_of: Enter) -> None:
    klass = a_running_class(cast)
    announce_draw(monday=MONDAY, method=DrawMethod.RANDOM, count=1, by=cast.city_official, at=NOW)
    sequence(NOW)
    draw_announced(NOW)
    check = SpotCheck.objects.get()
    browser = browser_of(cast.district_official)
    assert f"抽查：{klass.title}" not in browser.get("/").content.decode()
    assign_check(check, cast.district_official, by=cast.city_official, at=NOW)
    page = browser.get("/").content.decode()
    assert f"抽查：{klass.title}" in page
    assert reverse("supervision:check", args=[check.uid]) in page
    assert f"抽查：{klass.title}" not in browser_of(cast.city_official).get("/").content.decode()

"""The rates by their written rule, and who sees which."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse

from anlan.foundation.accounts.models import Role, ScopeKind
from anlan.hazards.models import Grade
from anlan.hazards.queries.figures import Figures, Period, figures_by, figures_of
from anlan.hazards.services.reporting import reopen_hazard
from anlan.hazards.tests.builders import (
    a_closed_hazard,
    a_hazard,
    a_worker_with_account,
    an_assigned_hazard,
)
from anlan.identity.models import Person
from anlan.testing.cast import NOW, Cast, a_user
from anlan.testing.queries import counted

Enter = Callable[[object], Client]
DAY = timedelta(days=1)
PERIOD = Period(NOW - DAY, NOW + 60 * DAY, NOW + 50 * DAY)


@pytest.fixture
def person(cast: Cast) -> Person:
    return a_worker_with_account(cast)[0]


def test_in_time_over_due(cast: Cast, person: Person) -> None:
    a_closed_hazard(cast, person, days=3)
    a_closed_hazard(cast, person, days=20)  # handed in five days late
    an_assigned_hazard(cast, person)  # never done
    a_hazard(cast)  # nobody was told to: not due, but overdue
    found = figures_of(cast.city_official, PERIOD)
    assert (found.in_time, found.due, found.overdue) == (1, 3, 2)
    assert found.rate == pytest.approx(1 / 3)
    assert (found.reported, found.closed) == (4, 2)
    assert found.days == pytest.approx(11.5 + 1 / 24)


def test_what_is_opened_again_was_not_done(cast: Cast, person: Person) -> None:
    hazard = a_closed_hazard(cast, person)
    assert figures_of(cast.city_official, PERIOD).rate == 1
    reopen_hazard(hazard, "又松了", by=cast.district_official, at=NOW + 10 * DAY)
    found = figures_of(cast.city_official, PERIOD)
    assert (found.rate, found.closed, found.days) == (0, 0, None)


def test_what_is_not_due_yet_is_in_no_rate(cast: Cast, person: Person) -> None:
    a_closed_hazard(cast, person)
    early = Period(NOW - DAY, NOW + 60 * DAY, NOW + 10 * DAY)
    assert figures_of(cast.city_official, early).rate is None
    assert figures_of(cast.city_official, early).closed == 1


def test_by_district_industry_and_grade(cast: Cast, person: Person) -> None:
    a_closed_hazard(cast, person)
    assert [one.key for one in figures_by(cast.city_official, "district", PERIOD)] == ["370112"]
    assert [one.key for one in figures_by(cast.city_official, "industry", PERIOD)] == ["hazchem"]
    assert figures_of(cast.city_official, PERIOD, grade=Grade.MAJOR) == Figures("")
    assert figures_of(cast.other_district_official, PERIOD) == Figures("")


def test_the_page_says_what_it_counts(cast: Cast, person: Person, browser_of: Enter) -> None:
    a_closed_hazard(cast, person, at=NOW - 40 * DAY)
    city = browser_of(cast.city_official)
    address = reverse("hazards:figures")
    span = {"since": "2026-10-01", "until": "2026-11-20"}
    city.get(address, span)
    with counted("hazards:figures"):
        page = city.get(address, span).content.decode()
    for words in ("整改率", "分子", "分母", "取自", "100.0%", "按期完成 1 / 到期 1"):
        assert words in page
    mining = a_user("dep", "矿山", Role.DEPARTMENT_OFFICIAL, ScopeKind.INDUSTRY, "mining")
    assert "统计期内没有到期的整改" in browser_of(mining).get(address, span).content.decode()
    for user in (cast.safety_officer, cast.class_manager, cast.outsider):
        assert browser_of(user).get(address).status_code == 404


def test_an_unreadable_span_is_this_year(cast: Cast, browser_of: Enter) -> None:
    answer = browser_of(cast.city_official).get(reverse("hazards:figures"), {"since": "昨天"})
    assert answer.status_code == 200

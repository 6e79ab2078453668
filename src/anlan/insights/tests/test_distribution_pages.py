"""The pages of the distribution: who opens them, what they say, where a count leads, exports."""

from collections.abc import Callable
from datetime import date
from io import BytesIO
from typing import Any

import openpyxl
import pytest
from django.test import Client
from django.urls import reverse

from anlan.foundation.accounts.models import User
from anlan.foundation.rules.models import Rule
from anlan.injuries.models import Case
from anlan.insights.distribution.definitions import INJURY_DEFINITIONS
from anlan.insights.distribution.questions import Base, Question
from anlan.insights.distribution.rating import rates_by, rates_of
from anlan.insights.tests.injured import counter_of, injured, plainly, tally
from anlan.organizations.models import InsuredHeadcount
from anlan.testing.cast import NOW, Cast

Enter = Callable[[User], Client]
PAGES = (
    "injuries",
    "injury_map",
    "injury_ranking",
    "injury_calendar",
    "injury_pivot",
    "injury_vintages",
    "injury_cases",
)
ALL = "?since=&until=&district=&base=all"


@pytest.fixture(autouse=True)
def _clock_stands(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("anlan.insights.distribution.views.desk.now", lambda: NOW)


def get(browser: Client, name: str, query: str = ALL) -> Any:
    return browser.get(reverse(f"insights:{name}") + query)


def sheet(browser: Client, kind: str, query: str) -> list[list[object]]:
    answer = browser.get(reverse("insights:injury_export", args=[kind]) + query)
    assert answer.status_code == 200
    page = openpyxl.load_workbook(BytesIO(answer.content)).active
    assert page is not None
    return [[cell.value for cell in row] for row in page.iter_rows()]


def test_outsiders_find_no_page(cast: Cast, browser_of: Enter) -> None:
    for user in (cast.outsider, cast.class_manager):
        browser = browser_of(user)
        assert [get(browser, name).status_code for name in PAGES] == [404] * len(PAGES)
        assert browser.get(reverse("insights:injury_export", args=["map"])).status_code == 404
    assert get(Client(), "injuries").status_code == 302


def test_an_empty_city_is_told_so(cast: Cast, browser_of: Enter) -> None:
    for user in (cast.city_official, cast.district_official, cast.safety_officer):
        browser = browser_of(user)
        for name in PAGES:
            page = get(browser, name)
            assert page.status_code == 200
            assert "没有符合条件的案件" in page.content.decode() or name == "injury_map", name
    assert "缺分母" in get(browser, "injury_map", f"{ALL}&show=rate").content.decode()


def test_a_cell_opens_as_many_cases_as_it_counts(cast: Cast, browser_of: Enter) -> None:
    injured(cast)
    browser = browser_of(cast.city_official)
    heat = get(browser, "injury_pivot", f"{ALL}&rows=district&columns=severity").context["heat"]
    squares = [s for row in heat.rows for s in (*row.squares, row.total)] + list(heat.totals)
    assert sum(bool(s.href) for s in squares) > 15
    for square in squares[:12]:
        if square.href:
            cases = browser.get(square.href).context["paged"]
            assert cases.paginator.count == int(square.text), square
    chart = get(browser, "injury_ranking", f"{ALL}&by=industry").context["chart"]
    for point in chart.points:
        assert browser.get(point.href).context["paged"].paginator.count == point.value


def test_a_district_begins_with_its_own_and_compares_masked(cast: Cast, browser_of: Enter) -> None:
    injured(cast)
    browser = browser_of(cast.district_official)
    own = get(browser, "injury_cases", "?since=&until=&base=all")
    assert [pick.value for pick in own.context["picks"]] == ["历城区"]
    assert own.context["counted"].count == own.context["paged"].paginator.count
    whole = get(browser, "injury_cases")
    assert whole.context["partly"]
    assert whole.context["paged"].paginator.count == own.context["paged"].paginator.count
    page = get(browser, "injury_pivot", f"{ALL}&rows=age&columns=severity").content.decode()
    assert "已隐去" in page
    rows = sheet(browser, "pivot", f"{ALL}&rows=age&columns=severity")
    assert any("已隐去" in row for row in rows)
    city = get(browser_of(cast.city_official), "injury_pivot", f"{ALL}&rows=age&columns=severity")
    assert "已隐去" not in city.content.decode()


def test_too_many_conditions_hide_all_that_is_not_seen(cast: Cast, browser_of: Enter) -> None:
    injured(cast)
    browser = browser_of(cast.district_official)
    page = get(
        browser, "injury_pivot", f"{ALL}&rows=age&columns=severity&hour=10&circumstance=work"
    )
    assert "一律隐去" in page.content.decode()
    mine = [
        c
        for c in plainly(Question(base=Base.ALL, picks={"hour": "10", "circumstance": "work"}))
        if c.district == "370112"
    ]
    shown = [
        int(s.text) for row in page.context["heat"].rows for s in row.squares if s.text.isdigit()
    ]
    assert sum(shown) <= len(mine)


def test_who_compares_asks_for_whole_months(cast: Cast, browser_of: Enter) -> None:
    injured(cast)
    asked = "?since=2026-03-05&until=2026-03-07&district=&base=all"
    form = get(browser_of(cast.district_official), "injuries", asked).context["form"]
    assert form.initial["since"] == date(2026, 3, 1)
    assert form.initial["until"] == date(2026, 3, 31)
    exact = get(browser_of(cast.city_official), "injuries", asked).context["form"]
    assert exact.initial["until"] == date(2026, 3, 7)


@pytest.mark.parametrize(
    "query", ["?since=x&until=9999-99-99&base=?", f"{ALL}&district=x&hour=99&industry=QQ&page=7"]
)
def test_nonsense_in_the_address_narrows_nothing(cast: Cast, browser_of: Enter, query: str) -> None:
    injured(cast)
    page = get(browser_of(cast.city_official), "injury_cases", query)
    assert page.context["picks"] == []
    assert page.context["paged"].paginator.count


def test_rates_have_both_parts_from_the_same_months(cast: Cast) -> None:
    """2026 has insured people, 2025 has none: its cases are in no rate."""
    injured(cast)
    counter = counter_of(cast.city_official, Question(base=Base.ALL))
    lines = {line.group.key: line for line in rates_by(counter, "district")}
    here = lines["370112"]
    apart = ("commuting", "sudden_death", "disease")
    inside = [
        c
        for c in plainly(Question(base=Base.ALL, picks={"district": "370112"}))
        if c.injured_on.year == 2026 and c.circumstance not in apart
    ]
    assert (here.all.events, here.person_years) == (len(inside), 1200)
    assert here.all.value == pytest.approx(len(inside) / 1.2)
    assert here.serious.events == sum(c.severity == "serious" for c in inside)
    assert here.death.events == sum(c.severity == "death" for c in inside)
    assert (here.outside.count or 0) + len(inside) == here.cases.count
    assert lines["3701QB"].all.why == "缺分母", "never zero"
    whole = rates_of(counter)
    assert whole.person_years == 1500


def test_a_part_of_a_year_counts_its_part_of_the_people(cast: Cast) -> None:
    injured(cast)
    half = Question(date(2026, 1, 1), date(2026, 6, 30), Base.ALL)
    assert rates_of(counter_of(cast.city_official, half)).person_years == pytest.approx(750)
    days = Question(date(2026, 4, 1), date(2026, 4, 15), Base.ALL, picks={"district": "370112"})
    assert rates_of(counter_of(cast.city_official, days)).person_years == pytest.approx(50)


def test_a_rate_by_what_nobody_counts_people_by_has_no_denominator(cast: Cast) -> None:
    injured(cast)
    by_age = Question(base=Base.ALL, picks={"age": "30-39"})
    assert rates_of(counter_of(cast.city_official, by_age)).all.why == "缺分母"
    InsuredHeadcount.objects.all().delete()
    counter = counter_of(cast.city_official, Question(base=Base.ALL))
    assert {line.all.why for line in rates_by(counter, "key_industry")} == {"缺分母"}


def test_lost_days_are_counted_only_by_the_citys_own_table(cast: Cast, browser_of: Enter) -> None:
    injured(cast)
    browser = browser_of(cast.city_official)
    figure = get(browser, "injuries").context["figures"][-1]
    assert (figure.value, figure.note) == ("未算", "本市没有提供损失工作日折算表")
    Rule.objects.create(
        key="insights.lost_days",
        value={"death": 6000, "serious": 300, "minor": 20},
        valid_from=date(2020, 1, 1),
        label="损失工作日折算",
        clause="本市折算表",
    )
    Case.objects.update(lost_days=None)
    days = {"death": 6000, "serious": 300, "minor": 20}
    cases = plainly(Question(base=Base.ALL))
    mean = sum(days.get(c.severity, 0) for c in cases) / len(cases)
    figure = get(browser, "injuries").context["figures"][-1]
    assert figure.value == f"{mean:,.1f}"


def test_every_page_exports_with_its_definition(cast: Cast, browser_of: Enter) -> None:
    injured(cast)
    browser = browser_of(cast.city_official)
    query = f"{ALL}&known=2026-09-01&severity=minor"
    for kind in ("map", "ranking", "pivot", "vintages"):
        said = str(sheet(browser, kind, query))
        for words in (
            "平台知道的全部案件",
            "伤害程度：轻伤",
            "按 2026年9月1日日终时所知",
            "不相加",
        ):
            assert words in said, (kind, words)
    rows = sheet(browser, "ranking", f"{ALL}&by=severity")
    plain = tally(plainly(Question(base=Base.ALL)), "severity")
    assert ["轻伤", plain["minor",]] in [row[:2] for row in rows]
    assert browser.get(reverse("insights:injury_export", args=["nonsense"])).status_code == 404


def test_vintages_tell_what_was_known_at_first(cast: Cast, browser_of: Enter) -> None:
    """Half of the cases came to the platform forty days after the injury."""
    injured(cast)
    months = get(browser_of(cast.city_official), "injury_vintages").context["months"]
    present = tally(plainly(Question(base=Base.ALL)), "year_month")
    assert {m.group.key: m.now.count for m in months if m.now.count} == {
        key: count for (key,), count in present.items()
    }
    may = next(m for m in months if m.group.key == "2026-05")
    firsts = [cell.count for cell in may.by_age if cell is not None]
    assert firsts[0] < firsts[-1]
    assert [cell is None for cell in may.by_age] == [False, False, False, True, True]


def test_every_injury_figure_is_defined(cast: Cast, browser_of: Enter) -> None:
    page = browser_of(cast.safety_officer).get(reverse("insights:definitions")).content.decode()
    for one in INJURY_DEFINITIONS:
        assert f'id="{one.key}"' in page
        assert one.counts.replace('"', "&quot;") in page

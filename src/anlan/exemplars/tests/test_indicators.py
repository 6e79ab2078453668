"""The indicators: their numbers, what is missing, beside the industry and the year before."""

from datetime import date, timedelta

import pytest

from anlan.exemplars.jobs import compute_indicators
from anlan.exemplars.models import IndicatorValue
from anlan.exemplars.queries.comparison import Filters, kept_values, medians, ranked
from anlan.exemplars.queries.indicators import Value, Values, indicators
from anlan.exemplars.queries.people import enterprises_visible_to
from anlan.exemplars.services.declaring import return_declaration
from anlan.exemplars.spans import year_span, years_before
from anlan.exemplars.tests.builders import (
    DAY,
    TODAY,
    a_case,
    a_drill,
    a_measure,
    a_model_enterprise,
    a_shutdown,
    a_spending,
    the_records_begin,
)
from anlan.exemplars.texts import note_text, parts_text, value_text
from anlan.injuries.models import Circumstance
from anlan.organizations.models import InsuredHeadcount, Kind, Organization
from anlan.testing.cast import NOW, Cast, an_organization
from anlan.visits.tests.builders import a_made_visit, an_expert


def values(organization: Organization, year: int = 2026) -> Values:
    return indicators([organization], year_span(year, TODAY))[organization.pk]


def said(value: Value) -> tuple[str, str]:
    return value_text(value), parts_text(value)


def test_missing_is_missing_and_never_zero(cast: Cast) -> None:
    found = values(cast.rival_enterprise)
    assert len(found) == 11
    never = found.pop("expert")  # visits are kept here: none is known to be none
    assert value_text(never) == "0 次"
    assert {value_text(one) for one in found.values()} == {"缺数据"}
    assert all(one.share is None and one.note for one in found.values())


def test_trained_and_passed(cast: Cast) -> None:
    found = values(a_model_enterprise(cast))
    assert said(found["training"]) == ("100.0%", "3 / 3 人")
    assert "没有参保人数" in found["training"].note
    assert said(found["pass"]) == ("100.0%", "3 / 3 人次")
    assert said(found["rectification"]) == ("100.0%", "1 / 1 条")
    before = values(cast.enterprise, 2025)
    assert value_text(before["pass"]) == "缺数据"


def test_a_short_roster_makes_no_better_rate(cast: Cast) -> None:
    """The larger of roster and insured people is the denominator."""
    body = a_model_enterprise(cast)
    InsuredHeadcount.objects.create(organization=body, month=date(2026, 9, 1), people=9)
    InsuredHeadcount.objects.create(organization=body, month=date(2026, 10, 1), people=10)
    assert said(values(body)["training"]) == ("30.0%", "3 / 10 人")
    InsuredHeadcount.objects.update(people=2)
    assert said(values(body)["training"]) == ("100.0%", "3 / 3 人")


def test_drills_and_their_speed(cast: Cast) -> None:
    a_drill(cast, needed=180, wanted=240)
    a_drill(cast, needed=300, wanted=240, verified=False)
    a_drill(cast, on=date(2025, 5, 1))
    found = values(cast.enterprise)
    assert said(found["drills"]) == ("50.0%", "1 / 2 次")
    assert said(found["drill_speed"]) == ("100.0%", "480 / 480 秒")
    assert not found["drills"].verified
    assert "其中 1 次未核实" in note_text(found["drills"])


def test_days_without_an_injury_at_work(cast: Cast) -> None:
    the_records_begin()
    body = cast.enterprise
    Organization.objects.filter(pk=body.pk).update(registered_at=NOW - timedelta(days=500))
    body.refresh_from_db()
    assert value_text(values(body)["free_days"]) == "500 天"
    a_case(body, TODAY - 12 * DAY)
    a_case(body, TODAY - 2 * DAY, circumstance=Circumstance.COMMUTING)
    assert value_text(values(body)["free_days"]) == "12 天"
    a_case(body, TODAY - 3 * DAY, circumstance=Circumstance.UNKNOWN)
    assert value_text(values(body)["free_days"]) == "3 天"


@pytest.mark.parametrize(
    ("hurt", "free"), [(0, "0.0%"), (7, "0.0%"), (8, "100.0%"), (-6, "100.0%")]
)
def test_a_shutdown_and_the_days_after(cast: Cast, hurt: int, free: str) -> None:
    """Five days and a week after them; the last of them counts."""
    the_records_begin()
    last = TODAY - 30 * DAY
    a_shutdown(cast, last - 5 * DAY, last)
    a_case(cast.enterprise, last + hurt * DAY)
    assert value_text(values(cast.enterprise)["shutdowns"]) == free


def test_a_window_that_has_not_ended_is_no_success(cast: Cast) -> None:
    the_records_begin()
    a_shutdown(cast, TODAY - 9 * DAY, TODAY - 6 * DAY)
    assert value_text(values(cast.enterprise)["shutdowns"]) == "缺数据"


def test_spending_is_shown_as_unverified(cast: Cast) -> None:
    one = a_spending(cast, year=2026, spent=400_000, verified=False)
    found = values(cast.enterprise)["spending"]
    assert said(found) == ("80.0%", "400,000 / 500,000 元")
    assert "未核实" in note_text(found)
    return_declaration(one, "少一页", by=cast.district_official, at=NOW)
    assert value_text(values(cast.enterprise)["spending"]) == "缺数据"


def test_an_expert_counts_before_the_enterprise(cast: Cast) -> None:
    a_measure(cast, "ppe", 50, 50, TODAY - 2 * DAY)
    found = values(cast.enterprise)
    assert (value_text(found["ppe"]), found["ppe"].verified) == ("100.0%", False)
    assert value_text(found["mechanisation"]) == "缺数据"
    assert value_text(found["expert"]) == "0 次"

    expert = an_expert(cast)
    expert.grants.update(since=NOW - 50 * DAY)
    a_made_visit(cast, expert, at=NOW - 40 * DAY)  # eight of ten wore it
    found = values(cast.enterprise)
    assert said(found["ppe"]) == ("80.0%", "8 / 10 人")
    assert found["ppe"].verified
    assert value_text(found["expert"]) == "1 次"
    assert value_text(values(cast.rival_enterprise)["expert"]) == "0 次"


def test_the_night_computes_each_enterprise_once_a_day(cast: Cast) -> None:
    a_drill(cast)
    assert compute_indicators(NOW) == 2
    assert compute_indicators(NOW) == 0
    body = cast.enterprise
    kept, live = kept_values([body.pk], 2026)[body.pk], values(body)
    assert {key: one.share for key, one in kept.items()} == {
        key: one.share for key, one in live.items()
    }
    assert kept["training"].numerator is None
    a_drill(cast, needed=900)
    assert compute_indicators(NOW + DAY) == 2
    assert kept_values([body.pk], 2026)[body.pk]["drills"].share == 0.5
    assert IndicatorValue.objects.count() == 2 * 2 * 11


@pytest.mark.parametrize(
    ("shares", "middle"), [((0.1, 0.2, 0.9), 0.2), ((0.1, 0.2, 0.4, 0.9), 0.3), ((0.5,), 0.5)]
)
def test_the_median_of_an_industry(cast: Cast, shares: tuple[float, ...], middle: float) -> None:
    for n, share in enumerate(shares):
        _kept(an_organization(f"同行{n}", Kind.EMPLOYER, 50 + n), share)
    _kept(cast.rival_enterprise, None)
    found = medians("hazchem", 2026, least=1)["training"]
    assert found.n == len(shares)
    assert found.value == pytest.approx(middle)
    assert medians("hazchem", 2026, least=len(shares) + 1)["training"].value is None
    assert medians("mining", 2026, least=1) == {}


def test_who_has_no_figure_is_not_the_worst(cast: Cast) -> None:
    bodies = [an_organization(f"同行{n}", Kind.EMPLOYER, 60 + n) for n in range(3)]
    for body, share in zip(bodies, (0.4, 0.9, None), strict=True):
        _kept(body, share)
    rows = enterprises_visible_to(cast.city_official).filter(name__startswith="同行")
    worst = [one.name for one in ranked(rows, Filters(order="worst"), 2026)]
    best = [one.name for one in ranked(rows, Filters(order="best"), 2026)]
    assert worst == ["同行0", "同行1", "同行2"]
    assert best == ["同行1", "同行0", "同行2"]
    missing = ranked(rows, Filters(order="missing"), 2026)
    assert [one.name for one in missing] == ["同行2"]


def _kept(body: Organization, share: float | None) -> None:
    IndicatorValue.objects.create(
        organization=body, year=2026, key="training", share=share, computed_on=TODAY
    )


def test_a_leap_day_has_an_anniversary() -> None:
    assert years_before(date(2028, 2, 29), 3) == date(2025, 2, 28)

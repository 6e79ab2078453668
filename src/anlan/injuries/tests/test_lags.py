"""How long applying and deciding take: every figure by hand, and whose cases they are."""

from collections.abc import Callable

from django.test import Client
from django.urls import reverse

from anlan.foundation.accounts.models import User
from anlan.injuries.queries.lags import lag_figures, recognitions_of
from anlan.injuries.services.recognising import terms_on
from anlan.injuries.tests.builders import a_line, imported
from anlan.testing.cast import NOW, Cast

Enter = Callable[[User], Client]
DAYS = (  # injured, applied, accepted, decided
    ("2026-03-04", "2026-03-14", "2026-03-16", "2026-03-26"),  # 10, 12, 10 days
    ("2026-02-28", "2026-03-30", "2026-04-01", "2026-05-31"),  # 30, 62, 60
    ("2026-01-16", "2026-02-24", "2026-02-25", "2026-04-27"),  # 39: the 30th day was in 春节
    ("2026-03-02", "2026-06-10", "", ""),  # 100
)


def some_cases(cast: Cast) -> None:
    lines = []
    for n, (injured, applied, accepted, decided) in enumerate(DAYS):
        said = {
            "recognition.applied_on": applied,
            "recognition.accepted_on": accepted,
            "recognition.decided_on": decided,
        }
        lines.append(a_line(n, uscc=cast.enterprise.uscc, injured_on=injured, **said))
    imported([*lines, a_line(9, uscc=cast.enterprise.uscc)], cast.city_official)


def test_each_lag_has_its_middle_its_nine_tenths_and_what_kept_the_term(cast: Cast) -> None:
    some_cases(cast)
    rows = recognitions_of(cast.city_official)
    filing, decision, acceptance = lag_figures(rows, terms_on(NOW.date()))
    assert (filing.count, filing.median, filing.p90) == (4, 34.5, 100)
    assert [kept for _, kept in filing.within] == [3, 4]
    assert (decision.count, decision.median, decision.p90) == (3, 62, 62)
    # the second was three days late; the third's sixtieth day was a Saturday, decided on Monday
    assert [kept for _, kept in decision.within] == [2]
    assert (acceptance.count, acceptance.median) == (3, 60)
    assert [kept for _, kept in acceptance.within] == [1, 3]
    assert [round(share) for _, _, share in filing.shares] == [75, 100]


def test_nobody_sees_lags_of_others_cases(cast: Cast, browser_of: Enter) -> None:
    some_cases(cast)
    url = reverse("injuries:lags")
    assert browser_of(cast.city_official).get(url).context["total"] == 4
    assert browser_of(cast.district_official).get(url).context["total"] == 4
    assert browser_of(cast.other_district_official).get(url).context["total"] == 0
    assert browser_of(cast.safety_officer).get(url).status_code == 404
    city = browser_of(cast.city_official)
    assert city.get(url, {"year": "2025"}).context["total"] == 0
    assert city.get(url, {"year": "x", "source": "y"}).context["total"] == 4
    assert "没有两头都有日期的认定" in city.get(url, {"year": "2025"}).content.decode()

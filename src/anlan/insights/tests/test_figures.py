"""The desk's figures are what the records add up to, and open those records."""

from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse

from anlan.attendance.models import Mark, MarkKind
from anlan.classes import queries as classes
from anlan.classes.models import Closing, TrainingClass
from anlan.foundation.accounts.models import User
from anlan.insights import queries
from anlan.insights.definitions import DEFINITIONS
from anlan.insights.pictures import NOBODY_YET, district_picture, industry_picture
from anlan.testing.builders import a_closed_class
from anlan.testing.cast import NOW, Cast
from anlan.testing.classes import a_bookable_class, a_running_class, attend
from anlan.testing.queries import counted

Enter = Callable[[User], Client]
YEAR = 2026


@pytest.fixture(autouse=True)
def _clock_stands(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("anlan.insights.views.now", lambda: NOW)


@pytest.fixture
def running(cast: Cast) -> TrainingClass:
    """Three learners, two sessions held."""
    klass = a_running_class(cast)
    for session in classes.sessions_of(klass)[:2]:
        attend(cast, session)
    return klass


def test_a_running_class_is_counted_from_its_registers(cast: Cast, running: TrainingClass) -> None:
    found = queries.overview(cast.city_official, YEAR)
    assert (found.running, found.closed, found.sessions) == (1, 0, 2)
    assert (found.attendances, found.live, found.people) == (6, 6, 3)
    assert (found.trained, found.registered) == (1, 2)
    assert (found.passed, found.finished, found.pass_rate) == (0, 0, None)


def test_a_closed_class_speaks_through_its_frozen_figures(cast: Cast) -> None:
    klass = a_closed_class(cast)
    before = queries.overview(cast.city_official, YEAR)
    closing = Closing.objects.get()
    assert (before.attendances, before.live) == (closing.attendances, 0)
    assert (before.passed, before.finished) == (closing.passed, closing.enrolled)
    Mark.objects.filter(register__session__klass=klass, kind=MarkKind.OUT).delete()
    Closing.objects.update(attendances=999)
    after = queries.overview(cast.city_official, YEAR)
    assert after.attendances == 999, "what was frozen is not counted again"


def test_closed_and_running_add_up_and_people_are_counted_once(cast: Cast) -> None:
    a_closed_class(cast)
    running = a_running_class(cast)
    again = classes.enrolled(running)[0]
    again.person = classes.enrolled(TrainingClass.objects.exclude(pk=running.pk).get())[0].person
    again.save(update_fields=["person"])
    attend(cast, classes.sessions_of(running)[0])
    found = queries.overview(cast.city_official, YEAR)
    assert found.attendances == Closing.objects.get().attendances + 3
    assert found.people == 5, "three and three, one of them in both"


def test_who_never_came_and_classes_not_begun_are_left_out(cast: Cast) -> None:
    a_running_class(cast)
    a_bookable_class(cast, title="还没开的班", first_day=NOW.date().replace(day=28))
    found = queries.overview(cast.city_official, YEAR)
    assert (found.running, found.sessions, found.attendances, found.people) == (1, 0, 0, 0)
    assert found.trained == 0


def test_a_district_counts_its_own(cast: Cast, running: TrainingClass) -> None:
    assert queries.overview(cast.district_official, YEAR).attendances == 6
    other = queries.overview(cast.other_district_official, YEAR)
    assert (other.running, other.attendances, other.people) == (0, 0, 0)
    assert (other.trained, other.registered) == (0, 1)


def test_another_year_is_empty(cast: Cast, running: TrainingClass) -> None:
    assert queries.overview(cast.city_official, 2025).attendances == 0
    assert queries.years(cast.city_official, NOW.date()) == [2026]


def test_the_pictures_say_what_they_find(cast: Cast, running: TrainingClass) -> None:
    figures = queries.overview(cast.city_official, YEAR)
    assert district_picture(figures, YEAR).title == "6 人次都在历城区"
    values = {point.label: point.value for point in district_picture(figures, YEAR).points}
    assert values["历城区"] == 6
    assert {"高新区", "起步区", "南部山区"} <= set(values)
    assert industry_picture(figures, YEAR).points[0].label == "危险化学品"
    nothing = queries.overview(cast.city_official, 2025)
    assert district_picture(nothing, 2025).title == NOBODY_YET


def test_the_records_behind_add_up_to_the_figures(
    cast: Cast, browser_of: Enter, running: TrainingClass
) -> None:
    a_closed_class(cast)
    figures = queries.overview(cast.city_official, YEAR)
    client = browser_of(cast.city_official)
    url = reverse("insights:classes")
    client.get(url)
    with counted("insights:classes"):
        page = client.get(url).content.decode()
    assert f"人次 <b>{figures.attendances:,}</b>" in page
    assert f"场次 <b>{figures.sessions:,} 场</b>" in page
    rows = queries.with_figures(queries.held(cast.city_official, YEAR))
    parts = [vars(row) for row in rows]
    assert sum(part["attendances"] for part in parts) == figures.attendances
    assert sum(part["held"] for part in parts) == figures.sessions


def test_enterprises_are_found_by_whether_they_sent_anybody(
    cast: Cast, browser_of: Enter, running: TrainingClass
) -> None:
    client = browser_of(cast.city_official)
    url = reverse("insights:enterprises")
    client.get(url)
    with counted("insights:enterprises"):
        client.get(url)
    sent = client.get(url + "?trained=yes").content.decode()
    unsent = client.get(url + "?trained=no").content.decode()
    assert cast.enterprise.name in sent
    assert cast.enterprise.name not in unsent
    assert cast.rival_enterprise.name in unsent
    [row] = map(vars, queries.covered(cast.city_official, YEAR, trained="yes"))
    assert (row["workers"], row["trained"]) == (3, 3)


@pytest.mark.parametrize("query", ["?year=nonsense", "?district=x&industry=y", "?page=99"])
def test_nonsense_in_the_address_narrows_nothing(
    cast: Cast, browser_of: Enter, running: TrainingClass, query: str
) -> None:
    page = browser_of(cast.city_official).get(reverse("insights:classes") + query)
    assert running.title in page.content.decode()


def test_only_those_who_supervise_see_the_ledgers(cast: Cast, browser_of: Enter) -> None:
    for user in (cast.class_manager, cast.safety_officer, cast.outsider):
        client = browser_of(user)
        assert client.get(reverse("insights:classes")).status_code == 404
        assert client.get(reverse("insights:enterprises")).status_code == 404
    assert Client().get(reverse("insights:classes")).status_code == 302


def test_every_figure_is_defined(cast: Cast, browser_of: Enter) -> None:
    page = browser_of(cast.safety_officer).get(reverse("insights:definitions")).content.decode()
    for one in DEFINITIONS:
        assert one.counts in page

"""一企一档 and the enterprise's progress: one page across the rooms."""

from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse

from anlan.classes import queries as classes
from anlan.classes.models import EnrolmentSource
from anlan.classes.services.enrolments import enrol
from anlan.desks import queries
from anlan.exemplars.services.computing import keep_indicators
from anlan.foundation.accounts.models import User
from anlan.lib.dates import local_date
from anlan.testing.builders import a_closed_class, the_worker_seals
from anlan.testing.cast import NOW, Cast
from anlan.testing.classes import a_bookable_class, a_running_class, a_worker, attend
from anlan.testing.queries import counted

Enter = Callable[[User], Client]
YEAR = 2026


def test_a_person_in_two_classes_of_a_project_is_shown_and_counted_once(
    cast: Cast, browser_of: Enter
) -> None:
    running = a_running_class(cast)
    attend(cast, classes.sessions_of(running)[0])
    second = a_bookable_class(cast, title="另一期", first_day=NOW.date().replace(day=27))
    enrol(
        second,
        [a_worker(cast, 0)],
        organization=cast.enterprise,
        source=EnrolmentSource.BOOKING,
        by=cast.safety_officer,
        at=NOW,
    )
    found = queries.learners_of(cast.enterprise, YEAR)
    assert len(found) == 3
    assert [one.twice for one in found].count(True) == 1
    assert sum(one.came for one in found) == 3
    page = browser_of(cast.safety_officer).get(reverse("desks:progress")).content.decode()
    assert "其中同一项目重复参训 1 人" in page
    assert "3 人次" in page
    assert page.count("同上") == 1


def test_progress_says_how_far_everybody_has_come(cast: Cast, browser_of: Enter) -> None:
    a_closed_class(cast, learners=2, failing=[0])
    the_worker_seals()
    found = queries.learners_of(cast.enterprise, YEAR)
    assert all(one.passed for one in found)
    [progress] = found[0].classes
    assert (progress.theory, progress.practical) == ("合格", "合格")
    assert progress.came == progress.held > 0


@pytest.mark.parametrize(
    ("query", "names"),
    [("?standing=absent", 1), ("?standing=open", 3), ("?standing=passed", 0), ("?q=王", 1)],
)
def test_the_list_is_narrowed(cast: Cast, browser_of: Enter, query: str, names: int) -> None:
    klass = a_running_class(cast)
    late = classes.enrolled(klass)[2]
    attend(cast, classes.sessions_of(klass)[0])
    late.person.marks.all().delete()
    url = reverse("desks:progress") + query
    rows = browser_of(cast.safety_officer).get(url, headers={"HX-Request": "true"})
    assert rows.content.decode().count(klass.title) == names


def test_the_pages_stay_cheap(cast: Cast, browser_of: Enter) -> None:
    klass = a_running_class(cast, learners=6)
    attend(cast, classes.sessions_of(klass)[0])
    keep_indicators([cast.enterprise], today=local_date(NOW))  # as the job does after midnight
    client = browser_of(cast.safety_officer)
    pages = {
        "desks:progress": reverse("desks:progress"),
        "desks:enterprise": reverse("desks:enterprise", args=[cast.enterprise.uid]),
    }
    for name, url in pages.items():
        client.get(url)
        with counted(name):
            assert client.get(url).status_code == 200


def test_officials_and_the_own_officer_open_the_file_of_an_enterprise(
    cast: Cast, browser_of: Enter
) -> None:
    klass = a_running_class(cast)
    attend(cast, classes.sessions_of(klass)[0])
    url = reverse("desks:enterprise", args=[cast.enterprise.uid])
    for user in (cast.city_official, cast.district_official, cast.safety_officer):
        page = browser_of(user).get(url).content.decode()
        assert cast.enterprise.uscc in page
        assert klass.title in page


def test_outsiders_find_no_file_and_no_progress(cast: Cast, browser_of: Enter) -> None:
    url = reverse("desks:enterprise", args=[cast.enterprise.uid])
    for user in (cast.rival_officer, cast.other_district_official, cast.outsider):
        assert browser_of(user).get(url).status_code == 404
    provider = reverse("desks:enterprise", args=[cast.provider.uid])
    assert browser_of(cast.city_official).get(provider).status_code == 404
    for user in (cast.class_manager, cast.outsider, cast.city_official):
        assert browser_of(user).get(reverse("desks:progress")).status_code == 404

"""The city at the size that was reported: it is built in minutes, and its desk answers at once."""

import time
from collections.abc import Callable

import pytest
from django.db import connection
from django.db.models import Count, Sum
from django.test import Client
from django.test.utils import CaptureQueriesContext

from anlan.attendance.models import Mark, MarkKind
from anlan.classes.models import Closing, Session, Status
from anlan.foundation.accounts.models import User
from anlan.identity.models import Person
from anlan.operations.logins import LOGINS
from anlan.organizations.models import Kind, Organization
from tests.long.city import City
from tests.long.ledger import assert_database_whole, torn_leaves
from tests.long.site import BACKEND

MOST_SECONDS = 8 * 60
MOST_STATEMENTS = 40
MOST_PAGE_SECONDS = 5.0


@pytest.fixture(scope="module")
def full(city: City) -> float:
    """The full demonstration in the city; how many seconds it took."""
    began = time.monotonic()
    demonstration = City(city.var, {**city.env, "ANLAN_DEMONSTRATION": "1"})
    demonstration.run("demo", "--full", "--quiet", seconds=MOST_SECONDS)
    return time.monotonic() - began


def test_it_is_built_in_minutes(full: float) -> None:
    """Fails when `anlan demo --full` takes longer than eight minutes, or doesn't end."""
    assert full < MOST_SECONDS
    assert_database_whole()


def half_days() -> int:
    """场次: half-days of closed classes."""
    return Session.objects.filter(klass__status=Status.CLOSED).count()


def attendances() -> int:
    """人次: who came to a half-day of a closed class."""
    came = Mark.objects.filter(kind=MarkKind.IN, register__session__klass__status=Status.CLOSED)
    return came.values("register", "person").distinct().count()


def key_enterprises() -> int:
    enterprises = Organization.objects.filter(kind=Kind.EMPLOYER)
    return enterprises.exclude(key_industry__in=["", "other"]).count()


def registered() -> int:
    enterprises = Organization.objects.filter(kind=Kind.EMPLOYER)
    return enterprises.exclude(registered_by=None).count()


def people_with_accounts() -> int:
    return Person.objects.exclude(user=None).count()


@pytest.mark.parametrize(
    ("count", "least"),
    [
        (half_days, 1_036),
        (attendances, 88_000),
        (key_enterprises, 7_000),
        (registered, 4_046),
        (people_with_accounts, 47_412),
    ],
)
def test_it_has_the_reported_size(full: float, count: Callable[[], int], least: int) -> None:
    """Fails when the database holds less of this than the article reports."""
    assert count() >= least


def test_its_figures_agree_with_its_rows(full: float) -> None:
    """Fails when the frozen figures of the closed classes and the marks tell different numbers,
    or a leaf of the ledger is torn."""
    frozen = Closing.objects.aggregate(n=Sum("attendances"), classes=Count("id"))
    assert frozen["n"] == attendances()
    assert torn_leaves() == []


@pytest.mark.parametrize(
    "path", ["/", "/insights/classes/", "/insights/enterprises/", "/classes/", "/organizations/"]
)
def test_a_page_of_the_city_stays_cheap(full: float, path: str) -> None:
    """Fails when an official's page asks the database once for each class, enterprise or person."""
    role = next(login for login in LOGINS if login.role == "city_official")
    client = Client()
    client.force_login(User.objects.get(username=role.username), backend=BACKEND)
    client.get(path)  # fills what is cached
    with CaptureQueriesContext(connection) as asked:
        began = time.monotonic()
        answer = client.get(path)
        took = time.monotonic() - began
    assert answer.status_code == 200
    assert len(asked) <= MOST_STATEMENTS, "\n".join(q["sql"][:200] for q in asked)
    assert took < MOST_PAGE_SECONDS, f"{path}: {took:.1f} s"

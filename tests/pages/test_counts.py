"""SQL statements of pages that no other story counts; a rise fails (tests/house/query_counts.json)."""

from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse

from anlan.archives.models import Certificate
from anlan.classes import queries
from anlan.classes.models import TrainingClass
from anlan.testing.builders import a_closed_class, the_worker_seals
from anlan.testing.cast import Cast
from anlan.testing.queries import counted

Enter = Callable[[object], Client]


@pytest.fixture
def klass(cast: Cast) -> TrainingClass:
    closed = a_closed_class(cast, learners=3)
    the_worker_seals()
    return closed


def look(browser: Client, name: str, *where: object) -> None:
    """Open a page twice and count the second time: codes and rules are warm by then."""
    url = reverse(name, args=where)
    browser.get(url)
    with counted(name):
        answer = browser.get(url)
    assert answer.status_code == 200, url


def test_pages_of_a_closed_class(cast: Cast, klass: TrainingClass, browser_of: Enter) -> None:
    official = browser_of(cast.city_official)
    for name in ("archives:class", "archives:report"):
        look(official, name, klass.uid)
    look(browser_of(cast.class_manager), "classes:exams", klass.uid)
    look(browser_of(cast.class_manager), "classes:files", klass.uid)
    session = queries.sessions_of(klass)[0]
    look(browser_of(cast.class_manager), "classes:door", session.uid)


def test_ledgers_of_officials(cast: Cast, klass: TrainingClass, browser_of: Enter) -> None:
    official = browser_of(cast.city_official)
    for name in ("archives:certificates", "organizations:ledger", "identity:people"):
        look(official, name)
    look(official, "programs:ledger")
    look(official, "trainers:ledger")


def test_pages_of_an_enterprise_and_a_learner(
    cast: Cast, klass: TrainingClass, browser_of: Enter
) -> None:
    look(browser_of(cast.safety_officer), "identity:roster", cast.enterprise.uid)
    learner = queries.enrolled(klass)[0].person.user
    for name in ("classes:mine_list", "assessments:mine", "archives:mine", "identity:me"):
        look(browser_of(learner), name)
    look(browser_of(learner), "classes:mine", klass.uid)


def test_the_public_page(klass: TrainingClass) -> None:
    certificate = Certificate.objects.filter(enrolment__klass=klass)[0]
    look(Client(), "certificates:show", certificate.number)

"""A name that was corrected: prints and ledger lines of before bear the former one, and say so."""

import json
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client

from anlan.archives.evidence import evidence_of
from anlan.archives.models import Certificate
from anlan.archives.services import issue_certificates, name_agrees
from anlan.classes.receipts import personal
from anlan.foundation.accounts.models import User
from anlan.foundation.ledger.models import Entry
from anlan.foundation.ledger.queries import openings
from anlan.identity.models import Person
from anlan.identity.services import ensure_account
from anlan.identity.services import rights as acts
from anlan.lib.dates import local_date
from anlan.testing.builders import a_closed_class
from anlan.testing.cast import NOW, Cast

LATER = NOW + timedelta(days=3)
OLD, NEW = "赵明安", "赵启元"
Enter = Callable[[User], Client]


@pytest.fixture
def certificate(cast: Cast) -> Certificate:
    (one,) = issue_certificates(a_closed_class(cast, learners=1), by=None, at=NOW)
    assert one.enrolment.person.name == OLD
    return one


def renamed(person: Person, cast: Cast) -> None:
    asked = acts.Asked(
        "name", "paper", local_date(LATER), value=NEW, seen="booklet", picture=b"jpeg"
    )
    wish = acts.record_wish(person, asked, desk=None, by=cast.district_official, at=LATER)
    acts.confirm_by_colleague(wish, by=cast.city_official, at=LATER)
    wish.refresh_from_db()
    acts.answer_wish(wish, grant=True, reason="户口本变更页", by=cast.city_official, at=LATER)


def agrees(certificate: Certificate, name: str) -> bool:
    fresh = Certificate.objects.get(pk=certificate.pk)
    return name_agrees(fresh, name, address="192.0.2.1", at=LATER)


def test_the_public_page_says_that_the_paper_bears_a_former_name(
    certificate: Certificate, cast: Cast
) -> None:
    url = f"/c/{certificate.number}"
    assert "曾用名" not in Client().get(url).content.decode()
    assert not agrees(certificate, NEW)
    renamed(certificate.enrolment.person, cast)
    page = Client().get(url).content.decode()
    assert "证明上印的是曾用名" in page
    assert OLD not in page
    assert NEW not in page
    assert agrees(certificate, OLD)
    assert agrees(certificate, NEW)
    assert not agrees(certificate, "赵别人")


def test_the_holder_sees_which_name_is_printed(
    certificate: Certificate, cast: Cast, browser_of: Enter
) -> None:
    person = certificate.enrolment.person
    user = ensure_account(person, at=NOW)
    renamed(person, cast)
    page = browser_of(user).get("/archives/mine/").content.decode()
    assert NEW in page
    assert f"曾用名 {OLD}" in page
    desk = browser_of(cast.district_official).get(f"/archives/certificates/{certificate.uid}/")
    assert "曾用名" in desk.content.decode()
    assert OLD not in desk.content.decode()


def test_lines_of_before_still_open_with_the_name_of_then(
    certificate: Certificate, cast: Cast
) -> None:
    enrolment = certificate.enrolment
    before = evidence_of(enrolment.klass).opened[str(enrolment.person.uid)]
    assert before
    renamed(enrolment.person, cast)
    enrolment = type(enrolment).objects.get(pk=enrolment.pk)
    after = evidence_of(enrolment.klass).opened[str(enrolment.person.uid)]
    assert [one["value"] for one in after] == [one["value"] for one in before]
    assert OLD in json.dumps(after, ensure_ascii=False)
    line = Entry.objects.filter(subject=certificate.subject, verb="certificate_issued").get()
    assert openings(line, personal(enrolment, line))
    assert not openings(line, enrolment.person.committed)

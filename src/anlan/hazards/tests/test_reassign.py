"""An order changes hands: for a reason, to somebody who works there, with the deadline it has."""

from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse

from anlan.foundation.accounts.models import User
from anlan.foundation.ledger.models import Entry
from anlan.foundation.ledger.queries import timeline
from anlan.foundation.notices.models import Notice
from anlan.hazards.models import ActKind, Hazard, Rectification
from anlan.hazards.services.rectifying import reassign_hazard, rectify_hazard
from anlan.hazards.tests.builders import a_photo, a_worker_with_account, an_assigned_hazard
from anlan.identity.models import Employment, Person
from anlan.lib.dates import local_date
from anlan.lib.refusals import BadInput, NotAllowed
from anlan.testing.cast import NOW, Cast
from anlan.testing.classes import a_worker

Enter = Callable[[User], Client]


def unchanged(hazard: Hazard, person: Person, lines: int) -> bool:
    order = Rectification.objects.get(hazard=hazard)
    kept = not hazard.acts.filter(kind=ActKind.REASSIGNED).exists()
    return order.responsible == person and kept and Entry.objects.count() == lines


def test_the_officer_hands_an_order_on(cast: Cast, browser_of: Enter) -> None:
    person, first = a_worker_with_account(cast)
    other, second = a_worker_with_account(cast, 1)
    hazard = an_assigned_hazard(cast, person)
    due = Rectification.objects.get().due_at
    browser = browser_of(cast.safety_officer)
    page = browser.get(reverse("hazards:hazard", args=[hazard.uid]))
    jobs = [job.person for job in page.context["reassign_form"].fields["to"].queryset]
    assert person not in jobs
    job = Employment.objects.get(person=other)
    said = {"to": job.pk, "words": "原责任人已离职"}
    assert browser.post(reverse("hazards:reassign", args=[hazard.uid]), said).status_code == 302
    order = Rectification.objects.get()
    assert (order.responsible, order.due_at) == (other, due)
    entry = Entry.objects.get(verb="hazard_reassigned")
    assert other.subject in entry.leaf
    assert "离职" not in entry.leaf
    assert "改派责任人，期限仍为" in timeline([hazard.subject])[-1].sentence
    assert Notice.objects.filter(user=second, title__contains="请整改").exists()
    assert Notice.objects.filter(user=first, title__contains="改派").exists()
    assert "原责任人已离职" in browser_of(second).get(page.request["PATH_INFO"]).content.decode()
    with pytest.raises(NotAllowed):
        rectify_hazard(hazard, "装好了", a_photo(first), by=first, at=NOW)


def test_what_cannot_be_handed_on_stays(cast: Cast) -> None:
    person, worker = a_worker_with_account(cast)
    other = a_worker(cast, 1)
    hazard = an_assigned_hazard(cast, person)
    officer, lines = cast.safety_officer, Entry.objects.count()
    with pytest.raises(BadInput, match="原因"):
        reassign_hazard(hazard, other, " ", by=officer, at=NOW)
    with pytest.raises(BadInput, match="现在的责任人"):
        reassign_hazard(hazard, person, "换人", by=officer, at=NOW)
    Employment.objects.filter(person=other).update(until=local_date(NOW))
    with pytest.raises(BadInput, match="不在这家单位"):
        reassign_hazard(hazard, other, "换人", by=officer, at=NOW)
    Employment.objects.filter(person=other).update(until=None)
    assert unchanged(hazard, person, lines)
    rectify_hazard(hazard, "装好了", a_photo(worker), by=worker, at=NOW)
    lines = Entry.objects.count()
    with pytest.raises(NotAllowed, match="整改中"):
        reassign_hazard(hazard, other, "换人", by=officer, at=NOW)
    assert unchanged(hazard, person, lines)


def test_outsiders_and_the_responsible_hand_nothing_on(cast: Cast, browser_of: Enter) -> None:
    person, worker = a_worker_with_account(cast)
    job = Employment.objects.get(person=a_worker(cast, 1))
    hazard, lines = an_assigned_hazard(cast, person), Entry.objects.count()
    said = {"to": job.pk, "words": "换人"}
    for user in (worker, cast.rival_officer, cast.other_district_official, cast.outsider):
        told = browser_of(user).post(reverse("hazards:reassign", args=[hazard.uid]), said)
        assert told.status_code in (403, 404)
    assert unchanged(hazard, person, lines)

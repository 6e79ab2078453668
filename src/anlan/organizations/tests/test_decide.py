"""A district official approves a registration or returns it; nobody else can."""

from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse

from anlan.foundation.accounts.models import Role, ScopeKind, User
from anlan.foundation.accounts.services import give_role
from anlan.foundation.ledger.models import Entry
from anlan.foundation.notices.models import Notice, TextMessage
from anlan.lib.refusals import BadInput, NotAllowed
from anlan.organizations import queries, services
from anlan.organizations.models import Organization, Status
from anlan.organizations.tests.builders import a_registration, some_facts
from anlan.testing.cast import NOW, Cast

Enter = Callable[[User], Client]


def verbs(organization: Organization) -> list[str]:
    entries = Entry.objects.filter(subject=organization.subject).order_by("id")
    return list(entries.values_list("verb", flat=True))


def test_the_district_official_approves_on_the_record_page(cast: Cast, browser_of: Enter) -> None:
    made = a_registration()
    client = browser_of(cast.district_official)
    page = client.get(reverse("organizations:record", args=[made.uid]))
    assert "同意登记" in page.content.decode()
    client.post(reverse("organizations:approve", args=[made.uid]), {"reason": "信息无误"})
    made.refresh_from_db()
    assert made.status == Status.APPROVED
    assert made.reviewed_by == cast.district_official
    assert verbs(made) == ["organization_registered", "organization_approved"]
    assert Notice.objects.filter(user=made.registered_by, title__contains="已通过审核").exists()
    assert TextMessage.objects.get().phone == "15400000088"


def test_a_returned_registration_is_mended_and_approved(cast: Cast, browser_of: Enter) -> None:
    made = a_registration()
    official = browser_of(cast.district_official)
    official.post(reverse("organizations:return", args=[made.uid]), {"reason": "名称与执照不符"})
    owner = browser_of(made.registered_by or cast.outsider)
    record = owner.get(reverse("organizations:record", args=[made.uid])).content.decode()
    assert "名称与执照不符" in record
    facts = dict(some_facts(name="明湖重工（演示）有限公司"), hazardous="")
    owner.post(reverse("organizations:edit", args=[made.uid]), facts)
    made.refresh_from_db()
    assert (made.status, made.name) == (Status.PENDING, "明湖重工（演示）有限公司")
    assert made.contact_phone == "15400000088"
    assert list(queries.waiting_for(cast.district_official)) == [made]
    services.approve_organization(made, by=cast.city_official, at=NOW, reason="")
    assert verbs(made)[1:] == [
        "organization_returned",
        "organization_resubmitted",
        "organization_approved",
    ]


def test_outsiders_get_404_and_nothing_changes(cast: Cast, browser_of: Enter) -> None:
    made = a_registration()
    before = verbs(made)
    outsiders = [
        cast.other_district_official,
        cast.safety_officer,
        cast.rival_officer,
        cast.class_manager,
        cast.outsider,
    ]
    for user in outsiders:
        client = browser_of(user)
        for act in ("approve", "return", "edit"):
            url = reverse(f"organizations:{act}", args=[made.uid])
            assert client.post(url, {"reason": "x"}).status_code == 404, (user, act)
        assert client.get(reverse("organizations:record", args=[made.uid])).status_code == 404
    made.refresh_from_db()
    assert made.status == Status.PENDING
    assert verbs(made) == before


def test_the_registrant_cannot_approve_and_an_official_not_their_own(
    cast: Cast, browser_of: Enter
) -> None:
    made = a_registration()
    url = reverse("organizations:approve", args=[made.uid])
    owner = made.registered_by or cast.outsider
    assert browser_of(owner).post(url, {"reason": "x"}).status_code == 404
    give_role(owner, Role.CITY_OFFICIAL, ScopeKind.CITY, by=None, at=NOW, reason="测试")
    assert browser_of(owner).post(url, {"reason": "x"}).status_code == 404
    made.refresh_from_db()
    assert made.status == Status.PENDING


def test_a_department_official_reads_its_industry_and_decides_nothing(
    cast: Cast, browser_of: Enter
) -> None:
    made = a_registration(hazardous=True)
    user = cast.outsider
    give_role(
        user,
        Role.DEPARTMENT_OFFICIAL,
        ScopeKind.INDUSTRY,
        "hazchem",
        by=None,
        at=NOW,
        reason="测试",
    )
    client = browser_of(user)
    page = client.get(reverse("organizations:record", args=[made.uid])).content.decode()
    assert "154****0088" in page
    assert "15400000088" not in page
    url = reverse("organizations:approve", args=[made.uid])
    assert client.post(url, {"reason": "x"}).status_code == 404
    assert not queries.waiting_for(user).exists()


def test_a_return_needs_a_reason(cast: Cast, browser_of: Enter) -> None:
    made = a_registration()
    with pytest.raises(BadInput):
        services.return_organization(made, by=cast.district_official, at=NOW, reason=" ")
    client = browser_of(cast.district_official)
    url = reverse("organizations:return", args=[made.uid])
    assert client.post(url, {"reason": ""}).status_code == 422
    made.refresh_from_db()
    assert made.status == Status.PENDING


def test_of_two_officials_the_slower_is_told(cast: Cast) -> None:
    made = a_registration()
    seen_by_slower = Organization.objects.get(pk=made.pk)
    services.approve_organization(made, by=cast.district_official, at=NOW, reason="好")
    with pytest.raises(NotAllowed):
        services.return_organization(seen_by_slower, by=cast.city_official, at=NOW, reason="不")
    made.refresh_from_db()
    assert made.status == Status.APPROVED
    assert len(verbs(made)) == 2

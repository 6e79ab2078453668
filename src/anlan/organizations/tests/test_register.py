"""An enterprise registers itself."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from anlan.foundation.accounts.models import Role, User
from anlan.foundation.accounts.queries import reach
from anlan.foundation.ledger.models import Entry
from anlan.foundation.notices.models import Notice
from anlan.lib import uscc
from anlan.lib.refusals import BadInput, Refused
from anlan.organizations.models import Organization, Status
from anlan.organizations.services import register_organization
from anlan.organizations.tests.builders import a_newcomer, a_registration, some_facts
from anlan.testing.cast import NOW, Cast

ACCOUNT = {
    "person_name": "赵样例",
    "username": "minghu.safety",
    "password": "Ming-Hu-2026",
    "again": "Ming-Hu-2026",
}


def test_registration_waits_for_the_district_and_tells_its_official(cast: Cast) -> None:
    made = a_registration()
    assert made.status == Status.PENDING
    assert made.key_industry == "machinery"
    assert reach(made.registered_by or cast.outsider).works_for(made.uid, Role.SAFETY_OFFICER)
    assert Entry.objects.filter(subject=made.subject, verb="organization_registered").count() == 1
    told = set(Notice.objects.values_list("user__username", flat=True))
    assert told == {"district"}


def test_a_provider_registers_and_gets_a_class_manager(cast: Cast) -> None:
    made = a_registration(kind="provider", industry="P8391")
    assert reach(made.registered_by or cast.outsider).works_for(made.uid, Role.CLASS_MANAGER)


def test_the_hazardous_flag_decides_the_key_industry(cast: Cast) -> None:
    assert a_registration(hazardous=True).key_industry == "hazchem"


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"uscc": uscc.synthetic(77)[:17] + "0"}, "校验位"),
        ({"uscc": "370100"}, "18 位"),
        ({"district": "110000"}, "区县"),
        ({"industry": "Z9999"}, "GB/T 4754"),
        ({"contact_phone": "0531-88888888"}, "座机"),
        ({"name": "  "}, "名称为空"),
    ],
)
def test_facts_that_cannot_be_right_are_refused(
    cast: Cast, wrong: dict[str, Any], said: str
) -> None:
    before = Organization.objects.count()
    with pytest.raises(BadInput, match=said):
        register_organization(by=a_newcomer(), at=NOW, **some_facts(**wrong))
    assert Organization.objects.count() == before
    assert not Entry.objects.exists()


def test_a_registered_code_is_refused_with_whom_to_ask(cast: Cast) -> None:
    made = a_registration()
    with pytest.raises(Refused) as refused:
        register_organization(by=cast.outsider, at=NOW, **some_facts())
    assert made.name in refused.value.message
    assert "历城区" in refused.value.next_step
    assert "赵*" in refused.value.next_step
    assert "154****0088" in refused.value.next_step
    assert "赵样例" not in refused.value.next_step
    assert not reach(cast.outsider).organizations


def test_the_guide_makes_account_and_organisation_in_one_go(cast: Cast, client: Client) -> None:
    page = client.post(reverse("organizations:register"), ACCOUNT, follow=True)
    assert page.status_code == 200
    assert not User.objects.filter(username="minghu.safety").exists()
    client.post(reverse("organizations:register_organization"), dict(some_facts(), hazardous=""))
    check = client.get(reverse("organizations:register_check"))
    assert "机械制造" in check.content.decode()
    done = client.post(reverse("organizations:register_check"), follow=True)
    made = Organization.objects.get(uscc=uscc.synthetic(77))
    assert made.registered_by == User.objects.get(username="minghu.safety")
    assert "等待历城区审核" in done.content.decode()
    client.logout()
    assert made.registered_by is not None
    assert made.registered_by.check_password("Ming-Hu-2026")


def test_typed_values_survive_an_error_and_leaving(cast: Cast, client: Client) -> None:
    client.post(reverse("organizations:register"), ACCOUNT)
    url = reverse("organizations:register_organization")
    answer = client.post(url, dict(some_facts(), uscc="123"))
    assert answer.status_code == 422
    assert "18 位" in answer.content.decode()
    assert "明湖机械" in answer.content.decode()
    assert "明湖机械" in client.get(url).content.decode()
    assert "Ming-Hu-2026" not in str(dict(client.session))


def test_what_is_typed_is_kept_as_it_is_typed(cast: Cast, client: Client) -> None:
    client.post(reverse("organizations:register"), ACCOUNT)
    answer = client.post(reverse("organizations:register_keep"), {"name": "大明湖机械"})
    assert answer.status_code == 204
    page = client.get(reverse("organizations:register_organization"))
    assert "大明湖机械" in page.content.decode()


def test_a_taken_code_or_username_is_said_beside_the_field(cast: Cast, client: Client) -> None:
    taken = client.post(reverse("organizations:register"), ACCOUNT | {"username": "City"})
    assert "已有人使用" in taken.content.decode()
    client.post(reverse("organizations:register"), ACCOUNT)
    facts = dict(some_facts(), uscc=cast.enterprise.uscc)
    answer = client.post(reverse("organizations:register_organization"), facts)
    assert "登记过" in answer.content.decode()
    assert client.get(reverse("organizations:register_check")).status_code == 302
    assert Organization.objects.count() == 4


@pytest.mark.parametrize("password", ["12345678", "password", "short1"])
def test_weak_passwords_are_refused(cast: Cast, client: Client, password: str) -> None:
    answer = client.post(
        reverse("organizations:register"), ACCOUNT | {"password": password, "again": password}
    )
    assert answer.status_code == 422


def test_a_logged_in_user_starts_at_the_organisation(
    cast: Cast, browser_of: Callable[[User], Client]
) -> None:
    client = browser_of(cast.outsider)
    answer = client.get(reverse("organizations:register"))
    assert answer.headers["Location"] == reverse("organizations:register_organization")

"""A provider registers its trainers; nobody else can, and nobody else sees them."""

import json
from collections.abc import Callable
from datetime import date, timedelta

import pytest
from django.test import Client

from anlan.foundation.accounts.models import User
from anlan.foundation.ledger.models import Entry
from anlan.lib.dates import local_date
from anlan.lib.refusals import BadInput
from anlan.organizations.models import Organization, Status
from anlan.testing.cast import NOW, Cast
from anlan.trainers.models import Trainer
from anlan.trainers.services import add_trainer

Enter = Callable[[User], Client]
TYPED: dict[str, object] = {
    "name": "讲师甲",
    "qualification": "注册安全工程师（化工安全）",
    "qualified_until": "2099-12-31",
    "industries": ["hazchem", "mining"],
}


def typed(provider: Organization) -> dict[str, object]:
    return TYPED | {"provider": str(provider.uid)}


def test_the_class_manager_registers_a_trainer(cast: Cast, browser_of: Enter) -> None:
    browser = browser_of(cast.class_manager)
    assert "登记讲师" in browser.get("/trainers/add").content.decode()
    page = browser.post("/trainers/add", typed(cast.provider), follow=True)
    trainer = Trainer.objects.get()
    assert (trainer.provider, trainer.industries) == (cast.provider, ["hazchem", "mining"])
    assert trainer.qualified_until == date(2099, 12, 31)
    assert "已登记讲师「讲师甲」" in page.content.decode()


def test_name_and_qualification_stay_out_of_the_ledger_in_clear(cast: Cast) -> None:
    trainer = add_trainer(
        provider=cast.provider,
        name="讲师甲",
        industries=["hazchem"],
        qualification="证号 12345",
        qualified_until=local_date(NOW),
        by=cast.class_manager,
        at=NOW,
    )
    entry = Entry.objects.get(subject=trainer.subject)
    assert json.loads(entry.leaf)["data"]["industries"] == ["hazchem"]
    assert "讲师甲" not in entry.leaf
    assert "12345" not in entry.leaf


def test_whoever_manages_one_provider_cannot_fill_in_another(cast: Cast, browser_of: Enter) -> None:
    page = browser_of(cast.class_manager).post("/trainers/add", typed(cast.rival_provider))
    assert page.status_code == 422
    assert not Trainer.objects.exists()


@pytest.mark.parametrize("missing", ["name", "qualification", "qualified_until", "industries"])
def test_what_is_missing_is_said_and_nothing_is_kept(
    cast: Cast, browser_of: Enter, missing: str
) -> None:
    facts = typed(cast.provider)
    del facts[missing]
    page = browser_of(cast.class_manager).post("/trainers/add", facts)
    assert page.status_code == 422
    assert "讲师甲" in page.content.decode() or missing == "name"
    assert not Trainer.objects.exists()


def test_a_qualification_that_has_run_out_is_refused(cast: Cast) -> None:
    with pytest.raises(BadInput, match="资格已于 2026年11月22日 到期"):
        add_trainer(
            provider=cast.provider,
            name="讲师甲",
            industries=[],
            qualification="证",
            qualified_until=local_date(NOW - timedelta(days=1)),
            by=cast.class_manager,
            at=NOW,
        )
    assert not Trainer.objects.exists()
    assert not Entry.objects.exists()


def test_an_employer_has_no_trainers(cast: Cast) -> None:
    with pytest.raises(BadInput, match="不是培训机构"):
        add_trainer(
            provider=cast.enterprise,
            name="讲师甲",
            industries=[],
            qualification="证",
            qualified_until=local_date(NOW),
            by=cast.city_official,
            at=NOW,
        )
    assert not Trainer.objects.exists()


def test_a_provider_that_waits_for_approval_is_told_so(cast: Cast, browser_of: Enter) -> None:
    Organization.objects.filter(pk=cast.provider.pk).update(status=Status.PENDING)
    page = browser_of(cast.class_manager).post("/trainers/add", typed(cast.provider))
    assert page.status_code == 409
    assert "还没有通过审核" in page.content.decode()
    assert not Trainer.objects.exists()


@pytest.mark.parametrize("who", ["outsider", "safety_officer", "trainer_user", "city_official"])
def test_others_do_not_find_the_form(cast: Cast, browser_of: Enter, who: str) -> None:
    browser = browser_of(getattr(cast, who))
    assert browser.get("/trainers/add").status_code == 404
    assert browser.post("/trainers/add", typed(cast.provider)).status_code == 404
    assert not Trainer.objects.exists()

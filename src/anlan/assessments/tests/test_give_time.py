"""The proctor's page: who may give time, and who never finds it."""

from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse
from django.utils.timezone import now

from anlan.assessments.models import Sitting, TimeGrant
from anlan.assessments.services import start_sitting, submit_sitting
from anlan.assessments.tests.builders import a_full_bank, a_learner, a_sitting, the_user
from anlan.foundation.accounts.models import User
from anlan.testing.cast import Cast

Browser = Callable[[User], Client]
FORM = {"minutes": "10", "reason": "考场停电，监考在场"}


def is_the_manager(user: User, sitting: object) -> bool:
    return user.username == "manager"


@pytest.fixture
def sitting(cast: Cast, settings: object) -> Sitting:
    settings.ANLAN_PROCTORS = f"{__name__}.is_the_manager"  # type: ignore[attr-defined]
    a_full_bank()
    sitting = a_sitting(a_learner(), cast.class_manager)
    Sitting.objects.filter(pk=sitting.pk).update(opens_at=now(), closes_at=now().replace(year=2099))
    sitting.refresh_from_db()
    return start_sitting(sitting, by=None, at=now())


def url(sitting: Sitting) -> str:
    return reverse("assessments:time", args=[sitting.uid])


def test_the_class_manager_gives_ten_minutes(
    cast: Cast, sitting: Sitting, browser_of: Browser
) -> None:
    before = sitting.deadline
    desk = browser_of(cast.class_manager)
    assert "没有补过时间" in desk.get(url(sitting)).content.decode()
    page = desk.post(url(sitting), FORM, follow=True).content.decode()
    assert "已补时 10 分钟" in page
    assert "考场停电，监考在场" in page
    sitting.refresh_from_db()
    assert before is not None
    assert sitting.deadline is not None
    assert (sitting.deadline - before).total_seconds() == 600


def test_time_without_a_reason_is_asked_for_again(
    cast: Cast, sitting: Sitting, browser_of: Browser
) -> None:
    page = browser_of(cast.class_manager).post(url(sitting), {"minutes": "5"}).content.decode()
    assert "请填写补时原因" in page
    assert not TimeGrant.objects.exists()


def test_a_paper_handed_in_has_no_button(cast: Cast, sitting: Sitting, browser_of: Browser) -> None:
    submit_sitting(sitting, by=None, at=now())
    page = browser_of(cast.class_manager).get(url(sitting)).content.decode()
    assert "不能再补时" in page
    assert browser_of(cast.class_manager).post(url(sitting), FORM).status_code == 409
    assert not TimeGrant.objects.exists()


def test_nobody_else_finds_the_page(cast: Cast, sitting: Sitting, browser_of: Browser) -> None:
    for user in (cast.outsider, cast.rival_manager, the_user(sitting.person)):
        assert browser_of(user).get(url(sitting)).status_code == 404
        assert browser_of(user).post(url(sitting), FORM).status_code == 404
    assert not TimeGrant.objects.exists()

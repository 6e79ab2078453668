"""Where the rule asks for it, who sits an exam is checked first; a review is good enough to start."""

from collections.abc import Callable
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from anlan.assessments.intake.hot import ENDPOINTS
from anlan.assessments.models import Sitting, SittingStatus
from anlan.assessments.services import schedule_sittings, start_sitting
from anlan.assessments.tests.builders import (
    HOUR,
    a_full_bank,
    a_learner,
    a_sitting,
    the_rules,
    the_user,
)
from anlan.foundation.accounts.models import User
from anlan.foundation.intake import application
from anlan.foundation.rules.queries import Ruling
from anlan.identity.models import CheckStatus, IdentityCheck, Purpose, Route
from anlan.identity.services import checks as acts
from anlan.lib.refusals import NotAllowed
from anlan.testing.cast import NOW, Cast
from anlan.testing.intake import Door

Enter = Callable[[User], Client]


@pytest.fixture
def sitting(cast: Cast) -> Sitting:
    """A sitting of a day on which the rule asks for one check."""
    a_full_bank()
    found = a_sitting(a_learner(), cast.class_manager)
    found.composition = {**found.composition, "identity": 1}
    found.save()
    return found


def checked(sitting: Sitting) -> IdentityCheck:
    return IdentityCheck.objects.get(subject=sitting.subject)


def test_nobody_starts_unknown_and_whoever_chose_people_starts_at_once(
    cast: Cast, sitting: Sitting, browser_of: Enter
) -> None:
    user = the_user(sitting.person)
    client = browser_of(user)
    cover = reverse("assessments:sitting", args=[sitting.uid])
    with time_machine.travel(NOW, tick=False):
        page = client.get(cover).content.decode()
        assert "核验身份" in page
        assert "开始考试</button>" not in page
        told = client.post(reverse("assessments:start", args=[sitting.uid]))
        assert told.status_code == 409
        assert Sitting.objects.get().status == SittingStatus.READY
        went = client.post(reverse("assessments:identify", args=[sitting.uid]))
        check = checked(sitting)
        assert went["Location"] == reverse("identity:check", args=[check.uid])
        client.post(reverse("identity:check_by_people", args=[check.uid]), {"route": "manual"})
        page = client.get(cover).content.decode()
        assert "复核中" in page
        assert "不影响考试" in page
        assert client.post(reverse("assessments:start", args=[sitting.uid])).status_code == 302
    assert Sitting.objects.get().status == SittingStatus.STARTED
    assert checked(sitting).status == CheckStatus.REVIEW


def test_a_denied_check_keeps_nobody_out(cast: Cast, sitting: Sitting) -> None:
    user = the_user(sitting.person)
    words: dict[str, Any] = {"by": user, "at": NOW}
    check = acts.begin(sitting.person, Purpose.EXAM, sitting.subject, **words)
    acts.go_on(check, route=Route.MANUAL, **words)
    acts.decide(check, confirmed=False, reason="没有带证", by=cast.city_official, at=NOW)
    start_sitting(sitting, **words)
    assert Sitting.objects.get().status == SittingStatus.STARTED


def test_the_hot_path_asks_too(sitting: Sitting, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(application, "now", lambda: NOW)
    user = the_user(sitting.person)
    door = Door(ENDPOINTS, user=user, device="a" * 32)
    told = door.ask("exams/start", {"sitting": str(sitting.uid)})
    assert (told.status, told.json["message"]) == (409, "开考前要先核验本人。")
    assert Sitting.objects.get().status == SittingStatus.READY
    check = acts.begin(sitting.person, Purpose.EXAM, sitting.subject, by=user, at=NOW)
    assert door.ask("exams/start", {"sitting": str(sitting.uid)}).status == 409
    acts.go_on(check, route=Route.MANUAL, by=user, at=NOW)
    assert door.ask("exams/start", {"sitting": str(sitting.uid)}).status == 200


def test_whom_an_examiner_has_seen_is_not_asked_again(sitting: Sitting) -> None:
    user = the_user(sitting.person)
    with pytest.raises(NotAllowed, match="先核验本人"):
        start_sitting(sitting, by=user, at=NOW)
    start_sitting(sitting, by=user, at=NOW, vouched=True)
    assert Sitting.objects.get().status == SittingStatus.STARTED


@pytest.mark.parametrize("times", [0, 1])
def test_the_rule_of_the_exams_day_is_frozen_in_the_sitting(cast: Cast, times: int) -> None:
    a_full_bank()
    rules = the_rules()
    rules.rulings["identity.check_exam"] = Ruling(times, "测试", "")
    [made] = schedule_sittings(
        [a_learner()],
        title="理论考试",
        industry="hazchem",
        rules=rules,
        opens_at=NOW,
        closes_at=NOW + HOUR,
        by=None,
        at=NOW - HOUR,
    )
    assert made.composition.get("identity", 0) == times

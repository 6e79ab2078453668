"""结班: only with complete evidence, else exactly what is missing."""

from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from django.test import Client

from anlan.classes.evidence import missing_evidence
from anlan.classes.models import Closing, Session, Status
from anlan.classes.tests.conftest import SetClock
from anlan.foundation.accounts.models import User
from anlan.foundation.ledger.models import Entry
from anlan.testing import classes as stage
from anlan.testing.cast import Cast
from anlan.trainers.models import Outcome

Enter = Callable[[User], Client]
AFTERWARDS = datetime(2026, 12, 5, 1, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _after_the_class(clock: SetClock) -> None:
    clock(AFTERWARDS)


def test_a_class_with_complete_evidence_closes_and_shows_its_figures(
    cast: Cast, browser_of: Enter
) -> None:
    klass = stage.a_finished_class(cast)
    manager = browser_of(cast.class_manager)
    answer = manager.post(f"/classes/{klass.uid}/close", follow=True)
    klass.refresh_from_db()
    closing = Closing.objects.get()
    assert klass.status == Status.CLOSED
    assert (closing.enrolled, closing.passed, closing.attendances) == (3, 3, 18)
    assert Outcome.objects.get().occasion == klass.uid
    text = answer.content.decode()
    assert "已结班：3/3 人合格" in text
    assert "合格率 100.0%；首考合格 3 人" in text


def test_what_is_missing_is_listed_and_nothing_changes(cast: Cast, browser_of: Enter) -> None:
    klass = stage.a_running_class(cast)
    before = Entry.objects.count()
    answer = browser_of(cast.class_manager).post(f"/classes/{klass.uid}/close")
    text = answer.content.decode()
    klass.refresh_from_db()
    assert answer.status_code == 409
    assert "2026年12月1日上午没有任何签到" in text
    assert "没有录像，请上传" in text
    assert "AQ 8011-2023" in text
    assert (klass.status, Entry.objects.count()) == (Status.RUNNING, before)
    assert not Closing.objects.exists()


def test_a_fragment_is_answered_to_a_fragment(cast: Cast, browser_of: Enter) -> None:
    klass = stage.a_running_class(cast)
    browser = browser_of(cast.class_manager)
    answer = browser.post(f"/classes/{klass.uid}/close", headers={"HX-Request": "true"})
    assert answer.status_code == 409
    assert "<html" not in answer.content.decode()


def test_each_piece_of_evidence_is_asked_for_by_itself(cast: Cast) -> None:
    klass = stage.a_finished_class(cast)
    assert missing_evidence(klass, at=AFTERWARDS) == []
    filmed = Session.objects.filter(klass=klass, mode="offline").order_by("day", "half")[0]
    filmed.recordings.clear()
    (gap,) = missing_evidence(klass, at=AFTERWARDS)
    assert (gap.where, "没有录像" in gap.text) == ("recordings", True)


def test_the_failed_are_named_masked_until_they_make_up_or_give_up(cast: Cast) -> None:
    klass = stage.a_running_class(cast, learners=2)
    for session in klass.sessions.all():
        stage.attend(cast, session)
        stage.film(cast, session)
    stage.examine(cast, klass, passed=False)
    (gap,) = missing_evidence(klass, at=AFTERWARDS)
    assert gap.text == "王*、欧阳*考核未合格，请安排补考，或登记放弃补考的理由。"


def test_nobody_else_closes_it(cast: Cast, browser_of: Enter) -> None:
    klass = stage.a_finished_class(cast)
    lines = Entry.objects.count()
    for other in (cast.outsider, cast.rival_manager, cast.city_official, cast.trainer_user):
        assert browser_of(other).post(f"/classes/{klass.uid}/close").status_code == 404
    klass.refresh_from_db()
    assert (klass.status, Entry.objects.count()) == (Status.RUNNING, lines)


def test_a_closed_class_is_closed_once(cast: Cast, browser_of: Enter) -> None:
    klass = stage.a_finished_class(cast)
    manager = browser_of(cast.class_manager)
    manager.post(f"/classes/{klass.uid}/close")
    assert manager.post(f"/classes/{klass.uid}/close").status_code == 404
    assert Closing.objects.count() == 1

"""变更: asked with a reason, decided on, told to everybody touched."""

from collections.abc import Callable
from datetime import date

import pytest
from django.test import Client

from anlan.attendance.models import MarkKind
from anlan.classes import queries
from anlan.classes.models import ChangeKind, ChangeRequest, ChangeStatus, Status, TrainingClass
from anlan.classes.services.changes import grant_change, request_change
from anlan.classes.services.door import sign_by_supervisor
from anlan.foundation.accounts.models import User
from anlan.foundation.ledger.models import Entry
from anlan.foundation.notices.models import Notice
from anlan.lib.refusals import NotAllowed, Refused
from anlan.testing import classes as stage
from anlan.testing.cast import NOW, Cast

Enter = Callable[[User], Client]
pytestmark = pytest.mark.usefixtures("clock")


def _asked(cast: Cast, klass: TrainingClass, day: str = "2026-12-07") -> ChangeRequest:
    return request_change(
        klass,
        ChangeKind.RESCHEDULE,
        session=klass.sessions.order_by("day", "half")[0],
        after={"day": day, "half": "pm"},
        reason="讲师临时出差",
        by=cast.class_manager,
        at=NOW,
    )


def test_a_new_date_is_asked_for_granted_and_told(cast: Cast, browser_of: Enter) -> None:
    klass = stage.a_running_class(cast)
    session = klass.sessions.order_by("day", "half")[0]
    form = {"session": session.uid, "day": "2026-12-07", "half": "pm", "reason": "讲师临时出差"}
    url = f"/classes/{klass.uid}/change/?kind=reschedule"
    assert browser_of(cast.class_manager).post(url, form).status_code == 302
    change = ChangeRequest.objects.get()
    session.refresh_from_db()
    assert session.day == date(2026, 12, 1)
    page = browser_of(cast.district_official).get(f"/classes/{klass.uid}/").content.decode()
    assert "2026年12月1日上午的课改到2026年12月7日下午" in page
    answer = {"decision": "grant", "reason": "同意"}
    browser_of(cast.district_official).post(f"/classes/changes/{change.uid}/decide", answer)
    session.refresh_from_db()
    klass.refresh_from_db()
    assert (session.day, session.half) == (date(2026, 12, 7), "pm")
    assert session.register is not None
    assert session.register.starts_at.isoformat() == "2026-12-07T05:30:00+00:00"
    assert klass.last_day == date(2026, 12, 7)
    told = Notice.objects.filter(title__startswith="课程有变更")
    assert {n.user for n in told} >= {cast.class_manager, cast.safety_officer}


@pytest.mark.parametrize("kind", list(ChangeKind))
def test_each_kind_has_its_own_form(cast: Cast, browser_of: Enter, kind: ChangeKind) -> None:
    klass = stage.a_bookable_class(cast)
    page = browser_of(cast.class_manager).get(f"/classes/{klass.uid}/change/?kind={kind}")
    text = page.content.decode()
    assert page.status_code == 200
    assert ("要变更的半天" in text) == (kind != ChangeKind.CANCEL)
    assert ("取消经批准后不能恢复" in text) == (kind == ChangeKind.CANCEL)


def test_another_trainer_and_another_room(cast: Cast, browser_of: Enter) -> None:
    klass = stage.a_bookable_class(cast)
    session = klass.sessions.filter(mode="offline").order_by("day", "half")[0]
    wishes = {
        "trainer": stage.a_trainer(cast.provider, "周讲师").uid,
        "venue": stage.a_venue(cast.provider, "二号教室").uid,
    }
    for kind, uid in wishes.items():
        form = {"session": session.uid, kind: uid, "reason": "原安排冲突"}
        browser_of(cast.class_manager).post(f"/classes/{klass.uid}/change/?kind={kind}", form)
    for change in ChangeRequest.objects.all():
        grant_change(change, by=cast.district_official, at=NOW, reason="同意")
    session.refresh_from_db()
    assert session.venue is not None
    assert (session.trainer.name, session.venue.name) == ("周讲师", "二号教室")


def test_what_the_rules_forbid_is_refused_before_it_is_asked(cast: Cast, browser_of: Enter) -> None:
    klass = stage.a_bookable_class(cast)
    session = klass.sessions.filter(mode="offline").order_by("day", "half")[0]
    small = stage.a_venue(cast.provider, "小教室", area_m2=40)
    form = {"session": session.uid, "venue": small.uid, "reason": "换地方"}
    answer = browser_of(cast.class_manager).post(f"/classes/{klass.uid}/change/?kind=venue", form)
    text = answer.content.decode()
    assert answer.status_code == 422
    assert "每人不少于 1.5 ㎡" in text
    assert "AQ 8011-2023" in text
    with pytest.raises(Refused, match="已经过去"):
        _asked(cast, klass, "2026-11-02")
    with pytest.raises(Refused, match="本班2026年12月2日下午已有课"):
        _asked(cast, klass, "2026-12-02")
    assert not ChangeRequest.objects.exists()


def test_a_refusal_leaves_the_timetable_as_it_is(cast: Cast, browser_of: Enter) -> None:
    klass = stage.a_bookable_class(cast)
    change = _asked(cast, klass)
    answer = {"decision": "refuse", "reason": "距开班太近"}
    browser_of(cast.city_official).post(f"/classes/changes/{change.uid}/decide", answer)
    change.refresh_from_db()
    klass.refresh_from_db()
    assert change.status == ChangeStatus.REFUSED
    assert klass.last_day == date(2026, 12, 3)
    assert Notice.objects.filter(user=cast.class_manager, body="距开班太近").exists()


def test_a_request_is_taken_back_and_can_no_longer_be_granted(
    cast: Cast, browser_of: Enter
) -> None:
    klass = stage.a_bookable_class(cast)
    change = _asked(cast, klass)
    browser_of(cast.class_manager).post(f"/classes/changes/{change.uid}/withdraw")
    change.refresh_from_db()
    assert change.status == ChangeStatus.WITHDRAWN
    with pytest.raises(NotAllowed):
        grant_change(change, by=cast.district_official, at=NOW, reason="同意")


def test_a_granted_cancellation_ends_the_class_and_tells_everybody(
    cast: Cast, browser_of: Enter
) -> None:
    klass = stage.a_running_class(cast)
    form = {"reason": "报名人数不足"}
    browser_of(cast.class_manager).post(f"/classes/{klass.uid}/change/?kind=cancel", form)
    change = ChangeRequest.objects.get()
    grant_change(change, by=cast.city_official, at=NOW, reason="同意")
    klass.refresh_from_db()
    assert klass.status == Status.CANCELLED
    assert not klass.sessions.filter(active=True).exists()
    told = Notice.objects.filter(title__startswith="培训班已取消", body="报名人数不足")
    assert told.filter(user=cast.safety_officer).exists()


def test_a_signed_half_day_is_not_offered(cast: Cast, browser_of: Enter) -> None:
    klass = stage.a_running_class(cast, learners=1)
    session = queries.sessions_of(klass)[0]
    assert session.register
    sign_by_supervisor(
        session,
        queries.enrolled(klass)[0],
        MarkKind.IN,
        reason="没带手机",
        by=cast.class_manager,
        at=session.register.starts_at,
    )
    text = browser_of(cast.class_manager).get(f"/classes/{klass.uid}/change/").content.decode()
    assert str(session.uid) not in text
    with pytest.raises(Refused, match="已有人签到"):
        _asked(cast, klass)


def test_outsiders_neither_ask_decide_nor_withdraw(cast: Cast, browser_of: Enter) -> None:
    klass = stage.a_bookable_class(cast)
    change = _asked(cast, klass)
    lines = Entry.objects.count()
    grant = {"decision": "grant", "reason": "同意"}
    for other in (cast.outsider, cast.rival_manager, cast.safety_officer, cast.trainer_user):
        browser = browser_of(other)
        assert browser.get(f"/classes/{klass.uid}/change/").status_code == 404
        assert browser.post(f"/classes/changes/{change.uid}/decide", grant).status_code == 404
        assert browser.post(f"/classes/changes/{change.uid}/withdraw").status_code == 404
    for other in (cast.class_manager, cast.other_district_official):
        answer = browser_of(other).post(f"/classes/changes/{change.uid}/decide", grant)
        assert answer.status_code == 404
    change.refresh_from_db()
    assert (change.status, Entry.objects.count()) == (ChangeStatus.ASKED, lines)

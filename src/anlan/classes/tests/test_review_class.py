"""审核与审批: district, then city; either may return with a reason, and history is kept."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client

from anlan.classes.models import Decision, HalfDay, Status
from anlan.classes.services.applications import Slot, put_session, submit_class
from anlan.classes.services.reviews import return_class
from anlan.courses.models import Mode
from anlan.foundation.accounts.models import User
from anlan.foundation.ledger.models import Entry
from anlan.foundation.notices.models import Notice
from anlan.lib.refusals import BadInput, NotAllowed
from anlan.testing import classes as stage
from anlan.testing.cast import NOW, Cast

Enter = Callable[[User], Client]
pytestmark = pytest.mark.usefixtures("clock")
AGREE = {"decision": "agree", "reason": "材料齐全"}
RETURN = {"decision": "return", "reason": "十二月二日下午请换更大的场地"}


def test_district_then_city_agree_and_registers_are_laid_out(cast: Cast, browser_of: Enter) -> None:
    klass = stage.a_submitted_class(cast)
    url = f"/classes/{klass.uid}/decide"
    assert browser_of(cast.district_official).post(url, AGREE).status_code == 302
    klass.refresh_from_db()
    assert klass.status == Status.REVIEWED
    assert browser_of(cast.city_official).post(url, AGREE).status_code == 302
    klass.refresh_from_db()
    assert klass.status == Status.APPROVED
    assert klass.sessions.filter(register__isnull=False).count() == 6
    assert [r.decision for r in klass.reviews.all()] == [Decision.AGREED, Decision.AGREED]
    verbs = Entry.objects.filter(subject=klass.subject).values_list("verb", flat=True)
    assert list(verbs)[-2:] == ["class_reviewed", "class_approved"]
    assert Notice.objects.filter(user=cast.class_manager, title__startswith="已同意开班").exists()


def test_a_return_frees_the_rooms_and_tells_the_manager_why(cast: Cast, browser_of: Enter) -> None:
    klass = stage.a_submitted_class(cast)
    browser_of(cast.district_official).post(f"/classes/{klass.uid}/decide", RETURN)
    klass.refresh_from_db()
    assert klass.status == Status.RETURNED
    assert not klass.sessions.filter(active=True).exists()
    text = browser_of(cast.class_manager).get(f"/classes/{klass.uid}/").content.decode()
    assert RETURN["reason"] in text
    assert "由班主任班主任按退回意见修改后重新提交" in text


def test_a_decision_without_a_reason_is_refused(cast: Cast, browser_of: Enter) -> None:
    klass = stage.a_submitted_class(cast)
    lines = Entry.objects.count()
    blank = {"decision": "return", "reason": "  "}
    answer = browser_of(cast.district_official).post(f"/classes/{klass.uid}/decide", blank)
    klass.refresh_from_db()
    assert answer.status_code == 422
    assert "请写明理由" in answer.content.decode()
    assert (klass.status, Entry.objects.count()) == (Status.SUBMITTED, lines)
    with pytest.raises(BadInput):
        return_class(klass, by=cast.district_official, at=NOW, reason=" ")


def test_a_resubmitted_application_shows_what_changed(cast: Cast, browser_of: Enter) -> None:
    klass = stage.a_submitted_class(cast)
    return_class(klass, by=cast.district_official, at=NOW, reason="请换讲师")
    first = klass.sessions.select_related("module", "venue").order_by("day", "half")[0]
    slot = Slot(
        first.day,
        HalfDay(first.half),
        first.module,
        stage.a_trainer(cast.provider, "周讲师"),
        first.venue,
        mode=Mode(first.mode),
    )
    put_session(klass, slot, hours=4, by=cast.class_manager, at=NOW)
    submit_class(klass, by=cast.class_manager, at=NOW + timedelta(hours=1))
    text = browser_of(cast.district_official).get(f"/classes/{klass.uid}/").content.decode()
    assert "2026年12月1日上午：讲师由「孙讲师」改为「周讲师」" in text


def test_the_queue_holds_what_waits_for_each_official(cast: Cast, browser_of: Enter) -> None:
    first = stage.a_submitted_class(cast, title="先提交的班")
    stage.a_reviewed_class(cast, title="等市级的班")
    district = browser_of(cast.district_official).get("/classes/queue/").content.decode()
    city = browser_of(cast.city_official).get("/classes/queue/").content.decode()
    assert first.title in district
    assert "等市级的班" not in district
    assert "等市级的班" in city
    assert first.title not in city


def test_the_reviewer_reads_what_the_rules_say_of_it(cast: Cast, browser_of: Enter) -> None:
    klass = stage.a_submitted_class(cast)
    district = browser_of(cast.district_official)
    assert "都符合要求" in district.get(f"/classes/{klass.uid}/").content.decode()
    klass.sessions.filter(half="pm").delete()
    text = district.get(f"/classes/{klass.uid}/").content.decode()
    assert "共排 12 学时，至少需要 24 学时" in text


def test_others_have_no_queue_and_decide_nothing(cast: Cast, browser_of: Enter) -> None:
    klass = stage.a_submitted_class(cast)
    lines = Entry.objects.count()
    others = (
        cast.outsider,
        cast.class_manager,
        cast.rival_manager,
        cast.other_district_official,
        cast.city_official,
        cast.safety_officer,
    )
    for other in others:
        answer = browser_of(other).post(f"/classes/{klass.uid}/decide", AGREE)
        assert answer.status_code == 404, other
    for other in (cast.outsider, cast.class_manager, cast.safety_officer):
        assert browser_of(other).get("/classes/queue/").status_code == 404
    klass.refresh_from_db()
    assert (klass.status, Entry.objects.count()) == (Status.SUBMITTED, lines)


def test_two_officials_at_once_decide_once(cast: Cast) -> None:
    klass = stage.a_submitted_class(cast)
    stale = type(klass).objects.get(pk=klass.pk)
    return_class(klass, by=cast.district_official, at=NOW, reason="请补充")
    lines = Entry.objects.count()
    with pytest.raises(NotAllowed, match="另一位同事"):
        return_class(stale, by=cast.district_official, at=NOW, reason="请补充")
    assert Entry.objects.count() == lines

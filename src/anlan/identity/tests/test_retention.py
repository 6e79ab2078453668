"""Clocks of retention, the count of faces, and impact assessments."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils.timezone import now

from anlan.foundation.accounts.models import Role, ScopeKind, User
from anlan.foundation.notices.models import Notice, TextMessage
from anlan.foundation.notices.services import text
from anlan.identity import jobs
from anlan.identity.models import ImpactAssessment, ImpactStatus, LoginCode, RosterUpload
from anlan.identity.queries import rights
from anlan.identity.services import rights as acts
from anlan.identity.tests.builders import a_row, imported
from anlan.lib.dates import local_date
from anlan.lib.refusals import BadInput, NotAllowed
from anlan.testing.cast import NOW, Cast, a_user

pytestmark = pytest.mark.django_db
Enter = Callable[[User], Client]
WORDS = {
    "title": "人脸核验",
    "purpose": "确认参训的是本人",
    "necessity": "有同等便利的人工路线",
    "risks": "照片攻击、泄露",
    "measures": "只存加密特征，可随时撤回同意",
}


def seventy_nine() -> int:
    return 79_999


def eighty() -> int:
    return 80_000


def hundred() -> int:
    return 100_000


def test_what_is_past_its_time_goes_and_the_rest_stays(cast: Cast) -> None:
    text(["13800001000"], "旧", at=NOW - timedelta(days=31))
    text(["13800001000"], "新", at=NOW - timedelta(days=29))
    LoginCode.objects.create(phone_index="a", code_hash="b", at=NOW - timedelta(days=8))
    LoginCode.objects.create(phone_index="a", code_hash="b", at=NOW - timedelta(days=6))
    due = {one.clock.title: (one.now, one.soon) for one in rights.clocks(NOW, NOW + timedelta(7))}
    assert due["短信"] == (1, 1)
    assert due["验证码"] == (1, 1)
    assert jobs.keep_clocks(NOW) == 2
    assert [one.text for one in TextMessage.objects.all()] == ["新"]
    assert LoginCode.objects.count() == 1
    assert jobs.keep_clocks(NOW) == 0


def test_a_roster_s_file_goes_and_what_came_of_it_stays(cast: Cast) -> None:
    roster = imported([a_row(1)], cast.enterprise, cast.safety_officer)
    jobs.keep_clocks(NOW + timedelta(days=89))
    assert RosterUpload.objects.get(pk=roster.pk).file.removed_at is None
    jobs.keep_clocks(NOW + timedelta(days=91))
    kept = RosterUpload.objects.get(pk=roster.pk)
    assert kept.file.removed_at is not None
    assert kept.rows_new == 1


def test_the_page_lists_every_clock_to_the_city_alone(cast: Cast, browser_of: Enter) -> None:
    page = browser_of(cast.city_official).get("/people/retention/").content.decode()
    for one in rights.clocks(now(), now()):
        assert one.clock.title in page
    assert "工伤认定办法第二十四条" in page
    for other in (cast.district_official, cast.safety_officer, cast.outsider):
        assert browser_of(other).get("/people/retention/").status_code == 404


@pytest.mark.parametrize(
    ("counter", "state", "told"),
    [("seventy_nine", "", 0), ("eighty", "warn", 1), ("hundred", "filing", 1)],
)
def test_faces_are_counted_toward_the_filing(
    cast: Cast, settings: Any, counter: str, state: str, told: int
) -> None:
    assert rights.stored_faces() == 0
    settings.ANLAN_STORED_FACES = f"{__name__}.{counter}"
    assert rights.face_count(NOW).state == state
    jobs.watch_faces(NOW)
    jobs.watch_faces(NOW + timedelta(hours=1))
    assert Notice.objects.filter(user=cast.city_official, title__contains="人脸").count() == told


def test_an_assessment_is_approved_by_another_and_then_stands(
    cast: Cast, browser_of: Enter
) -> None:
    one = acts.draft_impact(WORDS, by=cast.city_official, at=NOW)
    other = a_user("ops", "平台运维", Role.OPERATOR, ScopeKind.CITY)
    with pytest.raises(NotAllowed, match="只有起草人"):
        acts.change_impact(one, WORDS, by=other)
    acts.submit_impact(one, by=cast.city_official, at=NOW)
    with pytest.raises(NotAllowed, match="自己起草"):
        acts.decide_impact(one, approve=True, answer="", by=cast.city_official, at=NOW)
    with pytest.raises(BadInput, match="退回"):
        acts.decide_impact(one, approve=False, answer=" ", by=other, at=NOW)
    assert ImpactAssessment.objects.get().status == ImpactStatus.SUBMITTED
    client = browser_of(other)
    client.post(f"/people/impacts/{one.uid}/decide", {"answer": "approve"})
    one.refresh_from_db()
    assert one.status == ImpactStatus.APPROVED
    assert one.keep_until is not None
    assert one.keep_until >= local_date(now()) + timedelta(days=1090)
    with pytest.raises(NotAllowed, match="不能再改"):
        acts.change_impact(one, {**WORDS, "title": "另一件"}, by=cast.city_official)
    one.refresh_from_db()
    assert one.title == "人脸核验"
    after = acts.revise_impact(one, by=other, at=NOW)
    assert (after.version, after.topic, after.risks) == (2, one.topic, one.risks)
    page = client.get(f"/people/impacts/{after.uid}/").content.decode()
    assert "第 1 版" in page
    assert "打印" in page


def test_an_assessment_is_drafted_on_the_page_and_hidden_from_others(
    cast: Cast, browser_of: Enter
) -> None:
    client = browser_of(cast.city_official)
    short = client.post("/people/impacts/new", {**WORDS, "risks": ""})
    assert short.status_code == 422
    assert "有同等便利的人工路线" in short.content.decode()
    client.post("/people/impacts/new", WORDS)
    one = ImpactAssessment.objects.get()
    assert "人脸核验" in client.get("/people/impacts/").content.decode()
    client.post(f"/people/impacts/{one.uid}/edit", {**WORDS, "title": "人脸核验（修改）"})
    client.post(f"/people/impacts/{one.uid}/submit")
    one.refresh_from_db()
    assert (one.title, one.status) == ("人脸核验（修改）", ImpactStatus.SUBMITTED)
    for other in (cast.district_official, cast.safety_officer, cast.outsider):
        assert browser_of(other).get(f"/people/impacts/{one.uid}/").status_code == 404

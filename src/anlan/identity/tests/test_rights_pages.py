"""我的信息与权利 on a phone: the code first, then a copy or a wish to be deleted."""

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client
from django.utils.timezone import now

from anlan.foundation.accounts.models import Role, ScopeKind, User
from anlan.foundation.accounts.services import give_role
from anlan.foundation.ledger.models import Entry, SubjectKey
from anlan.foundation.notices.models import Notice, TextMessage
from anlan.identity import jobs, services
from anlan.identity.kept import kinds
from anlan.identity.models import (
    DeletionRequest,
    DeletionStatus,
    LoginCode,
    Person,
    PersonalExport,
    Retained,
    RosterUpload,
)
from anlan.identity.services import rights as acts
from anlan.identity.tests.builders import a_row, a_worker, imported
from anlan.lib.refusals import BadInput, NotAllowed, Refused
from anlan.testing.cast import Cast

pytestmark = pytest.mark.django_db
Enter = Callable[[User], Client]


def a_learner_with_an_account(cast: Cast) -> tuple[Person, User]:
    person = a_worker(cast.enterprise, cast.safety_officer)
    return person, services.ensure_account(person, at=now())


def the_code(client: Client, wish: str) -> str:
    client.post("/people/me/data/code", {"for": wish})
    found = re.search(r"\d{6}", TextMessage.objects.order_by("-id")[0].text)
    assert found
    return found.group()


def test_the_page_says_what_is_kept_and_why(cast: Cast, browser_of: Enter) -> None:
    person, user = a_learner_with_an_account(cast)
    page = browser_of(user).get("/people/me/data/").content.decode()
    for kind in kinds():
        assert kind.title in page
    assert "确认参训的是本人" in page
    assert person.id_number not in page
    assert browser_of(cast.outsider).get("/people/me/data/").status_code == 409


def test_a_copy_is_made_after_the_code_and_given_to_the_person_alone(
    cast: Cast, browser_of: Enter
) -> None:
    person, user = a_learner_with_an_account(cast)
    client = browser_of(user)
    code = the_code(client, "export")
    wrong = client.post("/people/me/data/export", {"code": "000000" if code != "000000" else "1"})
    assert wrong.status_code == 422
    assert not PersonalExport.objects.exists()
    assert client.post("/people/me/data/export", {"code": code}).status_code == 302
    again = client.post("/people/me/data/export", {"code": code})
    assert again.status_code == 422
    order = PersonalExport.objects.get()
    address = f"/people/me/data/export/{order.uid}"
    assert client.get(address).status_code == 404
    assert jobs.make_exports(now()) == 1
    assert Notice.objects.filter(user=user, title="您的个人信息副本已准备好").exists()
    for other in (cast.outsider, cast.city_official, cast.safety_officer):
        assert browser_of(other).get(address).status_code == 404
    taken = client.get(address)
    assert taken.status_code == 200
    assert taken.content[:2] == b"PK"
    assert taken["Cache-Control"] == "no-store"
    order.refresh_from_db()
    assert order.taken == 1
    told = Entry.objects.filter(subject=person.subject).values_list("verb", flat=True)
    assert {"export_asked", "export_made", "export_taken"} <= set(told)


def test_without_statutory_records_a_person_is_deleted_at_once(
    cast: Cast, browser_of: Enter
) -> None:
    person, user = a_learner_with_an_account(cast)
    client, elsewhere = browser_of(user), browser_of(user)
    assert elsewhere.get("/people/me/").status_code == 200
    code = the_code(client, "delete")
    unread = client.post("/people/me/delete", {"code": code})
    assert unread.status_code == 422
    assert Person.objects.get(pk=person.pk).erased_at is None
    answer = client.post("/people/me/delete", {"code": code, "read": "on"}, follow=True)
    assert "您的信息已删除" in answer.content.decode()
    gone = Person.objects.get(pk=person.pk)
    assert (gone.id_number, gone.phone, gone.phone_index, gone.search) == ("", "", "", "")
    assert gone.name == "已注销人员"
    assert not Retained.objects.exists()
    assert not gone.employments.exists()
    assert SubjectKey.objects.get(ref=str(person.uid)).secret == ""
    assert not TextMessage.objects.exists()
    assert elsewhere.get("/people/me/").status_code == 302
    assert browser_of(cast.city_official).get(f"/people/{person.uid}/").status_code == 200


def test_who_comes_back_is_somebody_new(cast: Cast) -> None:
    person, user = a_learner_with_an_account(cast)
    number, phone = person.id_number, person.phone
    acts.ask_deletion(person, by=user, at=now())
    again, new = services.register_person(
        name="李样例", id_number=number, phone=phone, by=cast.safety_officer, at=now()
    )
    assert new
    assert again.pk != person.pk
    services.send_login_code(phone, at=now())
    assert LoginCode.objects.count() == 1


def test_files_that_name_the_person_go_with_the_person(cast: Cast) -> None:
    roster = imported([a_row(1), a_row(2)], cast.enterprise, cast.safety_officer)
    person = Person.objects.order_by("id")[0]
    user = services.ensure_account(person, at=now())
    acts.ask_deletion(person, by=user, at=now())
    assert RosterUpload.objects.get(pk=roster.pk).file.removed_at is not None


def test_somebody_at_work_for_the_platform_is_not_deleted(cast: Cast) -> None:
    person, user = a_learner_with_an_account(cast)
    give_role(user, Role.TRAINER, ScopeKind.CITY, by=None, at=now(), reason="测试")
    user = User.objects.get(pk=user.pk)
    with pytest.raises(Refused, match="工作人员角色"):
        acts.ask_deletion(person, by=user, at=now())
    assert not DeletionRequest.objects.exists()


def asked_with_records(cast: Cast) -> DeletionRequest:
    """A wish that an official has to answer."""
    person, _user = a_learner_with_an_account(cast)
    return DeletionRequest.objects.create(
        person=person,
        shown=[{"key": "x", "title": "培训", "until": "2031-01-01", "law": "某条"}],
        asked_at=now(),
        due_at=now() + timedelta(days=15),
    )


def test_a_refusal_needs_its_law_and_is_told(cast: Cast, browser_of: Enter) -> None:
    asked = asked_with_records(cast)
    client = browser_of(cast.city_official)
    page = client.get(f"/people/deletions/{asked.uid}/").content.decode()
    assert "李*" in page
    assert "李样例" not in page
    bare = client.post(f"/people/deletions/{asked.uid}/decide", {"answer": "refuse"})
    assert bare.status_code == 422
    asked.refresh_from_db()
    assert asked.status == DeletionStatus.ASKED
    said = {"answer": "refuse", "reason": "正在调查的工伤争议"}
    assert client.post(f"/people/deletions/{asked.uid}/decide", said).status_code == 302
    asked.refresh_from_db()
    assert asked.status == DeletionStatus.REFUSED
    assert "正在调查" in Notice.objects.get(title="您的删除申请未获同意").body
    with pytest.raises(NotAllowed):
        acts.decide_deletion(asked, grant=True, reason="", by=cast.city_official, at=now())
    assert Person.objects.get(pk=asked.person_id).erased_at is None


def test_what_is_of_no_district_is_answered_by_the_city(cast: Cast, browser_of: Enter) -> None:
    asked = asked_with_records(cast)
    for other in (cast.district_official, cast.safety_officer, cast.class_manager, cast.outsider):
        client = browser_of(other)
        seen = client.get("/people/deletions/")
        assert seen.status_code == (200 if other == cast.district_official else 404)
        assert str(asked.uid) not in seen.content.decode()
        assert client.get(f"/people/deletions/{asked.uid}/").status_code == 404
        told = client.post(f"/people/deletions/{asked.uid}/decide", {"answer": "grant"})
        assert told.status_code == 404
    asked.refresh_from_db()
    assert asked.status == DeletionStatus.ASKED


def test_a_wish_is_withdrawn_and_an_overdue_one_is_told_once(cast: Cast, browser_of: Enter) -> None:
    asked = asked_with_records(cast)
    late = now() + timedelta(days=16)
    jobs.carry_out_deletions(late)
    jobs.carry_out_deletions(late)
    told = Notice.objects.filter(user=cast.city_official, title__contains="已逾期")
    assert told.count() == 1
    user = asked.person.user
    assert user is not None
    client = browser_of(user)
    assert "撤回申请" in client.get("/people/me/delete").content.decode()
    client.post("/people/me/delete/withdraw")
    asked.refresh_from_db()
    assert asked.status == DeletionStatus.WITHDRAWN
    with pytest.raises(NotAllowed):
        acts.withdraw_deletion(asked, by=user, at=now())


def test_who_looked_is_one_list_with_filters(cast: Cast, browser_of: Enter) -> None:
    person, user = a_learner_with_an_account(cast)
    services.reveal(person, "phone", reason="电话通知", by=cast.district_official, at=now())
    services.note_roster_export(cast.enterprise, 1, by=cast.safety_officer, at=now())
    client = browser_of(user)
    page = client.get("/people/me/looks").content.decode()
    assert "历城经办 查看手机号" in page
    assert "安全员 导出单位花名册" in page
    rosters = client.get("/people/me/looks?kind=roster").content.decode()
    assert "查看手机号" not in rosters
    assert "导出单位花名册" in rosters
    assert "没有人看过" in client.get("/people/me/looks?since=2099-01-01").content.decode()


def test_what_nobody_may_look_at_without_a_reason(cast: Cast) -> None:
    person, _user = a_learner_with_an_account(cast)
    with pytest.raises(BadInput, match="理由"):
        acts.reveal_retained(person, reason=" ", by=cast.city_official, at=now())
    with pytest.raises(Refused, match="不再保存"):
        acts.reveal_retained(person, reason="调查", by=cast.city_official, at=now())
    assert not person.reveals.exists()

"""Wishes at a desk: taken down, confirmed by the phone or a second hand, answered, seen."""

import io
import re
import zipfile
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, transaction
from django.test import Client
from django.utils.timezone import now
from PIL import Image

from anlan.foundation.accounts.models import Role, ScopeKind, User
from anlan.foundation.ledger.models import Entry
from anlan.foundation.notices.models import Notice, TextMessage
from anlan.identity import jobs, queries, services
from anlan.identity.models import (
    DeletionRequest,
    DeletionStatus,
    Face,
    PastIdentity,
    Person,
    PersonalExport,
    Reveal,
    Wish,
    WishStatus,
)
from anlan.identity.queries import faces
from anlan.identity.services import rights as acts
from anlan.identity.tests.builders import a_row, a_worker, imported
from anlan.identity.tests.check_scenes import a_face
from anlan.lib.dates import local_date
from anlan.lib.refusals import BadInput, NotAllowed, Refused
from anlan.testing.cast import Cast, a_user, an_id_number

pytestmark = pytest.mark.django_db
Enter = Callable[[User], Client]


def a_picture() -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (320, 200), "white").save(out, "PNG")
    return out.getvalue()


def asked(kind: str, **other: Any) -> acts.Asked:
    facts = {"seen": "card", "paper": "2026-17"} | other
    day = facts.pop("day", local_date(now()))
    return acts.Asked(kind, "paper", day, **facts)


def a_correction(value: str = "李新名", kind: str = "name", **other: Any) -> acts.Asked:
    return asked(kind, value=value, picture=b"jpeg", **other)


def recorded(cast: Cast, what: acts.Asked, person: Person | None = None) -> Wish:
    """At the class manager's desk."""
    person = person or a_worker(cast.enterprise, cast.safety_officer)
    return acts.record_wish(person, what, desk=cast.provider, by=cast.class_manager, at=now())


def confirmed(cast: Cast, what: acts.Asked) -> Wish:
    wish = recorded(cast, what)
    acts.confirm_by_colleague(wish, by=cast.district_official, at=now())
    wish.refresh_from_db()
    return wish


def told_code() -> str:
    found = re.search(r"确认码 (\d{6})", TextMessage.objects.order_by("-id")[0].text)
    assert found
    return found.group(1)


def filled(person: Person, **other: str) -> dict[str, str]:
    return {
        "id_number": person.id_number,
        "name": person.name,
        "kind": "deletion",
        "way": "paper",
        "received_on": local_date(now()).isoformat(),
        "seen": "card",
        "paper": "2026-17",
        "value": "",
    } | other


def test_a_wish_on_paper_counts_from_its_day_once_the_phone_has_confirmed_it(
    cast: Cast, browser_of: Enter
) -> None:
    person = a_worker(cast.enterprise, cast.safety_officer)
    client = browser_of(cast.class_manager)
    came = local_date(now()) - timedelta(days=3)
    answer = client.post(
        "/people/wishes/new", filled(person, received_on=came.isoformat()), follow=True
    )
    page = answer.content.decode()
    assert "还没有确认" in page
    assert person.name not in page
    assert person.id_number not in page
    wish = Wish.objects.get()
    assert local_date(wish.due_at - timedelta(seconds=1)) == came + timedelta(days=15)
    url = f"/people/wishes/{wish.uid}/"
    assert client.post(f"{url}vouch").status_code == 404  # not by oneself
    client.post(f"{url}code")
    code = told_code()
    assert "删除" in TextMessage.objects.order_by("-id")[0].text
    wrong = client.post(f"{url}confirm", {"code": "000000" if code != "000000" else "1"})
    assert wrong.status_code == 422
    assert not DeletionRequest.objects.exists()
    assert Person.objects.get(pk=person.pk).erased_at is None
    assert client.post(f"{url}confirm", {"code": code}).status_code == 302
    assert Person.objects.get(pk=person.pk).erased_at is not None  # nothing had to stay
    wish.refresh_from_db()
    assert (wish.status, wish.by_code, wish.paper) == (WishStatus.TAKEN, True, "")
    assert "已删除" in client.get(url).content.decode()


def test_a_code_is_tried_five_times_and_lasts_some_minutes(cast: Cast) -> None:
    wish = recorded(cast, asked("copy"))
    by, at = cast.class_manager, now()
    with pytest.raises(Refused, match="没有发过"):
        acts.confirm_by_phone(wish, "123456", by=by, at=at)
    acts.send_wish_code(wish, by=by, at=at)
    code = told_code()
    with pytest.raises(Refused, match="过期"):
        acts.confirm_by_phone(wish, code, by=by, at=at + timedelta(days=1))
    for _ in range(5):
        with pytest.raises(BadInput):
            acts.confirm_by_phone(wish, "x", by=by, at=at)
    with pytest.raises(Refused, match="次数过多"):
        acts.confirm_by_phone(wish, code, by=by, at=at)
    wish.refresh_from_db()
    assert wish.status == WishStatus.RECORDED
    assert not PersonalExport.objects.exists()


def test_without_a_phone_a_second_hand_confirms_and_never_the_first(cast: Cast) -> None:
    person = a_worker(cast.enterprise, cast.safety_officer)
    Person.objects.filter(pk=person.pk).update(phone="", phone_index="")
    person.refresh_from_db()
    wish = recorded(cast, asked("copy"), person)
    with pytest.raises(Refused, match="没有登记手机号"):
        acts.send_wish_code(wish, by=cast.class_manager, at=now())
    with pytest.raises(NotAllowed):
        acts.confirm_by_colleague(wish, by=cast.class_manager, at=now())
    with pytest.raises(IntegrityError), transaction.atomic():
        Wish.objects.update(confirmed_by=cast.class_manager)
    acts.confirm_by_colleague(wish, by=cast.district_official, at=now())
    assert PersonalExport.objects.get().wish == wish
    verbs = Entry.objects.filter(subject=person.subject).values_list("verb", flat=True)
    assert {"wish_recorded", "wish_confirmed", "export_asked"} <= set(verbs)


@pytest.mark.parametrize(
    ("what", "said"),
    [
        (asked("copy", day=local_date(now()) + timedelta(days=2)), "今天之后"),
        (asked("copy", seen=""), "核对"),
        (asked("copy", paper=""), "编号或照片"),
        (asked("name", value="李新名"), "证明"),
        (a_correction("李样例"), "相同"),
        (a_correction("李4"), "不像姓名"),
        (a_correction("37010219900101000", "id_number"), "号"),
    ],
)
def test_what_is_not_whole_is_not_taken_down(cast: Cast, what: acts.Asked, said: str) -> None:
    with pytest.raises(Refused, match=said):
        recorded(cast, what)
    assert not Wish.objects.exists()


def test_who_is_not_on_record_is_told_nothing_and_look_ups_are_counted(
    cast: Cast, browser_of: Enter
) -> None:
    person = a_worker(cast.enterprise, cast.safety_officer)
    client = browser_of(cast.class_manager)
    for other in ({"name": "王旁人"}, {"id_number": an_id_number(88)}):
        answer = client.post("/people/wishes/new", filled(person, **other))
        assert answer.status_code == 422
        assert "没有找到这个人" in answer.content.decode()
    for _ in range(30):
        answer = client.post("/people/wishes/new", filled(person, name="王旁人"))
    assert "次数已满" in answer.content.decode()
    assert not Wish.objects.exists()


def test_who_sees_and_who_answers(cast: Cast, browser_of: Enter) -> None:
    wish = confirmed(cast, a_correction())
    url = f"/people/wishes/{wish.uid}/"
    for user in (cast.class_manager, cast.district_official, cast.city_official):
        assert browser_of(user).get(url).status_code == 200
        assert wish.value not in browser_of(user).get(url).content.decode()
    for user in (cast.rival_manager, cast.other_district_official, cast.safety_officer):
        assert browser_of(user).get(url).status_code == 404
    assert browser_of(cast.outsider).get("/people/wishes/").status_code == 404
    said = {"answer": "grant", "reason": "户口本"}
    for user in (cast.class_manager, cast.other_district_official):
        assert browser_of(user).post(f"{url}answer", said).status_code == 404
        assert browser_of(user).post(f"{url}words").status_code == 404
        assert browser_of(user).get(f"{url}scan").status_code == 404
    wish.refresh_from_db()
    assert wish.status == WishStatus.ASKED
    assert Person.objects.get(pk=wish.person_id).name == "李样例"


def test_a_name_is_corrected_by_an_official_and_the_old_one_stays_sealed(
    cast: Cast, browser_of: Enter
) -> None:
    wish = confirmed(cast, a_correction())
    client = browser_of(cast.district_official)
    url = f"/people/wishes/{wish.uid}/"
    shown = client.post(f"{url}words").content.decode()
    assert "李样例" in shown
    assert "李新名" in shown
    assert Reveal.objects.filter(person=wish.person, field="wish").count() == 1
    assert client.post(f"{url}answer", {"answer": "grant", "reason": " "}).status_code == 422
    assert client.post(f"{url}answer", {"answer": "grant", "reason": "户口本"}).status_code == 302
    person = Person.objects.get(pk=wish.person_id)
    assert person.name == "李新名"
    assert list(queries.roster_of(cast.enterprise, queries.RosterFilters(text="新名")))
    past = PastIdentity.objects.get()
    assert (past.field, past.value) == ("name", "李样例")
    line = Entry.objects.get(verb="name_corrected")
    assert "李新名" not in line.leaf
    with pytest.raises(NotAllowed):
        acts.answer_wish(wish, grant=True, reason="再来", by=cast.city_official, at=now())


def test_a_roster_with_the_former_name_finds_the_same_person(cast: Cast) -> None:
    person = a_worker(cast.enterprise, cast.safety_officer)
    wish = recorded(cast, a_correction(), person)
    acts.confirm_by_colleague(wish, by=cast.district_official, at=now())
    wish.refresh_from_db()
    acts.answer_wish(wish, grant=True, reason="户口本", by=cast.city_official, at=now())
    for name in ("李样例", "李新名"):
        found, new = services.register_person(
            name=name, id_number=person.id_number, by=cast.safety_officer, at=now()
        )
        assert (found.pk, found.name, new) == (person.pk, "李新名", False)
    roster = imported(
        [a_row(1, name="李样例", id_number=person.id_number)], cast.enterprise, cast.safety_officer
    )
    assert roster.problems == {}
    assert "曾用名" in roster.notes[-1]
    assert queries.problems_of(queries.reading_of(roster, queries.table_of(roster))) == {}
    with pytest.raises(Refused, match="不一致"):
        services.register_person(
            name="王别人", id_number=person.id_number, by=cast.safety_officer, at=now()
        )


@pytest.mark.parametrize("free", [False, True])
def test_a_number_is_corrected_by_the_city_alone(cast: Cast, browser_of: Enter, free: bool) -> None:
    new = an_id_number(77)
    wish = confirmed(cast, a_correction(new, "id_number"))
    old = wish.person.id_number
    said = {"answer": "grant", "reason": "公安证明"} | ({"free": "on"} if free else {})
    url = f"/people/wishes/{wish.uid}/answer"
    assert browser_of(cast.district_official).post(url, said).status_code == 404
    assert Person.objects.get(pk=wish.person_id).id_number == old
    assert browser_of(cast.city_official).post(url, said).status_code == 302
    assert Person.objects.get(pk=wish.person_id).id_number == new
    row = a_row(1, name="张样", id_number=old)
    roster = imported([row], cast.enterprise, cast.safety_officer)
    assert roster.rows_new == (1 if free else 0)
    assert bool(roster.problems) is not free
    assert Entry.objects.filter(verb="id_number_corrected").count() == 1


def test_a_corrected_number_ends_the_face_that_was_held_against_the_other(cast: Cast) -> None:
    wish = confirmed(cast, a_correction(an_id_number(77), "id_number"))
    services.ensure_account(wish.person, at=now())
    a_face(wish.person)
    acts.answer_wish(wish, grant=True, reason="公安证明", by=cast.city_official, at=now())
    face = Face.objects.get(person=wish.person)
    assert (face.status, face.kept, face.likeness) == ("ended", False, "")
    assert faces.agrees(wish.person, local_date(now()))
    line = Entry.objects.get(verb="id_number_corrected")
    assert '"faces_destroyed":1' in line.leaf.replace(" ", "")
    assert "重新登记人脸" in TextMessage.objects.latest("id").text


def test_a_number_that_is_somebody_else_s_changes_nothing(cast: Cast) -> None:
    other = a_worker(cast.enterprise, cast.safety_officer, serial=8)
    wish = confirmed(cast, a_correction(other.id_number, "id_number"))
    old = wish.person.id_number
    with pytest.raises(Refused, match="另一个人"):
        acts.answer_wish(wish, grant=True, reason="证明", by=cast.city_official, at=now())
    wish.refresh_from_db()
    assert wish.status == WishStatus.ASKED
    assert Person.objects.get(pk=wish.person_id).id_number == old
    assert not PastIdentity.objects.exists()


def test_a_refusal_is_told_with_its_reason(cast: Cast) -> None:
    wish = confirmed(cast, a_correction())
    user = services.ensure_account(wish.person, at=now())
    acts.answer_wish(wish, grant=False, reason="材料看不清", by=cast.city_official, at=now())
    told = Notice.objects.get(user=user, title__contains="未获同意")
    assert "材料看不清" in told.body
    assert Person.objects.get(pk=wish.person_id).name == "李样例"


def test_who_took_it_down_does_not_answer_it(cast: Cast) -> None:
    person = a_worker(cast.enterprise, cast.safety_officer)
    by, at = cast.district_official, now()
    wish = acts.record_wish(person, a_correction(), desk=None, by=by, at=at)
    acts.confirm_by_colleague(wish, by=cast.city_official, at=at)
    with pytest.raises(NotAllowed):
        acts.answer_wish(wish, grant=True, reason="看过", by=by, at=at)
    wish = acts.record_wish(person, asked("deletion"), desk=None, by=by, at=at)
    made = DeletionRequest.objects.create(person=person, asked_at=at, due_at=at, district="370112")
    Wish.objects.filter(pk=wish.pk).update(deletion=made)
    with pytest.raises(NotAllowed):
        acts.decide_deletion(made, grant=True, reason="", by=by, at=at)
    assert Person.objects.get(pk=person.pk).erased_at is None


def test_a_copy_is_handed_over_at_an_official_s_desk(cast: Cast, browser_of: Enter) -> None:
    wish = confirmed(cast, asked("copy"))
    url = f"/people/wishes/{wish.uid}/copy"
    client = browser_of(cast.district_official)
    assert client.post(url).status_code == 409  # not ready yet
    assert browser_of(cast.class_manager).post(url).status_code == 404
    jobs.make_exports(now())
    given = client.post(url)
    with zipfile.ZipFile(io.BytesIO(given.content)) as bag:
        assert wish.person.id_number in bag.read("我的信息.json").decode()
    wish.refresh_from_db()
    assert wish.status == WishStatus.DONE
    assert Reveal.objects.filter(person=wish.person, field="copy").count() == 1


def test_a_copy_that_ran_out_is_made_anew_and_ends_when_its_person_takes_it(cast: Cast) -> None:
    wish = confirmed(cast, asked("copy"))
    user = services.ensure_account(wish.person, at=now())
    jobs.make_exports(now())
    later = now() + timedelta(days=8)
    jobs.keep_clocks(later)
    wish.refresh_from_db()
    acts.renew_copy(wish, by=cast.district_official, at=later)
    jobs.make_exports(later)
    order = PersonalExport.objects.get(wish=wish)
    acts.take_export(order, by=user, at=later)
    wish.refresh_from_db()
    assert wish.status == WishStatus.DONE


def test_the_paper_lies_sealed_is_looked_at_with_a_trace_and_ends(
    cast: Cast, browser_of: Enter
) -> None:
    person = a_worker(cast.enterprise, cast.safety_officer)
    client = browser_of(cast.class_manager)
    photo = SimpleUploadedFile("form.png", a_picture(), "image/png")
    words = filled(person, kind="name", value="李新名")
    assert client.post("/people/wishes/new", {**words, "picture": photo}).status_code == 302
    wish = Wish.objects.get()
    assert wish.scan is not None
    assert wish.scan.path.read_bytes()[:12] == b"ANLANSEALED1"
    acts.confirm_by_colleague(wish, by=cast.city_official, at=now())
    url = f"/people/wishes/{wish.uid}/scan"
    official = browser_of(cast.district_official)
    for _ in range(2):
        seen = official.get(url)
        assert seen.content[:2] == b"\xff\xd8"
        assert seen["Cache-Control"] == "no-store"
    assert Reveal.objects.filter(person=person, field="scan").count() == 1
    wish.refresh_from_db()
    acts.answer_wish(wish, grant=False, reason="看不清", by=cast.district_official, at=now())
    jobs.keep_clocks(now() + timedelta(days=1000))
    assert Wish.objects.get(pk=wish.pk).scan_key
    jobs.keep_clocks(now() + timedelta(days=1100))
    wish.refresh_from_db()
    assert (wish.scan_key, wish.value) == ("", "")
    assert official.get(url).status_code == 410


def test_no_picture_is_no_proof(cast: Cast, browser_of: Enter) -> None:
    person = a_worker(cast.enterprise, cast.safety_officer)
    client = browser_of(cast.class_manager)
    words = filled(person, kind="name", value="李新名")
    for content in (b"%PDF-1.4", b"GIF89a"):
        photo = SimpleUploadedFile("form.jpg", content, "image/jpeg")
        answer = client.post("/people/wishes/new", {**words, "picture": photo})
        assert answer.status_code == 422
        assert "李新名" in answer.content.decode()
    assert not Wish.objects.exists()


def test_the_person_asks_on_the_phone_sees_it_and_takes_it_back(
    cast: Cast, browser_of: Enter
) -> None:
    person = a_worker(cast.enterprise, cast.safety_officer)
    user = services.ensure_account(person, at=now())
    client = browser_of(user)
    client.post("/people/me/data/code", {"for": "correct"})
    found = re.search(r"\d{6}", TextMessage.objects.order_by("-id")[0].text)
    assert found
    words = {"kind": "name", "value": "李新名", "code": "1"}
    bare = client.post("/people/me/correct", words)
    assert "证明" in bare.content.decode()
    assert not Wish.objects.exists()
    photo = SimpleUploadedFile("card.png", a_picture(), "image/png")
    words |= {"code": found.group()}
    assert client.post("/people/me/correct", {**words, "picture": photo}).status_code == 302
    wish = Wish.objects.get()
    assert (wish.status, wish.district, wish.by_code) == (WishStatus.ASKED, "370112", True)
    assert Notice.objects.filter(user=cast.district_official, title__contains="更正姓名").exists()
    page = client.get("/people/me/data/").content.decode()
    assert "我的申请" in page
    outsider = browser_of(cast.outsider)
    assert outsider.post(f"/people/me/wishes/{wish.uid}/withdraw").status_code == 404
    client.post(f"/people/me/wishes/{wish.uid}/withdraw")
    wish.refresh_from_db()
    assert wish.status == WishStatus.WITHDRAWN


def test_one_wish_of_a_kind_at_a_time(cast: Cast, browser_of: Enter) -> None:
    wish = recorded(cast, asked("copy"))
    with pytest.raises(Refused, match="正在办理"):
        recorded(cast, asked("copy"), wish.person)
    acts.withdraw_wish(wish, by=cast.class_manager, at=now())
    again = recorded(cast, asked("copy"), wish.person)
    assert Wish.objects.count() == 2
    acts.confirm_by_colleague(again, by=cast.city_official, at=now())
    with pytest.raises(NotAllowed, match="本人"):
        acts.withdraw_wish(again, by=cast.class_manager, at=now())
    again.refresh_from_db()
    assert again.status == WishStatus.ASKED
    desk = browser_of(cast.district_official).get("/").content.decode()
    assert "更正和复制个人信息的申请" not in desk  # the copy is made, nobody has to answer


def test_what_waits_stands_on_the_official_s_desk(cast: Cast, browser_of: Enter) -> None:
    confirmed(cast, a_correction())
    confirmed_desk = browser_of(cast.district_official).get("/", follow=True).content.decode()
    assert "更正和复制个人信息的申请 1 件待答复" in confirmed_desk
    other = browser_of(cast.other_district_official).get("/", follow=True).content.decode()
    assert "件待答复" not in other


def test_an_overdue_one_is_told_once_confirmed_or_not(cast: Cast) -> None:
    recorded(cast, asked("copy"))
    late = now() + timedelta(days=17)
    jobs.carry_out_deletions(late)
    jobs.carry_out_deletions(late)
    for user in (cast.class_manager, cast.district_official, cast.city_official):
        assert Notice.objects.filter(user=user, title__contains="已逾期").count() == 1


def test_a_district_answers_for_its_own_and_only_the_city_opens_who_it_was(
    cast: Cast, browser_of: Enter
) -> None:
    person = a_worker(cast.enterprise, cast.safety_officer)
    due = now() + timedelta(days=9)
    made = DeletionRequest.objects.create(
        person=person, asked_at=now(), due_at=due, district="370112"
    )
    url = f"/people/deletions/{made.uid}/"
    assert browser_of(cast.other_district_official).get(url).status_code == 404
    client = browser_of(cast.district_official)
    assert client.get(url).status_code == 200
    assert client.post(f"{url}decide", {"answer": "grant"}, follow=True).status_code == 200
    made.refresh_from_db()
    assert made.status == DeletionStatus.DONE
    assert client.post(f"{url}identity", {"reason": "调查"}).status_code == 404
    assert browser_of(cast.city_official).post(f"{url}identity", {"reason": "x"}).status_code != 404


def test_a_desk_s_own_people_are_no_exception(cast: Cast) -> None:
    """A class manager who learns too takes nothing down for themselves."""
    person = a_worker(cast.enterprise, cast.safety_officer)
    user = services.ensure_account(person, at=now())
    with pytest.raises(NotAllowed):
        acts.record_wish(person, asked("copy"), desk=None, by=user, at=now())
    colleague = a_user("m2", "同事", Role.CLASS_MANAGER, ScopeKind.ORGANIZATION, cast.provider.uid)
    wish = recorded(cast, asked("copy"), person)
    acts.confirm_by_colleague(wish, by=colleague, at=now())
    assert PersonalExport.objects.count() == 1

"""Locked out, password forgotten: a colleague with a reason, a code to the own phone."""

import re
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.conf import settings as django_settings
from django.core.exceptions import ValidationError
from django.test import Client

from anlan.foundation.access import queries
from anlan.foundation.access.models import ContactPhone, OneTimeCode
from anlan.foundation.access.services import locks, passwords
from anlan.foundation.access.strength import HouseValidator
from anlan.foundation.access.tests.scenes import is_in, log_in
from anlan.foundation.accounts.models import User
from anlan.foundation.ledger.models import Entry
from anlan.foundation.notices.models import TextMessage
from anlan.lib.refusals import Refused
from anlan.testing.cast import NOW, PASSWORD, Cast

pytestmark = pytest.mark.django_db
PHONE = "13800000001"
NEW = "qinglian-9-shan"


@pytest.fixture(autouse=True)
def monday(db: None) -> Any:
    with time_machine.travel(NOW, tick=False) as clock:
        yield clock


def lock_out(username: str = "manager") -> str:
    client = Client()
    for _ in range(django_settings.AXES_FAILURE_LIMIT):
        answer = log_in(client, username, "wrong-password")
    assert answer.status_code == 429
    return str(answer.content.decode())


def may_enter(username: str, password: str = PASSWORD) -> bool:
    client = Client()
    log_in(client, username, password)
    return is_in(client)


def texted() -> str:
    found = re.search(r"\d{6}", TextMessage.objects.latest("id").text)
    assert found
    return found.group()


def verbs(user: User) -> list[str]:
    return list(Entry.objects.filter(subject=f"user/{user.uid}").values_list("verb", flat=True))


def test_the_locked_page_says_when_it_ends(cast: Cast) -> None:
    page = lock_out()
    assert "<strong>09:15</strong> 自动解除" in page
    assert 'value="manager"' in page
    assert not may_enter("manager")


def test_trying_on_does_not_put_the_end_off(cast: Cast, monday: Any) -> None:
    lock_out()
    monday.shift(timedelta(minutes=10))
    assert not may_enter("manager")
    [lock] = queries.locks(at=NOW + timedelta(minutes=10), username="manager")
    assert lock.until == NOW + timedelta(minutes=15)


def test_the_district_unlocks_its_own_with_a_reason_in_the_ledger(
    cast: Cast, browser_of: Any
) -> None:
    lock_out()
    page = f"/account/people/{cast.class_manager.uid}/unlock"
    district = browser_of(cast.district_official)
    assert "请填写理由" in district.post(page, {"reason": ""}).content.decode()
    assert not may_enter("manager")
    assert district.post(page, {"reason": "电话核对过本人"}).status_code == 302
    assert may_enter("manager")
    assert verbs(cast.class_manager) == ["account_unlocked"]


@pytest.mark.parametrize("who", ["other_district_official", "class_manager", "safety_officer"])
def test_nobody_else_unlocks(cast: Cast, browser_of: Any, who: str) -> None:
    lock_out()
    page = f"/account/people/{cast.class_manager.uid}/unlock"
    answer = browser_of(getattr(cast, who)).post(page, {"reason": "帮个忙"})
    assert answer.status_code == 404
    assert not may_enter("manager")
    assert verbs(cast.class_manager) == []


def test_who_has_a_phone_on_file_unlocks_alone_and_still_needs_the_password(cast: Cast) -> None:
    ContactPhone.objects.create(user=cast.class_manager, phone=PHONE, confirmed_at=NOW)
    lock_out()
    client = Client()
    client.post("/account/unlock", {"username": "manager"})
    assert TextMessage.objects.get().phone == PHONE
    typed = {"username": "manager", "code": texted()}
    assert client.post("/account/unlock/code", typed)["Location"] == "/account/login"
    assert not is_in(client)
    assert may_enter("manager")
    assert verbs(cast.class_manager) == ["account_unlocked_by_phone"]


def test_without_a_phone_the_answer_is_the_same_and_nothing_is_sent(cast: Cast) -> None:
    lock_out()
    client = Client()
    pages = [client.post("/account/unlock", {"username": n}).content for n in ("manager", "nobody")]
    plain = [re.sub(rb'value="[^"]*"|content="[^"]*"|[A-Za-z0-9]{64}', b"", page) for page in pages]
    assert plain[0] == plain[1]
    assert not TextMessage.objects.exists()


def test_guessing_the_code_ends_after_five_tries(cast: Cast) -> None:
    ContactPhone.objects.create(user=cast.class_manager, phone=PHONE, confirmed_at=NOW)
    lock_out()
    locks.send_unlock_code("manager", at=NOW)
    right = texted()
    for _ in range(5):
        with pytest.raises(Refused):
            locks.unlock_by_code("manager", "x", at=NOW)
    with pytest.raises(Refused):
        locks.unlock_by_code("manager", right, at=NOW)
    assert not may_enter("manager")


def test_a_code_of_one_purpose_opens_no_other(cast: Cast) -> None:
    ContactPhone.objects.create(user=cast.class_manager, phone=PHONE, confirmed_at=NOW)
    lock_out()
    locks.send_unlock_code("manager", at=NOW)
    with pytest.raises(Refused):
        passwords.set_password_by_code("manager", texted(), NEW, at=NOW)
    assert not may_enter("manager", NEW)


def test_a_phone_gets_five_texts_an_hour_and_one_a_minute(cast: Cast, monday: Any) -> None:
    client = Client()
    log_in(client, "manager")
    sent = []
    for _ in range(7):
        for _ in range(2):
            client.post("/account/security/phone", {"phone": PHONE})
        sent.append(TextMessage.objects.count())
        monday.shift(timedelta(minutes=2))
    assert sent == [1, 2, 3, 4, 5, 5, 5]


def test_a_phone_is_kept_after_its_code_came_back(cast: Cast) -> None:
    client = Client()
    log_in(client, "manager")
    client.post("/account/security/phone", {"phone": PHONE})
    assert client.post("/account/security/phone/code", {"code": "x"}).status_code == 422
    assert not ContactPhone.objects.exists()
    client.post("/account/security/phone/code", {"code": texted()})
    assert ContactPhone.objects.get().phone == PHONE
    assert "138****0001" in client.get("/account/security/").content.decode()


def handed(browser_of: Any, cast: Cast) -> str:
    page = browser_of(cast.district_official).post(
        f"/account/people/{cast.class_manager.uid}/code", {"reason": "电话核对过本人"}
    )
    assert page["Cache-Control"] == "no-store"
    found = re.search(r"handed-code code\">([A-Z0-9 ]{11})<", page.content.decode())
    assert found
    return found.group(1)


def reset(code: str, new: str = NEW, username: str = "manager") -> Any:
    words = {"username": username, "code": code, "new": new, "again": new}
    return Client().post("/account/reset", words)


def test_a_code_handed_over_sets_a_new_password_once(cast: Cast, browser_of: Any) -> None:
    before = Client()
    log_in(before, "manager")
    code = handed(browser_of, cast)
    assert reset(code.lower()).status_code == 302
    assert may_enter("manager", NEW)
    assert not may_enter("manager")
    assert before.get("/notices/").status_code == 302
    assert reset(code, "another-9-shan").status_code == 422
    assert verbs(cast.class_manager) == ["reset_code_handed", "password_set"]
    assert code.replace(" ", "") not in str(OneTimeCode.objects.values())


def test_a_weak_password_does_not_use_the_code_up(cast: Cast, browser_of: Any) -> None:
    code = handed(browser_of, cast)
    assert "密码太短" in reset(code, "short").content.decode()
    assert may_enter("manager")
    assert reset(code).status_code == 302


def test_a_code_ends_after_a_day_and_an_unknown_name_is_answered_alike(
    cast: Cast, browser_of: Any, monday: Any
) -> None:
    code = handed(browser_of, cast)
    monday.shift(timedelta(hours=25))
    told = [reset(code), reset(code, username="nobody")]
    assert all("用户名或重设码不对。" in answer.content.decode() for answer in told)
    assert may_enter("manager")


@pytest.mark.parametrize(
    ("password", "said"),
    [
        ("short", "密码太短，至少 10 个字符。"),
        ("13800000001", "不要只用数字。"),
        ("manager-manager", "密码和姓名或用户名太像。"),
        ("password-123", "这是常见密码"),
        ("aaaaaaaaaaaa", "这是常见密码"),
    ],
)
def test_weak_passwords_are_refused_with_what_to_mend(password: str, said: str, cast: Cast) -> None:
    user = User(username="manager-manage", name="班主任")
    with pytest.raises(ValidationError, match=said):
        HouseValidator().validate(password, user)


@pytest.mark.parametrize("password", ["qinglian-9-shan", "下班路上骑慢一点再慢一点", PASSWORD])
def test_good_passwords_pass(password: str, cast: Cast) -> None:
    HouseValidator().validate(password, cast.class_manager)


def test_the_own_account_is_never_helped_by_oneself(cast: Cast, browser_of: Any) -> None:
    client = browser_of(cast.city_official)
    for act in ("code", "unlock", "second", "close"):
        page = f"/account/people/{cast.city_official.uid}/{act}"
        assert client.post(page, {"reason": "自己"}).status_code == 404
    assert client.get(f"/account/people/{cast.city_official.uid}/").status_code == 200
    assert verbs(cast.city_official) == []


def test_a_closed_account_is_out_at_once_and_may_come_back(cast: Cast, browser_of: Any) -> None:
    inside = Client()
    log_in(inside, "manager")
    city = browser_of(cast.city_official)
    page = f"/account/people/{cast.class_manager.uid}/"
    city.post(page + "close", {"reason": "离职"})
    assert inside.get("/notices/").status_code == 302
    assert not may_enter("manager")
    city.post(page + "reopen", {"reason": "返聘"})
    assert may_enter("manager")
    assert verbs(cast.class_manager) == ["account_closed", "account_reopened"]

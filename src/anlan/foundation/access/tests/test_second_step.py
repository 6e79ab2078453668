"""The second step: set up, asked for, used once, lost and found again; a duty by dated rule."""

from datetime import timedelta
from typing import Any
from unittest.mock import patch

import pytest
import time_machine
from allauth.mfa.models import Authenticator
from django.test import Client

from anlan.foundation.access import duty
from anlan.foundation.access.services.passwords import take_second_factors
from anlan.foundation.access.tests.scenes import app_code, found, is_in, log_in, set_up_app
from anlan.foundation.ledger.models import Entry
from anlan.foundation.rules.models import Rule
from anlan.lib.refusals import Refused
from anlan.testing.cast import NOW, Cast

pytestmark = pytest.mark.django_db
SECOND = "/account/second"


@pytest.fixture
def late(settings: Any) -> Any:
    """The duty is on, and its days are over."""
    settings.ANLAN_SECOND_FACTOR = True
    with time_machine.travel(NOW + timedelta(days=15), tick=False) as clock:
        yield clock


@pytest.fixture
def secret(cast: Cast) -> str:
    """The city official has an authenticator app."""
    client = Client()
    log_in(client, "city")
    return set_up_app(client)


def verbs(cast: Cast) -> list[str]:
    return list(
        Entry.objects.filter(subject=f"user/{cast.city_official.uid}").values_list(
            "verb", flat=True
        )
    )


def test_the_app_is_set_up_with_spare_codes_and_a_ledger_line(cast: Cast) -> None:
    client = Client()
    log_in(client, "city")
    set_up_app(client)
    page = client.get("/account/security/codes").content.decode()
    assert page.count('<li class="code">') == 10
    assert verbs(cast) == ["second_factor_added"]


def test_its_secret_lies_sealed_in_the_database(cast: Cast, secret: str) -> None:
    rows = Authenticator.objects.filter(user_id=cast.city_official.pk)
    assert secret not in str([row.data for row in rows])
    assert {row.type for row in rows} == {"totp", "recovery_codes"}


def test_the_password_alone_opens_nothing_any_more(cast: Cast, secret: str) -> None:
    client = Client()
    assert log_in(client, "city", next_page="/notices/")["Location"] == SECOND
    assert not is_in(client)
    assert client.get("/notices/").status_code == 302
    assert "anlan_pass" not in client.cookies
    client.post(SECOND, {"code": app_code(secret, 9)})
    assert not is_in(client)  # a code of another time


def test_a_passkey_is_offered_to_who_has_one(cast: Cast, secret: str) -> None:
    client = Client()
    log_in(client, "city")
    page = client.get(SECOND).content.decode()
    assert "打开手机上的验证器" in page
    assert "data-passkey" not in page
    kept = Authenticator.objects.filter(user_id=cast.city_official.pk, type="totp")
    kept.update(type="webauthn", data={"name": "钥匙"})
    with patch("allauth.mfa.webauthn.internal.auth.get_credentials", return_value=[]):
        page = client.get(SECOND).content.decode()
    assert "data-passkey" in page
    assert "打开手机上的验证器" not in page


def test_the_code_opens_and_leads_where_one_wanted(cast: Cast, secret: str) -> None:
    client = Client()
    log_in(client, "city", next_page="/notices/")
    answer = client.post(SECOND, {"code": app_code(secret, 1)})
    assert (answer.status_code, answer["Location"]) == (302, "/notices/")
    assert is_in(client)
    assert client.cookies["anlan_pass"].value


def test_a_wrong_code_is_said_plainly_and_counted_over_processes(cast: Cast, secret: str) -> None:
    client = Client()
    log_in(client, "city")
    page = client.post(SECOND, {"code": "000000"}).content.decode()
    assert "验证码不对" in page
    for _ in range(12):
        page = client.post(SECOND, {"code": "000000"}).content.decode()
    assert "试的次数太多" in page
    assert not is_in(client)


def test_a_code_that_was_looked_at_over_the_shoulder_is_of_no_use(cast: Cast, secret: str) -> None:
    first, second = Client(), Client()
    code = app_code(secret, 1)
    log_in(first, "city")
    first.post(SECOND, {"code": code})
    assert is_in(first)
    log_in(second, "city")
    second.post(SECOND, {"code": code})
    assert not is_in(second)


def test_a_spare_code_opens_once(cast: Cast, secret: str) -> None:
    spare = Authenticator.objects.get(user_id=cast.city_official.pk, type="recovery_codes")
    [code, *_] = spare.wrap().get_unused_codes()
    for expected in (True, False):
        client = Client()
        log_in(client, "city")
        client.post(SECOND, {"code": code})
        assert is_in(client) is expected


def test_the_second_page_is_nobody_s_without_the_first(client: Client, cast: Cast) -> None:
    assert client.get(SECOND)["Location"] == "/account/login"
    assert client.post(SECOND, {"code": "123456"})["Location"] == "/account/login"
    assert not is_in(client)


def test_a_closed_account_stays_out_between_the_steps(cast: Cast, secret: str) -> None:
    client = Client()
    log_in(client, "city")
    cast.city_official.is_active = False
    cast.city_official.save()
    client.post(SECOND, {"code": app_code(secret, 1)})
    assert client.get("/notices/").status_code == 302


def test_security_is_changed_only_by_who_has_just_proved_themselves(cast: Cast) -> None:
    client = Client()
    with time_machine.travel(NOW, tick=False) as clock:
        log_in(client, "city")
        clock.shift(timedelta(minutes=11))
        asked = client.get("/account/security/app")
        assert asked["Location"].startswith("/account/confirm?")
        page = client.post(asked["Location"], {"password": "wrong"})
        assert "密码不对，请重新输入。" in page.content.decode()
        answer = client.post(
            "/account/confirm", {"password": "An-Lan-2026", "next": "/account/security/app"}
        )
        assert answer["Location"] == "/account/security/app"


def test_who_must_have_one_is_led_to_set_it_up_and_then_goes_on(cast: Cast, late: Any) -> None:
    client = Client()
    log_in(client, "city", next_page="/notices/")
    assert client.get("/notices/")["Location"] == "/account/security/"
    assert (
        client.get("/notices/", HTTP_HX_REQUEST="true").headers["HX-Redirect"]
        == "/account/security/"
    )
    assert "请先设置两步验证" in client.get("/account/security/").content.decode()
    set_up_app(client)
    assert client.get("/notices/").status_code == 200


def test_before_the_days_are_over_it_is_only_announced(cast: Cast, settings: Any) -> None:
    settings.ANLAN_SECOND_FACTOR = True
    with time_machine.travel(NOW + timedelta(days=13), tick=False):
        client = Client()
        log_in(client, "city")
        assert client.get("/notices/").status_code == 200
        assert "2026年12月7日" in client.get("/account/security/").content.decode()


def test_the_duty_is_a_dated_rule_by_role(cast: Cast, late: Any) -> None:
    at = NOW + timedelta(days=15)
    assert duty.must_have(cast.district_official, at=at)
    assert not duty.must_have(cast.class_manager, at=at)
    Rule.objects.filter(key="accounts.second_factor_roles").update(value=["class_manager"])
    assert not duty.must_have(cast.district_official, at=at)
    assert duty.must_have(cast.class_manager, at=at)


def test_the_demonstration_has_no_duty_and_says_so(cast: Cast, late: Any, settings: Any) -> None:
    settings.ANLAN_SECOND_FACTOR, settings.ANLAN_DEMONSTRATION = False, True
    client = Client()
    log_in(client, "city")
    assert client.get("/notices/").status_code == 200
    assert "演示环境不要求两步验证" in client.get("/account/security/").content.decode()


def test_who_must_have_one_can_not_take_the_last_away(cast: Cast, late: Any) -> None:
    client = Client()
    log_in(client, "city")
    set_up_app(client)
    page = client.get("/account/security/app/off").content.decode()
    assert "不能关闭" in page
    client.post("/account/security/app/off")
    assert duty.has_second_factor(cast.city_official)


def test_a_lost_phone_is_helped_by_another_with_a_reason(cast: Cast, secret: str) -> None:
    user = cast.city_official
    with pytest.raises(Refused):
        take_second_factors(user, by=user, at=NOW, reason="自己来")
    assert duty.has_second_factor(user)
    take_second_factors(user, by=cast.district_official, at=NOW, reason="当面核对")
    assert verbs(cast)[-1] == "second_factors_taken"
    client = Client()
    log_in(client, "city")
    assert is_in(client)


def test_learners_have_no_such_pages(cast: Cast, browser_of: Any) -> None:
    cast.outsider.set_unusable_password()
    cast.outsider.save()
    client = browser_of(cast.outsider)
    for page in ("", "app", "key", "codes", "password", "phone"):
        assert client.get(f"/account/security/{page}").status_code == 404
    assert found(r"(登录的设备)", client.get("/account/sessions/").content.decode())

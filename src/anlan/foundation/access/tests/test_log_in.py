"""The front door: it says plainly what is wrong, locks for guessers, and leads nowhere outside."""

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.conf import settings
from django.test import Client
from django.urls import reverse

from anlan.foundation.accounts.models import User
from anlan.foundation.accounts.services import open_account
from anlan.testing.cast import NOW, PASSWORD, Cast

pytestmark = pytest.mark.django_db
LOGIN, LOGOUT = "/account/login", "/account/logout"
WRONG = "wrong-password"


def log_in(client: Client, username: str, password: str = PASSWORD, next_page: str = "") -> Any:
    typed = {"username": username, "password": password, "next": next_page}
    return client.post(LOGIN, typed)


def is_in(client: Client) -> bool:
    return "_auth_user_id" in client.session


def test_a_user_comes_in_and_goes_where_they_wanted(client: Client, cast: Cast) -> None:
    answer = log_in(client, "city", next_page="/notices/")
    assert (answer.status_code, answer["Location"]) == (302, "/notices/")
    assert is_in(client)


def test_without_a_wish_one_comes_to_one_s_desk(client: Client, cast: Cast) -> None:
    assert log_in(client, "city")["Location"] == reverse(settings.LOGIN_REDIRECT_URL)


@pytest.mark.parametrize("username", ["city", "nobody-of-this-name"])
def test_a_wrong_password_is_refused_in_chinese_and_names_nobody(
    client: Client, cast: Cast, username: str
) -> None:
    answer = log_in(client, username, WRONG, next_page="/notices/")
    page = answer.content.decode()
    assert "用户名或密码不对。请核对后再试；连续输错会暂时锁定。" in page
    assert WRONG not in page
    assert 'value="/notices/"' in page  # the wish is kept for the next try
    assert not is_in(client)


def test_an_account_without_a_password_has_no_way_in_here(client: Client, db: None) -> None:
    open_account(username="learner", name="赵明安")
    for password in ("", "!", WRONG):
        log_in(client, "learner", password)
        assert not is_in(client)


def test_a_closed_account_is_told_so_only_to_who_knows_its_password(
    client: Client, cast: Cast
) -> None:
    User.objects.filter(username="city").update(is_active=False)
    assert "这个账号已停用，请联系本单位管理员。" in log_in(client, "city").content.decode()
    guessed = log_in(client, "city", WRONG).content.decode()
    assert "停用" not in guessed
    assert "用户名或密码不对" in guessed
    assert not is_in(client)


def test_a_user_whose_account_is_closed_is_out_at_once(client: Client, cast: Cast) -> None:
    log_in(client, "city")
    User.objects.filter(username="city").update(is_active=False)
    assert client.get("/notices/")["Location"].startswith(LOGIN)


def test_a_guesser_is_locked_out_and_told_the_way_back(client: Client, cast: Cast) -> None:
    with time_machine.travel(NOW, tick=False) as clock:
        answers = [log_in(client, "city", WRONG) for _ in range(settings.AXES_FAILURE_LIMIT)]
        assert [a.status_code for a in answers[:-1]] == [200] * (settings.AXES_FAILURE_LIMIT - 1)
        assert answers[-1].status_code == 429
        page = answers[-1].content.decode()
        assert "暂时锁定" in page
        assert f"请等 {int(settings.AXES_COOLOFF_TIME * 60)} 分钟后再试" in page
        assert "忘了密码" in page
        assert log_in(client, "city").status_code == 429  # even with the right one
        assert not is_in(client)
        clock.shift(timedelta(hours=settings.AXES_COOLOFF_TIME, seconds=1))
        assert log_in(client, "city").status_code == 302


def test_a_guesser_locks_neither_other_users_nor_the_user_elsewhere(
    client: Client, cast: Cast
) -> None:
    for _ in range(settings.AXES_FAILURE_LIMIT):
        log_in(client, "city", WRONG)
    assert log_in(Client(), "manager").status_code == 302
    assert log_in(Client(REMOTE_ADDR="192.0.2.7"), "city").status_code == 302


def test_coming_in_forgives_earlier_mistakes(client: Client, cast: Cast) -> None:
    for _ in range(2):
        for _ in range(settings.AXES_FAILURE_LIMIT - 1):
            log_in(client, "city", WRONG)
        assert log_in(client, "city").status_code == 302
        client.post(LOGOUT)


@pytest.mark.parametrize(
    "elsewhere",
    [
        "https://evil.example/",
        "//evil.example/",
        "/\\evil.example",
        "javascript:alert(1)",
        "http:///evil.example",
    ],
)
def test_the_door_leads_nowhere_outside(client: Client, cast: Cast, elsewhere: str) -> None:
    shown = client.get(LOGIN, {"next": elsewhere}).content.decode()
    assert "evil" not in shown
    assert "javascript:" not in shown
    home = reverse(settings.LOGIN_REDIRECT_URL)
    assert log_in(client, "city", next_page=elsewhere)["Location"] == home
    assert client.get(LOGIN, {"next": elsewhere})["Location"] == home  # already in


def test_the_wish_goes_along_to_the_learners_door(client: Client, db: None) -> None:
    page = client.get(LOGIN, {"next": "/c/1?a=b"}).content.decode()
    assert f'href="{reverse("identity:login_phone")}?next=/c/1%3Fa%3Db"' in page


def test_one_leaves_by_a_post_only(client: Client, cast: Cast) -> None:
    log_in(client, "city")
    assert client.get(LOGOUT).status_code == 405
    assert is_in(client)
    assert client.post(LOGOUT)["Location"] == LOGIN
    assert not is_in(client)


def test_neither_door_opens_without_the_form_s_token(cast: Cast) -> None:
    careful = Client(enforce_csrf_checks=True)
    assert log_in(careful, "city").status_code == 403
    careful.force_login(cast.city_official, "django.contrib.auth.backends.ModelBackend")
    assert careful.post(LOGOUT).status_code == 403
    assert is_in(careful)


def test_coming_in_changes_the_session_s_name(client: Client, cast: Cast) -> None:
    session = client.session
    session["basket"] = "x"
    session.save()
    client.cookies[settings.SESSION_COOKIE_NAME] = str(session.session_key)
    log_in(client, "city")
    assert client.session.session_key != session.session_key


def test_the_pulse_beats_for_anybody(client: Client, db: None) -> None:
    assert client.get("/account/pulse").content == b"ok"


def test_the_door_does_not_lead_to_itself(cast: Cast) -> None:
    client = Client()
    client.force_login(cast.outsider, backend="django.contrib.auth.backends.ModelBackend")
    answer = client.get("/account/login?next=/account/login")
    assert (answer.status_code, answer["Location"]) == (302, "/")

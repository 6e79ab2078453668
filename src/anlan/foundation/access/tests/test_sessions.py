"""Where one is logged in: listed with device and network, ended one by one, passes with them."""

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client

from anlan.foundation.access.devices import device_name
from anlan.foundation.access.services import sessions
from anlan.foundation.access.tests.scenes import is_in, log_in
from anlan.foundation.accounts.models import LoginSession
from anlan.foundation.accounts.sessions import network_of
from anlan.foundation.intake import passes
from anlan.foundation.intake.cutoffs import forget_list, is_cut_off
from anlan.foundation.ledger.models import Entry
from anlan.testing.cast import NOW, Cast

pytestmark = pytest.mark.django_db
PAGE = "/account/sessions/"
PHONE = "Mozilla/5.0 (Linux; Android 13) AppleWebKit/537.36 Mobile MicroMessenger/8.0"
DESK = "Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 Chrome/120.0 Safari/537.36 Edg/120.0"


def a_browser(username: str, agent: str, address: str) -> Client:
    client = Client(HTTP_USER_AGENT=agent, REMOTE_ADDR=address)
    log_in(client, username)
    assert is_in(client)
    return client


def pass_of(client: Client) -> passes.Pass:
    return passes.read(client.cookies[passes.COOKIE].value, at=NOW)


@pytest.fixture
def desk(cast: Cast) -> Any:
    with time_machine.travel(NOW, tick=False):
        forget_list()
        yield a_browser("city", DESK, "192.0.2.7")


def test_one_sees_where_one_is_logged_in_with_the_address_masked(desk: Client) -> None:
    a_browser("city", PHONE, "198.51.100.23")
    page = desk.get(PAGE).content.decode()
    assert "Windows 电脑 · Edge 浏览器" in page
    assert "安卓 · 微信" in page
    assert "198.51.100.*" in page
    assert "198.51.100.23" not in page
    assert page.count("退出这台设备") == 1  # not for the one at hand


def test_nobody_sees_another_s(desk: Client, cast: Cast) -> None:
    page = a_browser("manager", PHONE, "198.51.100.23").get(PAGE).content.decode()
    assert "Edge" not in page


def test_ending_one_ends_its_pages_and_its_pass_and_no_other(desk: Client, cast: Cast) -> None:
    lost = a_browser("city", PHONE, "198.51.100.23")
    taken, kept = pass_of(lost), pass_of(desk)
    row = LoginSession.objects.get(session_key=lost.session.session_key)
    desk.post(f"{PAGE}{sessions.reference(row)}/end")
    assert lost.get("/notices/").status_code == 302
    assert is_cut_off(taken, at=NOW)
    assert not is_cut_off(kept, at=NOW)
    assert desk.get("/notices/").status_code == 200
    assert Entry.objects.filter(verb="session_ended").count() == 1


def test_another_s_session_can_not_be_ended(desk: Client, cast: Cast) -> None:
    other = a_browser("manager", PHONE, "198.51.100.23")
    row = LoginSession.objects.get(session_key=other.session.session_key)
    desk.post(f"{PAGE}{sessions.reference(row)}/end")
    assert other.get("/notices/").status_code == 200
    assert not Entry.objects.filter(verb="session_ended").exists()


def test_a_stolen_list_of_sessions_opens_none(desk: Client) -> None:
    key = str(desk.session.session_key)
    a_browser("city", PHONE, "198.51.100.23")
    assert key not in desk.get(PAGE).content.decode()
    assert passes.mark(key) not in key


def test_the_last_sight_is_renewed_every_ten_minutes_only(cast: Cast) -> None:
    with time_machine.travel(NOW, tick=False) as clock:
        client = a_browser("city", DESK, "192.0.2.7")
        clock.shift(timedelta(minutes=9))
        client.get("/notices/")
        assert LoginSession.objects.get(user=cast.city_official).seen_at == NOW
        clock.shift(timedelta(minutes=2))
        client.get("/notices/", REMOTE_ADDR="203.0.113.9")
        seen = LoginSession.objects.get(user=cast.city_official)
        assert seen.seen_at == NOW + timedelta(minutes=11)
        assert (seen.network, seen.since) == ("203.0.113.*", NOW)


def test_a_pass_of_before_has_no_session_and_still_counts(cast: Cast) -> None:
    old = passes.issue(cast.city_official, at=NOW)
    assert passes.read(old, at=NOW).session == ""
    first = passes._FIRST_BODY.pack(
        1,
        cast.city_official.pk,
        cast.city_official.uid.bytes,
        int(NOW.timestamp()),
        2**31,
        bytes(16),
    )
    text = f"{passes._text(first)}.{passes._text(passes._mac(first))}"
    assert passes.read(text, at=NOW).user == cast.city_official.pk


def test_ended_sessions_are_forgotten_when_their_time_is_over(desk: Client) -> None:
    assert sessions.forget_ended(NOW) == 0
    assert sessions.forget_ended(NOW + timedelta(days=2)) == 1


def test_a_new_password_ends_every_other_session(desk: Client, cast: Cast) -> None:
    other = a_browser("city", PHONE, "198.51.100.23")
    taken = pass_of(other)
    answer = desk.post(
        "/account/security/password",
        {"old": "An-Lan-2026", "new": "qinglian-9-shan", "again": "qinglian-9-shan"},
    )
    assert answer.status_code == 302, answer.content.decode()
    assert desk.get("/notices/").status_code == 200
    assert other.get("/notices/").status_code == 302
    assert is_cut_off(taken, at=NOW)
    assert is_in(a_browser_with("city", "qinglian-9-shan"))


def a_browser_with(username: str, password: str) -> Client:
    client = Client()
    log_in(client, username, password)
    return client


@pytest.mark.parametrize(
    ("agent", "name"),
    [(PHONE, "安卓 · 微信"), ("curl/8", "未知设备"), ("", "未知设备")],
)
def test_devices_are_named_as_people_call_them(agent: str, name: str) -> None:
    assert device_name(agent) == name


@pytest.mark.parametrize(
    ("address", "network"),
    [("192.0.2.7", "192.0.2.*"), ("2001:db8:1:2::7", "2001:0db8:0001:*"), ("", ""), ("unix", "")],
)
def test_of_an_address_only_the_network_is_kept(address: str, network: str) -> None:
    assert network_of(address) == network

"""A learner comes in by 电子社保卡: who is on file, and nobody else; the number is kept nowhere."""

import logging
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from allauth.socialaccount.models import SocialAccount, SocialToken
from django.contrib.sessions.backends.base import SessionBase
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils.timezone import now

from anlan.foundation.access.tests.scenes import is_in
from anlan.foundation.accounts.models import LoginSession, Role, User
from anlan.foundation.accounts.queries import reach
from anlan.foundation.accounts.sessions import SessionStore
from anlan.foundation.intake.passes import COOKIE
from anlan.identity.models import Person
from anlan.identity.tests.builders import a_worker, an_id
from anlan.testing.cast import Cast
from anlan.testing.oidc import OTHER_KEY, Provider, a_provider, a_secret_file, come, go

pytestmark = pytest.mark.django_db
CALLBACK = "/account/card/callback"


@pytest.fixture
def person(cast: Cast) -> Person:
    return a_worker(cast.enterprise, cast.safety_officer)


@pytest.fixture
def provider(settings: Any, tmp_path: Path, person: Person) -> Iterator[type[Provider]]:
    with a_provider({"id_number": person.id_number, "name": person.name}) as made:
        settings.ANLAN_SOCIAL_CARD_ISSUER = made.url
        settings.ANLAN_SOCIAL_CARD_SECRET_FILE = a_secret_file(tmp_path)
        yield made


def opened(client: Client) -> SessionBase:
    return client.session


def test_who_is_on_file_comes_in_and_stays(person: Person, provider: type[Provider]) -> None:
    client, me = Client(), reverse("identity:me")
    answer = come(client, provider, "card", me)
    assert (answer.status_code, answer["Location"]) == (302, me)
    user = User.objects.get(person=person)
    assert opened(client)["_auth_user_id"] == str(user.pk)
    assert reach(user).has(Role.LEARNER)
    assert opened(client).get_expiry_date() > now() + timedelta(days=89)
    client.get(me)
    assert client.cookies[COOKIE].value  # what opens the hot paths
    come(Client(), provider, "card")
    assert User.objects.filter(person=person).count() == 1


def test_the_number_is_neither_stored_nor_logged(
    person: Person, provider: type[Provider], caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    client = Client()
    come(client, provider, "card")
    provider.claims = {"id_number": an_id(5), "name": "别人"}
    refused = come(Client(), provider, "card")
    assert not SocialAccount.objects.exists()
    assert not SocialToken.objects.exists()
    said = caplog.text + refused.content.decode()
    for session in LoginSession.objects.all():
        said += str(SessionStore().decode(session.session_data))
    for number in (person.id_number, an_id(5)):
        assert number not in said
    with connection.cursor() as cursor:
        cursor.execute("SELECT leaf FROM ledger_entry")
        assert person.id_number not in str(cursor.fetchall())


@pytest.mark.parametrize("number", [an_id(5), "", "370102199001010000", "not a number"])
def test_who_is_on_no_roster_is_told_what_to_do_and_nobody_is_registered(
    person: Person, provider: type[Provider], number: str
) -> None:
    before = (Person.objects.count(), User.objects.count())
    provider.claims = {"id_number": number, "name": person.name}
    client = Client()
    answer = come(client, provider, "card")
    page = answer.content.decode()
    assert answer.status_code == 403
    assert "请单位安全员把您的姓名和身份证号加进花名册" in page
    assert reverse("identity:login_phone") in page
    assert not is_in(client)
    assert (Person.objects.count(), User.objects.count()) == before


def test_a_number_on_file_under_another_name_opens_nothing(
    person: Person, provider: type[Provider]
) -> None:
    provider.claims |= {"name": "王五"}
    client = Client()
    answer = come(client, provider, "card")
    assert "登记的是另一个姓名" in answer.content.decode()
    assert person.name not in answer.content.decode()
    assert not is_in(client)
    assert not User.objects.filter(person=person).exists()


def test_two_people_on_one_phone_each_come_into_their_own(
    cast: Cast, person: Person, provider: type[Provider]
) -> None:
    other = a_worker(cast.rival_enterprise, cast.rival_officer, serial=8)
    client = Client()
    come(client, provider, "card")
    provider.claims |= {"id_number": other.id_number}
    come(client, provider, "card")
    assert opened(client)["_auth_user_id"] == str(User.objects.get(person=other).pk)
    assert User.objects.filter(person__in=[person, other]).count() == 2


def test_a_closed_account_stays_closed(person: Person, provider: type[Provider]) -> None:
    come(Client(), provider, "card")
    User.objects.filter(person=person).update(is_active=False)
    client = Client()
    assert "已停用" in come(client, provider, "card").content.decode()
    assert not is_in(client)


@pytest.mark.parametrize(
    "claims",
    [
        {"aud": "another-client"},
        {"iss": "http://127.0.0.1:1"},
        {"exp": 1_000_000_000},
        {"nonce": "of-another-question"},
        {"nonce": None},
    ],
)
def test_a_token_that_is_not_for_this_question_opens_nothing(
    person: Person, provider: type[Provider], claims: dict[str, Any]
) -> None:
    provider.claims |= claims
    client = Client()
    page = come(client, provider, "card").content.decode()
    assert "电子社保卡登录没有完成" in page
    assert "短信验证码" in page
    assert not is_in(client)
    assert not User.objects.filter(person=person).exists()


def test_a_token_signed_by_somebody_else_opens_nothing(
    person: Person, provider: type[Provider]
) -> None:
    provider.key = OTHER_KEY
    client = Client()
    assert come(client, provider, "card").status_code == 403
    assert not is_in(client)


def test_a_wrong_state_opens_nothing_nor_does_one_of_the_other_door(
    person: Person, provider: type[Provider], settings: Any
) -> None:
    asked = go(Client(), provider, "card")
    stranger = Client()
    for state in ({}, {"state": "wrong"}, {"state": asked["state"]}):
        assert stranger.get(CALLBACK, {"code": "c"} | state).status_code == 403
        assert not is_in(stranger)
    settings.ANLAN_SSO_ISSUER = provider.url
    settings.ANLAN_SSO_SECRET_FILE = settings.ANLAN_SOCIAL_CARD_SECRET_FILE
    asked = go(stranger, provider, "sso")
    assert stranger.get(CALLBACK, {"code": "c", "state": asked["state"]}).status_code == 403
    assert not is_in(stranger)


def test_the_next_page_is_ours_or_none(person: Person, provider: type[Provider]) -> None:
    answer = come(Client(), provider, "card", "https://evil.example/")
    assert answer["Location"] == reverse("desks:home")


def test_the_doors_show_it_only_where_there_is_one(
    client: Client, person: Person, settings: Any
) -> None:
    pages = ("/account/login", reverse("identity:login_phone"))
    assert not any("电子社保卡" in client.get(page).content.decode() for page in pages)
    assert client.get("/account/card/login").status_code == 404
    settings.ANLAN_SOCIAL_CARD_ISSUER = "http://127.0.0.1:9"
    assert all("/account/card/login" in client.get(page).content.decode() for page in pages)
    silent = client.get("/account/card/login")
    assert silent.status_code == 403
    assert "电子社保卡登录没有完成" in silent.content.decode()

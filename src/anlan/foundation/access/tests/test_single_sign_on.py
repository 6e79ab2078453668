"""Single sign-on against a provider on loopback: who is let in, who is told what to do, what is
checked."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from allauth.socialaccount.models import SocialAccount, SocialToken
from django.test import Client

from anlan.foundation.access.services.linking import unlink
from anlan.foundation.access.tests.scenes import app_code, is_in, log_in, set_up_app
from anlan.foundation.accounts.models import User
from anlan.foundation.ledger.models import Entry
from anlan.lib.refusals import Refused
from anlan.testing.cast import NOW, Cast
from anlan.testing.oidc import OTHER_KEY, Provider, a_provider, a_secret_file, go
from anlan.testing.oidc import come as come_by

pytestmark = pytest.mark.django_db
START = "/account/sso/login"


@pytest.fixture
def provider(settings: Any, tmp_path: Path) -> Iterator[type[Provider]]:
    with a_provider({"preferred_username": "city"}) as made:
        settings.ANLAN_SSO_ISSUER = made.url
        settings.ANLAN_SSO_SECRET_FILE = a_secret_file(tmp_path)
        yield made


def come(client: Client, provider: type[Provider], next_page: str = "") -> Any:
    """Go to the provider and come back, as a browser would."""
    return come_by(client, provider, "sso", next_page)


def test_an_official_comes_in_and_is_linked_once(cast: Cast, provider: type[Provider]) -> None:
    for _ in range(2):
        client = Client()
        answer = come(client, provider, "/notices/")
        assert (answer.status_code, answer["Location"]) == (302, "/notices/")
        assert client.get("/notices/").status_code == 200
    assert SocialAccount.objects.get().user_id == cast.city_official.pk
    assert Entry.objects.filter(verb="sso_linked").count() == 1
    assert not SocialToken.objects.exists()


def test_the_link_holds_by_the_provider_s_subject_not_by_the_name(
    cast: Cast, provider: type[Provider]
) -> None:
    come(Client(), provider)
    provider.claims = {"preferred_username": "manager"}
    client = Client()
    come(client, provider)
    assert client.session["_auth_user_id"] == str(cast.city_official.pk)


@pytest.mark.parametrize("name", ["nobody-here", "", "outsider", "closed"])
def test_who_has_no_account_is_told_what_to_do_and_none_is_made(
    cast: Cast, provider: type[Provider], name: str
) -> None:
    User.objects.filter(pk=cast.trainer_user.pk).update(username="closed", is_active=False)
    before = User.objects.count()
    provider.claims = {"preferred_username": name}
    client = Client()
    answer = come(client, provider)
    assert answer.status_code == 403
    assert "请联系平台运维" in answer.content.decode()
    assert not is_in(client)
    assert User.objects.count() == before
    assert not SocialAccount.objects.exists()


def test_another_identity_does_not_take_a_linked_account_over(
    cast: Cast, provider: type[Provider]
) -> None:
    come(Client(), provider)
    provider.claims = {"preferred_username": "city", "sub": "s-2"}
    client = Client()
    assert come(client, provider).status_code == 403
    assert not is_in(client)
    unlink(cast.city_official, by=cast.district_official, at=NOW, reason="换了身份")
    come(client, provider)
    assert is_in(client)
    with pytest.raises(Refused):
        unlink(cast.class_manager, by=cast.city_official, at=NOW, reason="没有")


@pytest.mark.parametrize(
    "claims",
    [
        {"aud": "another-client"},
        {"iss": "http://127.0.0.1:1"},
        {"exp": 1_000_000_000},
        {"aud": ["anlan", "another-client"]},
        {"nonce": "of-another-question"},
        {"nonce": None},
        {"sub": None},
    ],
)
def test_a_token_for_others_or_of_the_past_opens_nothing(
    cast: Cast, provider: type[Provider], claims: dict[str, Any]
) -> None:
    provider.claims = {"preferred_username": "city"} | claims
    client = Client()
    assert "单点登录没有完成" in come(client, provider).content.decode()
    assert not is_in(client)
    assert not SocialAccount.objects.exists()


def test_a_token_signed_by_somebody_else_opens_nothing(
    cast: Cast, provider: type[Provider]
) -> None:
    provider.key = OTHER_KEY
    client = Client()
    assert come(client, provider).status_code == 403
    assert not is_in(client)


def test_a_token_signed_by_a_shared_secret_opens_nothing(
    cast: Cast, provider: type[Provider]
) -> None:
    """The public key, taken for a secret, would sign anything."""
    provider.key, provider.algorithm = "provider-secret-that-is-long-enough", "HS256"
    client = Client()
    assert come(client, provider).status_code == 403
    assert not is_in(client)


def test_without_a_token_the_providers_word_opens_nothing(
    cast: Cast, provider: type[Provider], settings: Any
) -> None:
    settings.ANLAN_SSO_USERINFO = True
    provider.userinfo = {"sub": "s-1", "preferred_username": "city"}
    provider.tokenless = True
    client = Client()
    assert come(client, provider).status_code == 403
    assert not is_in(client)


@pytest.mark.parametrize(("subject", "opens"), [("s-1", True), ("s-2", False)])
def test_what_is_asked_afterwards_is_about_the_same_one(
    cast: Cast, provider: type[Provider], settings: Any, subject: str, opens: bool
) -> None:
    settings.ANLAN_SSO_USERINFO = True
    provider.claims = {}
    provider.userinfo = {"sub": subject, "preferred_username": "city"}
    client = Client()
    come(client, provider)
    assert is_in(client) is opens


def test_every_question_has_a_nonce_of_its_own_and_takes_no_words_from_the_address(
    cast: Cast, provider: type[Provider]
) -> None:
    client = Client()
    first, second = go(client, provider, "sso"), go(client, provider, "sso")
    assert first["nonce"] != second["nonce"]
    assert len(first["nonce"]) == 43
    assert set(first["scope"].split()) == {"openid", "profile", "email"}
    answer = client.get(START, {"auth_params": "nonce=mine", "scope": "everything"})
    assert "mine" not in answer["Location"]
    assert "everything" not in answer["Location"]


def test_a_token_of_an_earlier_question_of_the_same_browser_opens_nothing(
    cast: Cast, provider: type[Provider]
) -> None:
    client = Client()
    stolen = go(client, provider, "sso")["nonce"]
    provider.claims = {"preferred_username": "city", "nonce": stolen}
    assert come(client, provider).status_code == 403
    assert not is_in(client)


def test_of_what_the_provider_says_only_the_user_name_is_kept(
    cast: Cast, provider: type[Provider]
) -> None:
    provider.claims = {"preferred_username": "city", "phone_number": "13800000000"}
    come(Client(), provider)
    assert SocialAccount.objects.get().extra_data == {
        "id_token": {"iss": provider.url, "sub": "s-1", "preferred_username": "city"}
    }


def test_an_answer_that_nobody_asked_for_opens_nothing(
    cast: Cast, provider: type[Provider]
) -> None:
    come(Client(), provider)
    stranger = Client()
    for state in ({}, {"state": provider.asked["state"]}):
        answer = stranger.get("/account/sso/callback", {"code": "c"} | state)
        assert answer.status_code == 403
        assert not is_in(stranger)


def test_who_said_no_at_the_provider_is_told_so(cast: Cast, provider: type[Provider]) -> None:
    client = Client()
    client.get(START)
    answer = client.get("/account/sso/callback", {"error": "access_denied"})
    assert (answer.status_code, is_in(client)) == (403, False)


def test_a_second_factor_is_asked_for_here_too(cast: Cast, provider: type[Provider]) -> None:
    first = Client()
    log_in(first, "city")
    secret = set_up_app(first)
    client = Client()
    assert come(client, provider)["Location"] == "/account/second"
    assert not is_in(client)
    client.post("/account/second", {"code": app_code(secret, 1)})
    assert is_in(client)


def test_one_leaves_here_only(cast: Cast, provider: type[Provider]) -> None:
    client = Client()
    come(client, provider)
    assert client.post("/account/logout")["Location"] == "/account/login"
    assert not is_in(client)


def test_without_settings_there_is_no_such_door(client: Client, cast: Cast) -> None:
    assert client.get(START).status_code == 404
    assert client.get("/account/other/login").status_code == 404
    assert "统一身份认证" not in client.get("/account/login").content.decode()


def test_a_provider_that_does_not_answer_is_said_plainly(
    client: Client, cast: Cast, settings: Any
) -> None:
    settings.ANLAN_SSO_ISSUER = "http://127.0.0.1:9"
    answer = client.get(START)
    assert answer.status_code == 403
    assert "单点登录没有完成" in answer.content.decode()

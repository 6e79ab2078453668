"""Single sign-on against a provider on loopback: who is let in, who is told what to do, what is
checked."""

import base64
import hashlib
import json
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import jwt
import pytest
from allauth.socialaccount.models import SocialAccount, SocialToken
from cryptography.hazmat.primitives.asymmetric import rsa
from django.test import Client

from anlan.foundation.access.services.linking import unlink
from anlan.foundation.access.tests.scenes import app_code, is_in, log_in, set_up_app
from anlan.foundation.accounts.models import User
from anlan.foundation.ledger.models import Entry
from anlan.lib.refusals import Refused
from anlan.testing.cast import NOW, Cast

pytestmark = pytest.mark.django_db
START = "/account/sso/login"
KEY, OTHER_KEY = (rsa.generate_private_key(public_exponent=65537, key_size=2048) for _ in "ab")


class Provider(BaseHTTPRequestHandler):
    """The smallest OpenID Connect provider: one client, whoever `claims` says."""

    claims: dict[str, Any] = {}
    key: Any = KEY
    asked: dict[str, str] = {}
    url = ""

    def do_GET(self) -> None:
        if self.path.endswith("openid-configuration"):
            places = {"authorization": "/authorize", "token": "/token", "userinfo": "/userinfo"}
            ends = {f"{name}_endpoint": self.url + path for name, path in places.items()}
            self._tell({"issuer": self.url, "jwks_uri": self.url + "/keys", **ends})
        elif self.path == "/keys":
            public = json.loads(jwt.algorithms.RSAAlgorithm.to_jwk(KEY.public_key()))
            self._tell({"keys": [public | {"kid": "k", "alg": "RS256", "use": "sig"}]})
        else:
            self.send_error(404)

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        typed = {key: value for key, [value] in parse_qs(body).items()}
        challenge = hashlib.sha256(typed.get("code_verifier", "").encode()).digest()
        plain = base64.urlsafe_b64encode(challenge).rstrip(b"=").decode()
        assert plain == self.asked["code_challenge"]
        assert typed["client_secret"] == "provider-secret"
        at = int(time.time())
        facts = {"iss": self.url, "aud": "anlan", "iat": at, "exp": at + 60, "sub": "s-1"}
        token = jwt.encode(facts | self.claims, self.key, "RS256", headers={"kid": "k"})
        self._tell({"access_token": "a", "token_type": "Bearer", "id_token": token})

    def _tell(self, words: Any) -> None:
        body = json.dumps(words).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args: Any) -> None: ...


@pytest.fixture
def provider(settings: Any, tmp_path: Path) -> Iterator[type[Provider]]:
    server = HTTPServer(("127.0.0.1", 0), Provider)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    Provider.url = f"http://127.0.0.1:{server.server_port}"
    Provider.key, Provider.claims = KEY, {"preferred_username": "city"}
    (tmp_path / "secret").write_text("provider-secret\n")
    settings.ANLAN_SSO_ISSUER = Provider.url
    settings.ANLAN_SSO_SECRET_FILE = str(tmp_path / "secret")
    yield Provider
    server.shutdown()
    server.server_close()
    thread.join()


def come(client: Client, provider: type[Provider], next_page: str = "") -> Any:
    """Go to the provider and come back, as a browser would."""
    answer = client.get(START, {"next": next_page} if next_page else {})
    assert answer.status_code == 302, answer.content.decode()
    asked = {k: v for k, [v] in parse_qs(urlsplit(answer["Location"]).query).items()}
    provider.asked = asked
    return client.get("/account/sso/callback", {"code": "c", "state": asked["state"]})


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

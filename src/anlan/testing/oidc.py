"""An identity provider on loopback: the smallest of OpenID Connect that checks what it gets."""

import base64
import hashlib
import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import jwt
from cryptography.hazmat.primitives.asymmetric import rsa
from django.test import Client

KEY, OTHER_KEY = (rsa.generate_private_key(public_exponent=65537, key_size=2048) for _ in "ab")
CLIENT, SECRET = "anlan", "provider-secret"


class Provider(BaseHTTPRequestHandler):
    """One client, whoever `claims` says. A claim of None is left out of the token.

    `asked` is what the browser brought along; `userinfo` what the second question is answered with.
    """

    claims: dict[str, Any] = {}
    userinfo: dict[str, Any] = {}
    key: Any = KEY
    algorithm = "RS256"
    asked: dict[str, str] = {}
    tokenless = False
    url = ""

    def do_GET(self) -> None:
        if self.path.endswith("openid-configuration"):
            places = {"authorization": "/authorize", "token": "/token", "userinfo": "/userinfo"}
            ends = {f"{name}_endpoint": self.url + path for name, path in places.items()}
            self._tell({"issuer": self.url, "jwks_uri": self.url + "/keys", **ends})
        elif self.path == "/keys":
            public = json.loads(jwt.algorithms.RSAAlgorithm.to_jwk(KEY.public_key()))
            self._tell({"keys": [public | {"kid": "k", "alg": "RS256", "use": "sig"}]})
        elif self.path == "/userinfo":
            self._tell(self.userinfo)
        else:
            self.send_error(404)

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        typed = {key: value for key, [value] in parse_qs(body).items()}
        challenge = hashlib.sha256(typed.get("code_verifier", "").encode()).digest()
        plain = base64.urlsafe_b64encode(challenge).rstrip(b"=").decode()
        assert plain == self.asked["code_challenge"]
        assert typed["client_secret"] == SECRET
        answer = {"access_token": "a", "token_type": "Bearer"}
        self._tell(answer if self.tokenless else answer | {"id_token": self._token()})

    def _token(self) -> str:
        at = int(time.time())
        facts = {"iss": self.url, "aud": CLIENT, "iat": at, "exp": at + 60, "sub": "s-1"}
        told = facts | {"nonce": self.asked.get("nonce")} | self.claims
        said = {name: value for name, value in told.items() if value is not None}
        return jwt.encode(said, self.key, self.algorithm, headers={"kid": "k"})

    def _tell(self, words: Any) -> None:
        body = json.dumps(words).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args: Any) -> None: ...


@contextmanager
def a_provider(claims: dict[str, Any]) -> Iterator[type[Provider]]:
    """A provider of its own for one story, its address in `url`."""
    made: type[Provider] = type("Mine", (Provider,), {"claims": claims, "asked": {}})
    server = HTTPServer(("127.0.0.1", 0), made)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    made.url = f"http://127.0.0.1:{server.server_port}"
    try:
        yield made
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def a_secret_file(folder: Path) -> str:
    (folder / "secret").write_text(f"{SECRET}\n")
    return str(folder / "secret")


def go(client: Client, provider: type[Provider], door: str, next_page: str = "") -> dict[str, str]:
    """Go to the provider, as a browser would; answers what is asked of it."""
    answer = client.get(f"/account/{door}/login", {"next": next_page} if next_page else {})
    assert answer.status_code == 302, answer.content.decode()
    provider.asked = {k: v for k, [v] in parse_qs(urlsplit(answer["Location"]).query).items()}
    return provider.asked


def come(client: Client, provider: type[Provider], door: str, next_page: str = "") -> Any:
    """Go to the provider and come back."""
    asked = go(client, provider, door, next_page)
    return client.get(f"/account/{door}/callback", {"code": "c", "state": asked["state"]})

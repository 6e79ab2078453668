"""What the stories of this room share: a browser that logs in, an authenticator app."""

import re
import time
from typing import Any

from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from django.test import Client

from anlan.testing.cast import PASSWORD

LOGIN = "/account/login"


def log_in(client: Client, username: str, password: str = PASSWORD, next_page: str = "") -> Any:
    return client.post(LOGIN, {"username": username, "password": password, "next": next_page})


def is_in(client: Client) -> bool:
    return "_auth_user_id" in client.session


def app_code(secret: str, steps: int = 0) -> str:
    """What an authenticator app shows now, or some half minutes later."""
    return str(format_hotp_value(hotp_value(secret, int(time.time()) // 30 + steps)))


def set_up_app(client: Client) -> str:
    """Set the authenticator app up for who is logged in; returns its secret."""
    page = client.get("/account/security/app").content.decode()
    secret = "".join(found(r'<span class="code">([A-Z2-7 ]+)</span>', page).split())
    answer = client.post("/account/security/app", {"code": app_code(secret)})
    assert answer.status_code == 302, answer.content.decode()
    return secret


def found(pattern: str, page: str) -> str:
    match = re.search(pattern, page)
    assert match, page
    return match.group(1)

"""The national identity network as a port: do this name and this ID number belong together?

`settings.ANLAN_IDENTITY_NETWORK` names a class without arguments that has `name` and `ask`; empty:
nobody is asked. What it raises as `OSError` is asked again later; anything else is a fault of it.

The network's own protocol is a matter of the city's contract (国家网络身份认证公共服务, or the
service of its operator). `HttpNetwork` speaks a small format of OURS to a relay that the city sets
up and that translates; it does not claim to be the network's protocol.
"""

import csv
import hashlib
import hmac
import json
import secrets
import urllib.error
import urllib.request
from datetime import UTC, datetime
from http.client import HTTPException
from pathlib import Path
from typing import Protocol
from urllib.parse import urlsplit

from django.conf import settings
from django.utils.module_loading import import_string

from anlan.identity.models import NetworkAnswer

TIMEOUT_SECONDS = 5
MOST_BYTES = 4096
LOOPBACK = {"127.0.0.1", "localhost", "::1"}
# What may come back; that the service is unavailable is not an answer but an `OSError`.
ANSWERS = {answer.value: answer for answer in NetworkAnswer if answer != NetworkAnswer.UNAVAILABLE}


class IdentityNetwork(Protocol):
    """What an adapter must do: answer, or raise `OSError` to be asked again later."""

    name: str

    def ask(self, name: str, id_number: str, *, at: datetime) -> NetworkAnswer: ...


def the_network() -> IdentityNetwork | None:
    """The adapter that the settings name; None when nobody is asked."""
    path = str(settings.ANLAN_IDENTITY_NETWORK)
    if not path:
        return None
    made: IdentityNetwork = import_string(path)()
    return made


class HttpNetwork:
    """POSTs the two fields as JSON to `ANLAN_IDENTITY_NETWORK_URL`.

    `{"name": "…", "id_number": "…"}` with the headers `X-Anlan-At` (RFC 3339), `X-Anlan-Nonce` and
    `X-Anlan-Signature: sha256=<hex>`: HMAC-SHA256 of moment, nonce and body, a line feed between
    them, under the text of `ANLAN_IDENTITY_NETWORK_SECRET_FILE`. The answer is 200 and
    `{"answer": "agree"}`, `"differ"` or `"unknown"`; everything else counts as unavailable.
    Redirects are not followed; nothing but https is spoken, except to this machine itself.
    """

    name = "http"

    def ask(self, name: str, id_number: str, *, at: datetime) -> NetworkAnswer:
        body = json.dumps({"name": name, "id_number": id_number}, ensure_ascii=False).encode()
        request = urllib.request.Request(
            _address(), data=body, method="POST", headers=_headers(body, at)
        )
        try:
            with _opener.open(request, timeout=TIMEOUT_SECONDS) as answer:
                return _read(answer.status, answer.read(MOST_BYTES))
        except urllib.error.HTTPError as refused:
            refused.close()
            raise OSError(f"the network answered {refused.code}") from None
        except HTTPException as broken:
            raise OSError("the network broke off") from broken


class FileNetwork:
    """Knows whom a CSV file (`ANLAN_IDENTITY_NETWORK_FILE`: name, ID number) names.

    For tests and demonstrations with invented people; nothing leaves the machine.
    """

    name = "file"

    def ask(self, name: str, id_number: str, *, at: datetime) -> NetworkAnswer:
        with Path(str(settings.ANLAN_IDENTITY_NETWORK_FILE)).open(encoding="utf-8") as file:
            known = {row[1].strip(): row[0].strip() for row in csv.reader(file) if len(row) > 1}
        if id_number not in known:
            return NetworkAnswer.UNKNOWN
        return NetworkAnswer.AGREE if known[id_number] == name else NetworkAnswer.DIFFER


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    """Name and number must not wander to another host."""

    def redirect_request(self, *args: object, **kwargs: object) -> None:
        return None


_opener = urllib.request.build_opener(_NoRedirect)


def _address() -> str:
    url = str(settings.ANLAN_IDENTITY_NETWORK_URL)
    parts = urlsplit(url)
    here = parts.scheme == "http" and parts.hostname in LOOPBACK
    if not here and parts.scheme != "https":
        raise OSError("ANLAN_IDENTITY_NETWORK_URL is not an https address")
    return url


def _headers(body: bytes, at: datetime) -> dict[str, str]:
    moment, nonce = at.astimezone(UTC).isoformat(), secrets.token_hex(16)
    file = str(settings.ANLAN_IDENTITY_NETWORK_SECRET_FILE)
    secret = Path(file).read_text("utf-8").strip().encode() if file else b""
    signed = hmac.new(secret, f"{moment}\n{nonce}\n".encode() + body, hashlib.sha256).hexdigest()
    return {
        "Content-Type": "application/json",
        "X-Anlan-At": moment,
        "X-Anlan-Nonce": nonce,
        "X-Anlan-Signature": f"sha256={signed}",
    }


def _read(status: int, body: bytes) -> NetworkAnswer:
    try:
        said = json.loads(body)["answer"] if status == 200 else ""
        return ANSWERS[said]
    except (ValueError, KeyError, TypeError) as odd:
        raise OSError("the network answered in another language") from odd

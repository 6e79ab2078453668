"""SMS adapters. The default writes files; a city plugs its own gateway in by dotted path.

`settings.ANLAN_SMS_ADAPTER` names a class without arguments that has `send`. What it raises as
`OSError` is tried again (five times in all); anything else is a fault of the adapter.
"""

import hashlib
import hmac
import json
import urllib.error
import urllib.request
from datetime import UTC, datetime
from pathlib import Path
from typing import Protocol

from django.conf import settings

TIMEOUT_SECONDS = 5


class SmsAdapter(Protocol):
    """What a gateway must do: send, or raise `OSError` to be tried again later."""

    def send(self, phone: str, text: str, at: datetime) -> None: ...


class FileAdapter:
    """Appends each message to a file of the day: nothing leaves the machine."""

    def send(self, phone: str, text: str, at: datetime) -> None:
        folder = Path(settings.ANLAN_SMS_FOLDER)
        folder.mkdir(parents=True, exist_ok=True)
        with (folder / f"{at:%Y-%m-%d}.txt").open("a", encoding="utf-8") as file:
            file.write(f"{at:%H:%M:%S}\t{phone}\t{text}\n")


class WebhookAdapter:
    """POSTs each message as JSON to `ANLAN_SMS_URL`, where a small relay speaks to the gateway.

    `{"phone": "13800000000", "text": "…", "at": "2026-11-23T01:00:00+00:00"}`, signed by
    `X-Anlan-Signature: sha256=<hex>`: HMAC-SHA256 of the body under the text of
    `ANLAN_SMS_SECRET_FILE`. A status of 2xx means taken; redirects are not followed.
    """

    def send(self, phone: str, text: str, at: datetime) -> None:
        words = {"phone": phone, "text": text, "at": at.astimezone(UTC).isoformat()}
        body = json.dumps(words, ensure_ascii=False).encode()
        request = urllib.request.Request(
            _address(),
            data=body,
            method="POST",
            headers={"Content-Type": "application/json", "X-Anlan-Signature": _signed(body)},
        )
        try:
            with _opener.open(request, timeout=TIMEOUT_SECONDS):
                return
        except urllib.error.HTTPError as refused:
            refused.close()
            raise OSError(f"the gateway answered {refused.code}") from None


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    """A message must not wander to another host."""

    def redirect_request(self, *args: object, **kwargs: object) -> None:
        return None


_opener = urllib.request.build_opener(_NoRedirect)


def _address() -> str:
    url = str(settings.ANLAN_SMS_URL)
    if not url.startswith(("https://", "http://")):
        raise OSError("ANLAN_SMS_URL is not set")
    return url


def _signed(body: bytes) -> str:
    file = settings.ANLAN_SMS_SECRET_FILE
    secret = Path(file).read_text("utf-8").strip().encode() if file else b""
    return "sha256=" + hmac.new(secret, body, hashlib.sha256).hexdigest()

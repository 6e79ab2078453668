"""The webhook adapter: signed, in time, tried again when the relay is down, never led elsewhere."""

import hashlib
import hmac
import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest

from anlan.foundation.notices import services
from anlan.foundation.notices.jobs import send_text_messages
from anlan.foundation.notices.models import TextMessage
from anlan.testing.cast import NOW

PHONE, TEXT = "13800000000", "【安澜】验证码 123456"


class Relay(BaseHTTPRequestHandler):
    """Takes what comes and answers as told."""

    answer = 200
    took: list[tuple[dict[str, Any], str, bytes]] = []

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        signature = str(self.headers["X-Anlan-Signature"])
        self.took.append((json.loads(body), signature, body))
        self.send_response(self.answer)
        if self.answer == 302:
            self.send_header("Location", self.path + "elsewhere")
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *args: Any) -> None: ...


@pytest.fixture
def relay(settings: Any, tmp_path: Path) -> Iterator[type[Relay]]:
    Relay.answer, Relay.took = 200, []
    server = HTTPServer(("127.0.0.1", 0), Relay)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    (tmp_path / "secret").write_text("relay-secret\n")
    settings.ANLAN_SMS_ADAPTER = "anlan.foundation.notices.sms.WebhookAdapter"
    settings.ANLAN_SMS_URL = f"http://127.0.0.1:{server.server_port}/"
    settings.ANLAN_SMS_SECRET_FILE = str(tmp_path / "secret")
    yield Relay
    server.shutdown()
    server.server_close()
    thread.join()


def test_a_message_goes_to_the_relay_once_and_is_signed(db: None, relay: type[Relay]) -> None:
    services.text([PHONE], TEXT, at=NOW)
    send_text_messages(NOW)
    send_text_messages(NOW)
    [(words, signature, body)] = relay.took
    assert (words["phone"], words["text"]) == (PHONE, TEXT)
    wanted = hmac.new(b"relay-secret", body, hashlib.sha256).hexdigest()
    assert signature == f"sha256={wanted}"
    assert TextMessage.objects.get().sent_at is not None


@pytest.mark.parametrize("answer", [503, 302])
def test_what_the_relay_does_not_take_waits_and_is_tried_again(
    db: None, relay: type[Relay], answer: int
) -> None:
    relay.answer = answer
    services.text([PHONE], TEXT, at=NOW)
    send_text_messages(NOW)
    waiting = TextMessage.objects.get()
    assert (waiting.sent_at, waiting.tries, len(relay.took)) == (None, 1, 1)
    assert str(answer) in waiting.failure
    relay.answer = 200
    send_text_messages(NOW)
    assert TextMessage.objects.get().sent_at is not None


def test_without_an_address_nothing_is_lost(db: None, relay: type[Relay], settings: Any) -> None:
    settings.ANLAN_SMS_URL = ""
    services.text([PHONE], TEXT, at=NOW)
    send_text_messages(NOW)
    waiting = TextMessage.objects.get()
    assert (waiting.sent_at, waiting.failure) == (None, "ANLAN_SMS_URL is not set")

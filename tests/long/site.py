"""The site as its users meet it: a granian server, and phones and desks that talk HTTP to it."""

import http.client
import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from socket import create_connection, socket
from urllib.parse import urlencode

from django.test import Client

from anlan.foundation.accounts.models import User
from tests.long.city import City, Running, until

HOST = "127.0.0.1"
CSRF = "c" * 32
BACKEND = "django.contrib.auth.backends.ModelBackend"


@dataclass(frozen=True)
class Answer:
    """What came back: status, text."""

    status: int
    text: str


@dataclass(frozen=True)
class Browser:
    """Somebody who is logged in: the session lies in the database, the cookie here."""

    port: int
    session: str

    @property
    def headers(self) -> dict[str, str]:
        cookies = f"sessionid={self.session}; csrftoken={CSRF}"
        return {"Cookie": cookies, "X-CSRFToken": CSRF, "Accept": "text/html"}

    def send(
        self, method: str, path: str, body: bytes = b"", headers: Mapping[str, str] | None = None
    ) -> Answer:
        """One request by a connection of its own; `OSError` or `HTTPException` when it is cut."""
        line = http.client.HTTPConnection(HOST, self.port, timeout=30)
        try:
            line.request(method, path, body or None, {**self.headers, **(headers or {})})
            came = line.getresponse()
            return Answer(came.status, came.read().decode("utf-8", "replace"))
        finally:
            line.close()

    def get(self, path: str) -> Answer:
        return self.send("GET", path)

    def post(self, path: str, fields: Mapping[str, str]) -> Answer:
        kind = {"Content-Type": "application/x-www-form-urlencoded"}
        return self.send("POST", path, urlencode(fields).encode(), kind)

    def post_json(self, path: str, value: object) -> Answer:
        kind = {"Content-Type": "application/json", "Accept": "application/json"}
        return self.send("POST", path, json.dumps(value).encode(), kind)

    def upload(self, path: str, name: str, content: bytes) -> Answer:
        """A form with one file in its field `file`."""
        return self.send("POST", path, file_form(name, content), FILE_FORM)

    def raw_upload(self, path: str, announced: int) -> socket:
        """Send the head of a form that announces so many bytes; the body is the caller's."""
        fields = self.headers | FILE_FORM | {"Host": HOST, "Content-Length": str(announced)}
        head = "".join(f"{name}: {value}\r\n" for name, value in fields.items())
        line = create_connection((HOST, self.port), timeout=30)
        line.sendall(f"POST {path} HTTP/1.1\r\n{head}\r\n".encode())
        return line


BOUNDARY = "----anlan-long-round"
FILE_FORM = {"Content-Type": f"multipart/form-data; boundary={BOUNDARY}"}


def file_form(name: str, content: bytes) -> bytes:
    """The body of a form with one file in its field `file`."""
    head = (
        f"--{BOUNDARY}\r\n"
        f'Content-Disposition: form-data; name="file"; filename="{name}"\r\n'
        "Content-Type: application/octet-stream\r\n\r\n"
    )
    return head.encode() + content + f"\r\n--{BOUNDARY}--\r\n".encode()


def enter(user: User, port: int) -> Browser:
    """Logged in, without going through the door."""
    client = Client()
    client.force_login(user, backend=BACKEND)
    return Browser(port, client.cookies["sessionid"].value)


def free_port() -> int:
    with socket() as probe:
        probe.bind((HOST, 0))
        return int(probe.getsockname()[1])


@contextmanager
def served(city: City, port: int) -> Iterator[Running]:
    """The site without a worker, once it answers."""
    with city.running("serve", "--port", str(port), "--no-work", "--workers", "2") as site:
        nobody = Browser(port, "")
        until(lambda: _answers(nobody, site), 60, "the site answers")
        yield site


def _answers(nobody: Browser, site: Running) -> bool:
    assert site.process.poll() is None, site.said()
    try:
        return nobody.get("/account/pulse").status == 200
    except (OSError, http.client.HTTPException):
        return False

"""A recording on its way through a bad network to a real site: whatever breaks, it arrives whole."""

import base64
import hashlib
import http.client
import os
import socket
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import pytest

from anlan.foundation.accounts.models import User
from anlan.foundation.files.models import StoredFile, Upload
from anlan.foundation.files.uploads import permit
from anlan.testing.cast import Cast, the_cast
from tests.long.city import City, Running, needs_proc, until
from tests.long.site import HOST, Browser, enter, free_port, served
from tests.long.test_disk_full import files_no_larger_than, needs_prlimit

MB = 1024**2
FILM = os.urandom(48 * MB)
HASH = hashlib.sha256(FILM).hexdigest()
PIECE = 64 * 1024  # what the site may lose of a connection that breaks
SILENT = 12  # seconds after which a sender that says nothing gives way, and a little


@dataclass(frozen=True)
class Sender:
    """Somebody's tus client, down to the socket."""

    browser: Browser
    user: User
    drafts: Path

    @property
    def headers(self) -> dict[str, str]:
        return {**self.browser.headers, "Tus-Resumable": "1.0.0", "Accept": "application/json"}

    def open(self, length: int = len(FILM)) -> str:
        told = {
            "filename": "全天.mp4",
            "permit": permit(by=self.user, purpose="p", endings=[".mp4"]),
        }
        pairs = [f"{k} {base64.b64encode(v.encode()).decode()}" for k, v in told.items()]
        more = {"Upload-Length": str(length), "Upload-Metadata": ",".join(pairs)}
        status, headers = self.ask("POST", "/files/uploads/", b"", more)
        assert status == 201
        return headers["location"]

    def ask(
        self, method: str, path: str, body: bytes = b"", more: dict[str, str] | None = None
    ) -> tuple[int, dict[str, str]]:
        line = http.client.HTTPConnection(HOST, self.browser.port, timeout=60)
        try:
            line.request(method, path, body or None, {**self.headers, **(more or {})})
            came = line.getresponse()
            came.read()
            return came.status, {name.lower(): value for name, value in came.headers.items()}
        finally:
            line.close()

    def offset(self, where: str) -> int:
        status, headers = self.ask("HEAD", where)
        assert status == 200
        return int(headers["upload-offset"])

    def patch(self, where: str, offset: int, body: bytes) -> int:
        """The answer's status; 0 when the site refused before it had read everything."""
        try:
            return self.ask("PATCH", where, body, _told(offset))[0]
        except (OSError, http.client.HTTPException):
            return 0

    def begin_patch(self, where: str, offset: int, announced: int) -> socket.socket:
        """The head of a PATCH that announces so many bytes; they are the caller's to send."""
        fields = self.headers | _told(offset) | {"Host": HOST, "Content-Length": str(announced)}
        head = "".join(f"{name}: {value}\r\n" for name, value in fields.items())
        line = socket.create_connection((HOST, self.browser.port), timeout=60)
        line.sendall(f"PATCH {where} HTTP/1.1\r\n{head}\r\n".encode())
        return line


def _told(offset: int) -> dict[str, str]:
    return {"Upload-Offset": str(offset), "Content-Type": "application/offset+octet-stream"}


@pytest.fixture(scope="module")
def cast(city: City) -> Cast:
    return the_cast()


@pytest.fixture(scope="module")
def site(city: City, cast: Cast) -> Iterator[tuple[Sender, Running]]:
    port = free_port()
    with served(city, port) as running:
        yield a_sender(city, cast.class_manager, port), running


def turn_of(sender: Sender, where: str) -> list[str]:
    """The number of the newest request that may write, and whether it holds its turn."""
    place = sender.drafts / f"{where.rpartition('/')[2]}.turn"
    return place.read_text("ascii").split() if place.exists() else ["0", "free"]


def _is(sender: Sender, where: str, turn: int, state: str = "") -> bool:
    number, found = turn_of(sender, where)
    return int(number) == turn and state in ("", found)


def a_sender(city: City, user: User, port: int) -> Sender:
    return Sender(enter(user, port), user, city.var / "files" / "uploads")


def kept(where: str) -> StoredFile:
    stored = Upload.objects.get(uid=where.rpartition("/")[2]).file
    assert stored is not None
    return stored


@pytest.mark.parametrize("goodbye", ["close", "reset"])
def test_broken_three_times_it_arrives_whole(site: tuple[Sender, Running], goodbye: str) -> None:
    """Fails when a cut connection costs more than a piece, when the offset is not what is on the
    disk, or when the hash is not that of the whole."""
    sender, running = site
    where, offset = sender.open(), 0
    for turn, sent in enumerate((5 * MB + 3, 17 * MB + 1, 40 * MB + 7), start=1):
        with sender.begin_patch(where, offset, len(FILM) - offset) as line:
            line.sendall(FILM[offset:sent])
            until(partial(_is, sender, where, turn), 10, "the site has begun")
            if goodbye == "reset":
                line.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
        until(partial(_is, sender, where, turn, "free"), 20, "the site has noticed")
        reached = sender.offset(where)
        assert offset <= reached <= sent
        if goodbye == "close":
            assert reached > sent - 2 * PIECE
        offset = reached
    assert sender.patch(where, offset, FILM[offset:]) == 204
    stored = kept(where)
    assert (stored.sha256, stored.size) == (HASH, len(FILM))
    assert hashlib.sha256(stored.path.read_bytes()).hexdigest() == HASH
    assert "Traceback" not in running.said()


def test_a_phone_that_vanished_is_overtaken_by_its_own_next_try(
    site: tuple[Sender, Running],
) -> None:
    """Fails when a connection that nobody closed keeps the phone out for longer than a while, or
    when the site takes bytes from it afterwards."""
    sender, _running = site
    where = sender.open()
    silent = sender.begin_patch(where, 0, len(FILM))
    try:
        silent.sendall(FILM[: 3 * MB])
        until(partial(_is, sender, where, 1, "held"), 10, "it is heard")
        assert sender.patch(where, 0, b"?") == 423
        until(
            lambda: sender.patch(where, sender.offset(where), FILM[sender.offset(where) :]) == 204,
            SILENT + 10,
            "the next try goes through",
        )
        silent.sendall(bytes(MB))
    finally:
        silent.close()
    assert kept(where).sha256 == HASH


@needs_proc
def test_a_killed_site_loses_nothing_that_it_acknowledged(city: City, cast: Cast) -> None:
    """Fails when an offset that was told is not there after SIGKILL, or the hash isn't true."""
    port = free_port()
    sender = a_sender(city, cast.class_manager, port)
    with served(city, port) as running:
        where = sender.open()
        assert sender.patch(where, 0, FILM[:MB]) == 204
        with sender.begin_patch(where, MB, len(FILM) - MB) as line:
            line.sendall(FILM[MB : 44 * MB])
            until(lambda: sender.offset(where) > 30 * MB, 20, "a part is acknowledged")
            told = sender.offset(where)
            running.kill()
    with served(city, port):
        found = sender.offset(where)
        assert found >= told
        until(lambda: sender.patch(where, found, FILM[found:]) == 204, SILENT + 10, "it goes on")
    assert kept(where).sha256 == HASH
    assert hashlib.sha256(kept(where).path.read_bytes()).hexdigest() == HASH


@needs_proc
@needs_prlimit
def test_a_disk_that_fills_up_says_so_and_the_rest_comes_later(
    city: City, site: tuple[Sender, Running]
) -> None:
    """Fails when the sender isn't told, when what fitted is lost, or when it can't go on."""
    sender, running = site
    where = sender.open()
    assert sender.patch(where, 0, FILM[:MB]) == 204
    room = 30 * MB
    assert max(one.stat().st_size for one in city.var.glob("*.*")) < room  # the database goes on
    with files_no_larger_than(room, running.family()):
        assert sender.patch(where, MB, FILM[MB:]) == 507
    reached = sender.offset(where)
    assert MB <= reached <= room
    assert sender.patch(where, reached, FILM[reached:]) == 204
    assert kept(where).sha256 == HASH

"""Uploads that are far too large, or end before they are over, leave nothing behind."""

import socket
from collections.abc import Iterator

import pytest

from anlan.foundation.files.models import StoredFile
from anlan.foundation.ledger.models import Entry
from anlan.identity.models import RosterUpload
from anlan.identity.rosters import TEMPLATE_HEADERS
from anlan.identity.tests.builders import a_row
from anlan.testing.cast import Cast, the_cast
from tests.long.city import City, Running, until
from tests.long.site import FILE_FORM, Browser, enter, file_form, free_port, served

TWO_GB = 2 * 1024**3
MOST_TAKEN = 64 * 1024**2  # what kernels and granian may hold of a body that nobody reads
PIECE = bytes(1024**2)
STALLED = 12  # each of the site's two workers has sixteen threads


@pytest.fixture(scope="module")
def cast(city: City) -> Cast:
    return the_cast()


@pytest.fixture(scope="module")
def desk(city: City, cast: Cast) -> Iterator[tuple[Browser, str, Running]]:
    """The safety officer's browser, the address of the roster upload, the site."""
    port = free_port()
    with served(city, port) as site:
        officer = enter(cast.safety_officer, port)
        yield officer, f"/people/of/{cast.enterprise.uid}/upload", site


Desk = tuple[Browser, str, Running]


def a_roster(rows: int) -> bytes:
    lines = [",".join(TEMPLATE_HEADERS), *(",".join(a_row(n)) for n in range(rows))]
    return file_form("花名册.csv", "\n".join(lines).encode())


def read_answer(line: socket.socket) -> str:
    """Everything that the site says before it closes or falls silent."""
    said = b""
    line.settimeout(5)
    try:
        while piece := line.recv(65536):
            said += piece
    except OSError:
        pass
    return said.decode("utf-8", "replace")


def nothing_kept(city: City) -> bool:
    rows = StoredFile.objects.count() + RosterUpload.objects.count()
    return (rows, Entry.objects.filter(verb="roster_uploaded").count(), city.files) == (0, 0, [])


def test_two_gigabytes_are_refused_before_they_are_sent(city: City, desk: Desk) -> None:
    """Fails when the site waits for the body, answers anything but a plain 413, or keeps a byte."""
    officer, path, _site = desk
    with officer.raw_upload(path, TWO_GB) as line:
        line.sendall(b"--")
        said = read_answer(line)
    assert said.startswith("HTTP/1.1 413")
    assert nothing_kept(city)


def test_the_refusal_is_a_page_in_plain_chinese(city: City, desk: Desk) -> None:
    """Fails when the page doesn't say how much came, how much may, and what to do."""
    officer, path, _site = desk
    with officer.raw_upload(path, TWO_GB) as line:
        said = read_answer(line)
    assert "2048 MB" in said
    assert "25 MB" in said
    assert "请压缩、剪短或分段后再上传" in said


def test_a_sender_who_pushes_on_is_cut_off(city: City, desk: Desk) -> None:
    """Fails when the site swallows the two gigabytes that it has refused."""
    officer, path, _site = desk
    taken = 0
    with officer.raw_upload(path, TWO_GB) as line:
        try:
            while taken <= MOST_TAKEN:
                line.sendall(PIECE)
                taken += len(PIECE)
        except OSError:
            pass
    assert taken <= MOST_TAKEN
    assert nothing_kept(city)


@pytest.mark.parametrize("rows", [100, 60_000])
@pytest.mark.parametrize("goodbye", ["half-close", "reset"])
def test_an_upload_that_breaks_off_leaves_nothing(
    city: City, desk: Desk, rows: int, goodbye: str
) -> None:
    """Fails when half a roster is kept or imported, or its draft stays on the disk. The larger one
    goes through files on its way in, the smaller through memory."""
    officer, path, site = desk
    body = a_roster(rows)
    with officer.raw_upload(path, len(body)) as line:
        line.sendall(body[: len(body) // 2])
        if goodbye == "half-close":
            line.shutdown(socket.SHUT_WR)
            read_answer(line)
    until(lambda: nothing_kept(city), 10, "nothing of it is kept")
    assert officer.get("/account/pulse").status == 200
    assert "Traceback" not in site.said()


def test_a_body_longer_than_announced_is_cut_to_what_was_announced(city: City, desk: Desk) -> None:
    """Fails when bytes beyond the announced length reach a file: the roster ends unfinished, so
    none of it is kept."""
    officer, path, _site = desk
    body = a_roster(100)
    with officer.raw_upload(path, len(body) // 2) as line:
        line.sendall(body)
        said = read_answer(line)
    assert not said.startswith("HTTP/1.1 302")
    assert nothing_kept(city)


def test_a_few_stalled_uploads_do_not_stop_the_site(city: City, desk: Desk) -> None:
    """Fails when three phones that lost their network in the middle of an upload keep everybody
    else from the site. (granian holds a thread for each and knows no time limit for a body: as
    many as a worker has threads would. A proxy that buffers bodies takes that from it.)"""
    officer, path, _site = desk
    body = a_roster(100)
    lines = [officer.raw_upload(path, len(body)) for _ in range(STALLED)]
    try:
        for line in lines:
            line.sendall(body[: len(body) // 2])
        for _ in range(10):
            assert officer.get("/account/pulse").status == 200
    finally:
        for line in lines:
            line.close()
    until(lambda: nothing_kept(city), 10, "nothing of it is kept")


def test_a_whole_roster_still_comes_in(city: City, desk: Desk) -> None:
    """Fails when the refusals before have left the site unable to take a good file."""
    officer, path, _site = desk
    answer = officer.send("POST", path, a_roster(50), FILE_FORM)
    assert answer.status == 302
    assert RosterUpload.objects.get().rows_total == 50

"""A video is played in pieces: a player asks for the range that it needs."""

from collections.abc import Iterator
from itertools import pairwise

import pytest
from django.http import HttpResponseBase
from django.test import RequestFactory
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from anlan.foundation.files.models import StoredFile
from anlan.foundation.files.responses import stream
from anlan.foundation.files.services import keep
from anlan.testing.cast import NOW

FILM = bytes(range(200)) * 5


@pytest.fixture
def film(db: None) -> StoredFile:
    return keep([FILM], name="上午.mp4", by=None, at=NOW)


def play(film: StoredFile, asked: str = "", **headers: str) -> HttpResponseBase:
    wanted = {"Range": asked} if asked else {}
    return stream(RequestFactory().get("/", headers=wanted | headers), film)


def body(response: HttpResponseBase) -> bytes:
    chunks: Iterator[bytes] = iter(response)
    return b"".join(chunks)


def test_without_a_range_the_whole_film_comes_and_says_that_ranges_work(film: StoredFile) -> None:
    answer = play(film)
    assert (answer.status_code, answer["Accept-Ranges"]) == (200, "bytes")
    assert answer["Content-Type"] == "video/mp4"
    assert answer["Content-Disposition"].startswith("inline")
    assert body(answer) == FILM


@pytest.mark.parametrize(
    ("asked", "first", "last"),
    [
        ("bytes=0-99", 0, 99),
        ("bytes=900-", 900, 999),
        ("bytes=-10", 990, 999),
        ("bytes=990-5000", 990, 999),
        ("bytes=-5000", 0, 999),
    ],
)
def test_a_range_is_answered_with_that_range(
    film: StoredFile, asked: str, first: int, last: int
) -> None:
    answer = play(film, asked)
    assert answer.status_code == 206
    assert answer["Content-Range"] == f"bytes {first}-{last}/1000"
    assert answer["Content-Length"] == str(last - first + 1)
    assert body(answer) == FILM[first : last + 1]


@pytest.mark.parametrize("asked", ["bytes=1000-", "bytes=5-2", "bytes=-0"])
def test_a_range_that_is_not_there_is_refused_with_the_size(film: StoredFile, asked: str) -> None:
    answer = play(film, asked)
    assert (answer.status_code, answer["Content-Range"]) == (416, "bytes */1000")


@pytest.mark.parametrize("asked", ["bytes=-", "bytes=0-1,5-6", "pages=1-2", "bytes=a-b"])
def test_what_is_no_single_range_gets_the_whole_film(film: StoredFile, asked: str) -> None:
    answer = play(film, asked)
    assert (answer.status_code, body(answer)) == (200, FILM)


def test_a_range_of_another_version_gets_the_whole_film(film: StoredFile) -> None:
    assert play(film, "bytes=0-1", **{"If-Range": '"another"'}).status_code == 200
    assert play(film, "bytes=0-1", **{"If-Range": f'"{film.sha256}"'}).status_code == 206


@given(cuts=st.lists(st.integers(1, 999), max_size=6, unique=True))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=25)
def test_pieces_laid_end_to_end_are_the_film(film: StoredFile, cuts: list[int]) -> None:
    edges = [0, *sorted(cuts), len(FILM)]
    pieces = [body(play(film, f"bytes={a}-{b - 1}")) for a, b in pairwise(edges)]
    assert b"".join(pieces) == FILM

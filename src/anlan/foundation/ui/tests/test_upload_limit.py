"""A 2 GB upload is refused by its announced length; nothing of it is read."""

import errno
import json
from typing import NoReturn

import pytest
from django.conf import settings as configured
from django.http import HttpResponse, UnreadablePostError
from django.test import RequestFactory, override_settings

from anlan.foundation.ui.uploads import UploadLimitMiddleware, limit_mb

LIMITS = {"/": 25, "/classes/*/recordings": 600, "/people": 30}
TWO_GB = 2 * 1024**3


class Unread:
    """A body that fails the test when somebody reads it."""

    def read(self, *_: int) -> NoReturn:
        raise AssertionError("the body was read")


def knock(path: str, length: object, **headers: str) -> HttpResponse:
    request = RequestFactory().post(path, headers=headers)
    request.META["CONTENT_LENGTH"] = str(length)
    request._stream = Unread()  # type: ignore[assignment]
    with override_settings(ANLAN_UPLOAD_LIMITS=LIMITS):
        return UploadLimitMiddleware(lambda _: HttpResponse("in"))(request)


def test_two_gigabytes_are_refused_with_a_page_that_says_what_to_do() -> None:
    answer = knock("/classes/abc/recordings", TWO_GB, Accept="text/html")
    page = answer.content.decode()
    assert answer.status_code == 413
    assert "2048 MB" in page
    assert "600 MB" in page
    assert "分段" in page


def test_htmx_gets_a_fragment() -> None:
    answer = knock("/classes/abc/recordings", TWO_GB, Accept="text/html", **{"HX-Request": "true"})
    assert answer.status_code == 413
    assert "<html" not in answer.content.decode()


def test_a_program_gets_json() -> None:
    answer = knock("/people/rosters", 31 * 1024**2, Accept="application/json")
    assert answer.status_code == 413
    assert "30 MB" in json.loads(answer.content)["message"]


@pytest.mark.parametrize("length", [0, "", "nonsense", "-5", 25 * 1024**2])
def test_what_fits_or_announces_nothing_goes_in(length: object) -> None:
    kind = {"Content-Type": "application/octet-stream"}
    assert knock("/anything", length, **kind).content == b"in"


class FullDisk:
    """A body whose parts find no room on the way in."""

    def read(self, *_: int) -> NoReturn:
        raise OSError(errno.ENOSPC, "no space left on device")


def test_a_disk_that_fills_up_on_the_way_in_is_told_plainly() -> None:
    request = RequestFactory().post("/anything", headers={"Accept": "text/html"})
    request.META["CONTENT_LENGTH"] = str(20 * 1024**2)
    request.META["wsgi.input"] = FullDisk()
    request.upload_handlers[0].handle_raw_input = FullDisk().read  # type: ignore[assignment]
    answer = UploadLimitMiddleware(lambda _: HttpResponse("in"))(request)
    assert answer.status_code == 507
    assert "存储空间不足" in answer.content.decode()


def test_a_sender_who_breaks_off_is_told_that_nothing_was_kept() -> None:
    request = RequestFactory().post("/anything", headers={"Accept": "text/html"})
    request.META["CONTENT_LENGTH"] = "2000"

    def gone(*_: int) -> NoReturn:
        raise UnreadablePostError("the sender is silent")

    request.read = gone  # type: ignore[assignment]
    answer = UploadLimitMiddleware(lambda _: HttpResponse("in"))(request)
    assert answer.status_code == 408
    assert "没有传完" in answer.content.decode()


def test_the_longest_prefix_wins_and_a_star_is_one_segment() -> None:
    assert limit_mb("/classes/abc/recordings/new", LIMITS) == 600
    assert limit_mb("/classes/abc/sheet", LIMITS) == 25
    assert limit_mb("/classes/recordings", LIMITS) == 25
    assert limit_mb("/people/", LIMITS) == 30
    assert limit_mb("/peoples", LIMITS) == 25


def test_the_site_itself_refuses_two_gigabytes() -> None:
    assert "anlan.foundation.ui.uploads.UploadLimitMiddleware" in configured.MIDDLEWARE
    assert limit_mb("/", configured.ANLAN_UPLOAD_LIMITS) == 25
    assert limit_mb("/classes/abc/recordings", configured.ANLAN_UPLOAD_LIMITS) < 1024

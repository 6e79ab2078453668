"""Numbers in the menu are kept for seconds, and never past the reader's own deed."""

import pytest
import time_machine
from django.conf import LazySettings
from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest, HttpResponse
from django.test import RequestFactory

from anlan.foundation.accounts.models import User
from anlan.foundation.ui.menu import MenuItem
from anlan.foundation.ui.waiting import DEED_COOKIE, DeedMiddleware, numbers_for

pytestmark = pytest.mark.django_db


class Queue:
    """Something that waits, and how often it was counted."""

    def __init__(self) -> None:
        self.length = 3
        self.asked = 0

    def count(self) -> int:
        self.asked += 1
        return self.length


def a_request(method: str = "GET", *, deed: str = "", pk: int = 7) -> HttpRequest:
    request: HttpRequest = getattr(RequestFactory(), method.lower())("/")
    request.user = User(pk=pk)
    if deed:
        request.COOKIES[DEED_COOKIE] = deed
    return request


def shown(queue: Queue, request: HttpRequest) -> int:
    items = [MenuItem("审批", "/queue/", waits=queue.count), MenuItem("台账", "/ledger/")]
    return numbers_for(request, items)["/queue/"]


def test_a_number_is_counted_once_in_twenty_seconds(settings: LazySettings) -> None:
    queue = Queue()
    with time_machine.travel("2026-11-26 09:00:00Z", tick=False) as clock:
        assert [shown(queue, a_request()) for _ in range(3)] == [3, 3, 3]
        assert queue.asked == 1
        queue.length = 2
        clock.shift(settings.ANLAN_MENU_SECONDS - 1)
        assert shown(queue, a_request()) == 3
        clock.shift(1)
        assert shown(queue, a_request()) == 2


def test_everybody_has_own_numbers() -> None:
    mine, theirs = Queue(), Queue()
    theirs.length = 9
    assert shown(mine, a_request()) == 3
    assert shown(theirs, a_request(pk=8)) == 9


def test_after_an_own_deed_it_is_counted_anew() -> None:
    queue = Queue()
    with time_machine.travel("2026-11-26 09:00:00Z", tick=False) as clock:
        assert shown(queue, a_request()) == 3
        clock.shift(2)
        request = a_request("POST")
        request.COOKIES["sessionid"] = "somebody"
        answer = DeedMiddleware(lambda _: HttpResponse())(request)
        deed = answer.cookies[DEED_COOKIE].value
        queue.length = 2
        clock.shift(0.01)
        assert shown(queue, a_request(deed=deed)) == 2
        assert shown(queue, a_request(deed=deed)) == 2
        assert queue.asked == 2


def test_the_answer_to_the_deed_itself_counts_anew() -> None:
    queue = Queue()
    assert shown(queue, a_request()) == 3
    queue.length = 2
    assert shown(queue, a_request("POST")) == 2


def test_a_broken_cookie_believes_nothing() -> None:
    queue = Queue()
    for _ in range(2):
        assert shown(queue, a_request(deed="nonsense")) == 3
    assert queue.asked == 2


def test_readers_and_strangers_get_no_cookie() -> None:
    reading, stranger = a_request(), a_request("POST")
    reading.COOKIES["sessionid"] = "somebody"
    stranger.user = AnonymousUser()
    for request in (reading, stranger):
        assert DEED_COOKIE not in DeedMiddleware(lambda _: HttpResponse())(request).cookies


def test_no_link_that_counts_asks_nothing() -> None:
    assert numbers_for(a_request(), [MenuItem("台账", "/ledger/")]) == {}

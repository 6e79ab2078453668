"""Who opens an address that only takes submissions finds a page, never an empty one."""

import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.contrib.messages.storage.cookie import CookieStorage
from django.http import HttpRequest, HttpResponseNotAllowed
from django.test import Client, RequestFactory
from django.urls import URLPattern, get_resolver, reverse

from anlan.foundation.accounts.models import User
from anlan.foundation.ui.assets import DIST
from anlan.foundation.ui.wrong_door import LED, other_way
from anlan.testing.cast import Cast
from anlan.testing.classes import a_submitted_class

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.skipif(not (DIST / "manifest.json").exists(), reason="assets are not built"),
]
Enter = Callable[[User], Client]
SOMETHING = {"uuid": "00000000-0000-4000-8000-000000000000", "int": "9"}
PARAMETER = re.compile(r"<(\w+):\w+>")


def addresses(patterns: Any, above: str = "/") -> Iterator[tuple[str, Any]]:
    for one in patterns:
        path = above + str(one.pattern)
        if isinstance(one, URLPattern):
            yield path, one.callback
        else:
            yield from addresses(one.url_patterns, path)


def only_submitted() -> list[str]:
    """Every address whose view Django's `require_POST` guards, wherever in its wrappings."""
    found = []
    for path, view in addresses(get_resolver().url_patterns):
        while view is not None:
            code = getattr(view, "__code__", None)
            if code is not None and "request_method_list" in code.co_freevars:
                place = code.co_freevars.index("request_method_list")
                if "GET" not in view.__closure__[place].cell_contents:
                    found.append(PARAMETER.sub(lambda m: SOMETHING.get(m[1], "x"), path))
            view = getattr(view, "__wrapped__", None)
    return found


def opened(path: str, user: User) -> HttpRequest:
    request = RequestFactory().get(path, headers={"accept": "text/html"})
    request.user = user
    request._messages = CookieStorage(request)  # type: ignore[attr-defined]
    return request


def test_every_such_address_shows_a_page_or_leads_to_one(cast: Cast) -> None:
    paths = only_submitted()
    assert len(paths) > 150
    led = 0
    for path in paths:
        answer = other_way(opened(path, cast.city_official), HttpResponseNotAllowed(["POST"]))
        if answer.status_code == 303:
            assert path.startswith(answer.headers["Location"])
            led += 1
            continue
        assert answer.status_code == 405
        assert answer.headers["Allow"] == "POST"
        page = answer.content.decode()
        assert "只用来提交" in page, path
        assert "回首页" in page, path
    assert led > 50


def test_the_page_above_says_why_one_is_there(cast: Cast, browser_of: Enter) -> None:
    klass = a_submitted_class(cast)
    browser = browser_of(cast.district_official)
    url = reverse("classes:decide", args=[klass.uid])
    answer = browser.get(url, follow=True, headers={"accept": "text/html"})
    assert answer.redirect_chain == [(reverse("classes:record", args=[klass.uid]), 303)]
    assert answer.content.decode().count(LED) == 1
    assert LED not in browser.get("/notices/").content.decode(), "said once"
    klass.refresh_from_db()
    assert klass.status == "submitted"


def test_nobody_is_led_where_nobody_lets_in(cast: Cast) -> None:
    path = reverse("classes:ask_leave", args=[SOMETHING["uuid"]])
    bare = HttpResponseNotAllowed(["POST"])
    assert other_way(opened(path, cast.city_official), bare).headers["Location"] == "/classes/"
    assert other_way(opened(path, cast.outsider), bare).status_code == 405


def test_a_stranger_who_reloads_the_way_back_in_reads_what_to_do(client: Client) -> None:
    answer = client.get(reverse("accounts:unlock"))
    assert answer.status_code == 405
    page = answer.content.decode()
    assert "这个地址只用来提交，不能直接打开。" in page
    assert "请回首页进入要办的事" in page


def test_parts_and_programs_get_their_refusal(client: Client) -> None:
    part = client.get(reverse("accounts:unlock"), headers={"HX-Request": "true"})
    assert (part.status_code, "<!doctype" in part.content.decode()) == (405, False)
    told = client.get(reverse("accounts:unlock"), headers={"accept": "application/json"})
    assert told.status_code == 405
    assert told.json()["message"] == "这个地址只用来提交，不能直接打开。"


def test_what_is_only_shown_takes_nothing(cast: Cast, browser_of: Enter) -> None:
    answer = browser_of(cast.city_official).post(reverse("classes:queue"), {"x": "1"})
    assert (answer.status_code, answer.headers["Allow"]) == (405, "GET")
    assert "只能查看，不接收提交" in answer.content.decode()

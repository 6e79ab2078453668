"""Who opens an address that only takes what is submitted (or submits to a page) is shown the way.

It happens to whoever reloads after a refusal, goes back in the browser's list or keeps a bookmark.
"""

from collections.abc import Callable

from django.contrib import messages
from django.contrib.messages.storage.base import BaseStorage
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import Resolver404, resolve

from anlan.foundation.accounts.guards import may_open
from anlan.foundation.accounts.models import User
from anlan.foundation.ui.middleware import refusal_response, wants_json
from anlan.lib.refusals import Refused

READINGS = {"GET", "HEAD"}
TAG = "wrong-door"
LED = "刚才的地址只用来提交，不能直接打开，没有改动任何记录。这是它所在的页面。"


class OnlySubmitted(Refused):
    """The address takes forms and shows no page."""

    status = 405

    def __init__(self) -> None:
        super().__init__(
            "这个地址只用来提交，不能直接打开。", "请回首页进入要办的事，再点页面上的按钮。"
        )


class OnlyShown(Refused):
    """The address shows a page and takes nothing."""

    status = 405

    def __init__(self) -> None:
        super().__init__(
            "这个地址只能查看，不接收提交，没有保存。", "请返回上一页，刷新后再提交一次。"
        )


class WrongDoorMiddleware:
    """Django answers a method that a view doesn't take with an empty page."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        empty = response.status_code == 405 and not response.streaming and not response.content
        return other_way(request, response) if empty else response


def other_way(request: HttpRequest, bare: HttpResponse) -> HttpResponse:
    """Instead of an empty 405: the page above the address where there is one, else a page that says
    what to do. Programs and parts of pages get their refusal as always."""
    reading = request.method in READINGS
    above = page_above(request) if reading and _is_a_browsers(request) else ""
    if not above:
        answer = refusal_response(request, OnlySubmitted() if reading else OnlyShown())
        answer.headers["Allow"] = bare.headers["Allow"]
        return answer
    _say_so(request)
    return HttpResponseRedirect(above, status=303)


def _is_a_browsers(request: HttpRequest) -> bool:
    """A whole page was asked for in so many words: programs say nothing or something else."""
    wanted = "text/html" in request.headers.get("Accept", "")
    return wanted and request.headers.get("HX-Request") != "true" and not wants_json(request)


def page_above(request: HttpRequest) -> str:
    """The nearest address above that lets the reader in; empty where only the first page is left.

    It may take nothing but submissions itself: then it leads on to the next.
    """
    parts = request.path.strip("/").split("/")[:-1]
    while parts:
        for above in (f"/{'/'.join(parts)}/", f"/{'/'.join(parts)}"):
            if _is_open(above, request):
                return above
        parts.pop()
    return ""


def _is_open(path: str, request: HttpRequest) -> bool:
    if isinstance(request.user, User):
        return may_open(request.user, path)
    try:
        resolve(path)
    except Resolver404:
        return False
    return True  # a stranger is led to the door first


def _say_so(request: HttpRequest) -> None:
    """Once, though one door may lead to another."""
    told = messages.get_messages(request)
    if not any(TAG in (message.extra_tags or "") for message in told):
        messages.info(request, LED, extra_tags=TAG)
    if isinstance(told, BaseStorage):
        told.used = False  # to be shown by the page, not here

"""A refusal is said in the form the caller can read."""

import json

import pytest
from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest, HttpResponse
from django.test import RequestFactory

from anlan.foundation.ui.assets import DIST
from anlan.foundation.ui.middleware import RefusalMiddleware
from anlan.lib.refusals import BadInput, Refused

pytestmark = pytest.mark.skipif(
    not (DIST / "manifest.json").exists(), reason="assets are not built"
)
FULL = Refused("本班已满 60 人。", "可加入候补。")


def answered(request: HttpRequest, error: Exception) -> HttpResponse | None:
    request.user = AnonymousUser()
    return RefusalMiddleware(lambda r: HttpResponse()).process_exception(request, error)


def test_a_page_says_what_happened_and_what_next() -> None:
    response = answered(RequestFactory().post("/seats/", headers={"accept": "text/html"}), FULL)
    assert response is not None
    assert response.status_code == 409
    page = response.content.decode()
    assert "<!doctype html>" in page
    assert "本班已满 60 人。" in page
    assert "可加入候补。" in page
    assert "没有改动任何记录" in page


def test_htmx_gets_a_fragment() -> None:
    request = RequestFactory().post("/seats/", headers={"HX-Request": "true", "accept": "*/*"})
    response = answered(request, FULL)
    assert response is not None
    assert "<!doctype" not in response.content.decode()
    assert "本班已满 60 人。" in response.content.decode()


@pytest.mark.parametrize(
    ("path", "accept"), [("/api/seats", "*/*"), ("/seats/", "application/json")]
)
def test_a_program_gets_json(path: str, accept: str) -> None:
    error = BadInput("第 37 行：校验位不符。", "请核对末位。")
    response = answered(RequestFactory().post(path, headers={"accept": accept}), error)
    assert response is not None
    assert response.status_code == 422
    assert json.loads(response.content) == {
        "message": "第 37 行：校验位不符。",
        "next_step": "请核对末位。",
    }


def test_other_errors_pass_through() -> None:
    assert answered(RequestFactory().get("/"), ValueError("x")) is None


def test_the_cache_keeps_page_and_fragment_apart() -> None:
    response = RefusalMiddleware(lambda r: HttpResponse())(RequestFactory().get("/"))
    assert "HX-Request" in response["Vary"]

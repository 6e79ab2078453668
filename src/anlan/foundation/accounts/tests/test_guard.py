"""A guarded page lets in whom its policy lets in; others learn nothing, not even that it is there."""

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser
from django.http import Http404, HttpRequest, HttpResponse
from django.test import Client, RequestFactory

from anlan.foundation.accounts.guards import actor, guarded, public, signed_in
from anlan.foundation.accounts.models import User
from anlan.foundation.accounts.policies import is_official
from anlan.organizations.models import Organization
from anlan.testing.cast import Cast

pytestmark = pytest.mark.django_db
Page = Callable[..., Any]


@pytest.fixture
def entered() -> list[object]:
    """What the page was given, each time that somebody got in."""
    return []


@pytest.fixture
def page(entered: list[object]) -> Page:
    """A page for officials, about one organisation."""

    def load(user: User, *, uid: str) -> Organization:
        return Organization.objects.get(uid=uid)

    def may_see(user: User, organization: Organization) -> bool:
        return is_official(user) and organization.district == "370112"

    @guarded(may_see, load=load)
    def view(request: HttpRequest, organization: Organization) -> HttpResponse:
        entered.append(organization)
        return HttpResponse("ok")

    return view


def asking(user: User | AnonymousUser, path: str = "/secret?page=2") -> HttpRequest:
    request = RequestFactory().get(path)
    request.user = user
    return request


def test_who_may_enter_gets_what_was_loaded(cast: Cast, page: Page, entered: list[object]) -> None:
    page(asking(cast.district_official), uid=cast.enterprise.uid)
    assert entered == [cast.enterprise]


def test_a_stranger_is_sent_to_the_login_and_back(
    cast: Cast, page: Page, entered: list[object]
) -> None:
    answer = page(asking(AnonymousUser()), uid=cast.enterprise.uid)
    assert answer.status_code == 302
    assert answer["Location"] == "/account/login?next=/secret%3Fpage%3D2"
    assert entered == []


def test_a_stranger_is_not_told_whether_the_thing_exists(page: Page) -> None:
    missing = "00000000-0000-4000-8000-000000000000"
    assert page(asking(AnonymousUser()), uid=missing).status_code == 302


def test_an_outsider_finds_nothing(cast: Cast, page: Page, entered: list[object]) -> None:
    with pytest.raises(Http404):
        page(asking(cast.outsider), uid=cast.enterprise.uid)
    assert entered == []


def test_an_official_finds_nothing_where_the_policy_says_no(
    cast: Cast, page: Page, entered: list[object]
) -> None:
    with pytest.raises(Http404):
        page(asking(cast.district_official), uid=cast.rival_enterprise.uid)
    assert entered == []


def test_what_does_not_exist_is_not_found(cast: Cast, page: Page, entered: list[object]) -> None:
    with pytest.raises(Http404):
        page(asking(cast.district_official), uid="00000000-0000-4000-8000-000000000000")
    assert entered == []


def test_a_page_without_a_load_gets_its_address(cast: Cast) -> None:
    @guarded(is_official)
    def view(request: HttpRequest, year: int) -> HttpResponse:
        return HttpResponse(str(year))

    assert view(asking(cast.city_official), year=2026).content == b"2026"  # type: ignore[attr-defined]
    with pytest.raises(Http404):
        view(asking(cast.outsider), year=2026)


def test_every_guard_leaves_its_mark() -> None:
    def view(request: HttpRequest) -> HttpResponse:
        return HttpResponse("ok")

    assert guarded(signed_in)(view).policy is signed_in  # type: ignore[attr-defined]
    assert public("the door itself")(view).public_because == "the door itself"  # type: ignore[attr-defined]


def test_behind_the_guard_there_is_a_user(cast: Cast) -> None:
    assert actor(asking(cast.outsider)) is cast.outsider
    with pytest.raises(Http404):
        actor(asking(AnonymousUser()))


def test_a_real_page_sends_strangers_to_the_login(client: Client) -> None:
    assert client.get("/notices/")["Location"] == "/account/login?next=/notices/"

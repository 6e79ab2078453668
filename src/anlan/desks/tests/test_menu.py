"""Every link that a menu, a tab or a figure offers opens for whom it is offered to."""

import re
from collections.abc import Callable
from typing import Any

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from anlan.bookings.services import book_seats
from anlan.classes import queries as classes
from anlan.foundation.accounts.models import Role, ScopeKind, User
from anlan.foundation.accounts.services import give_role
from anlan.identity.services import ensure_account
from anlan.testing.cast import NOW, Cast
from anlan.testing.classes import (
    a_bookable_class,
    a_reviewed_class,
    a_running_class,
    a_submitted_class,
    a_worker,
    attend,
)

Enter = Callable[[User], Client]
LINK = re.compile(r'<a [^>]*href="(/[^"#]*)"')


def test_every_link_of_every_first_page_opens(cast: Cast, browser_of: Enter) -> None:
    klass = a_running_class(cast)
    attend(cast, classes.sessions_of(klass)[0])
    bookable = a_bookable_class(
        cast, title="可预约的班", first_day=NOW.date().replace(month=12, day=8)
    )
    book_seats(bookable, cast.enterprise, seats=2, by=cast.safety_officer, at=NOW)
    a_submitted_class(cast, title="待审的班", first_day=NOW.date().replace(month=12, day=14))
    a_reviewed_class(cast, title="待批的班", first_day=NOW.date().replace(month=12, day=20))
    give_role(cast.outsider, Role.OPERATOR, ScopeKind.CITY, "", by=None, at=NOW, reason="测试")
    learner = ensure_account(a_worker(cast, 0), at=NOW)
    closed: list[str] = []
    for user in (
        cast.city_official,
        cast.district_official,
        cast.class_manager,
        cast.trainer_user,
        cast.examiner,
        cast.safety_officer,
        cast.outsider,
        learner,
    ):
        closed += broken_links(browser_of(user), user)
    assert closed == []


def broken_links(client: Client, user: User) -> list[str]:
    page = client.get("/").content.decode()
    links = {link.replace("&amp;", "&") for link in LINK.findall(page)}
    assert len(links) >= 3
    answers = {link: client.get(link, follow=True).status_code for link in sorted(links)}
    return [f"{user.name} {link}: {code}" for link, code in answers.items() if code != 200]


def test_who_one_is_stands_beside_the_name(cast: Cast, browser_of: Enter) -> None:
    assert "区县经办 · 历城区" in browser_of(cast.district_official).get("/").content.decode()
    assert "市级监管员" in browser_of(cast.city_official).get("/").content.decode()


def test_what_waits_is_counted_in_the_menu(cast: Cast, browser_of: Enter) -> None:
    a_submitted_class(cast)
    page = browser_of(cast.district_official).get("/").content.decode()
    assert 'aria-label="1 项"' in page


def test_the_own_deed_is_seen_in_the_menu_at_once(cast: Cast, browser_of: Enter) -> None:
    klass = a_submitted_class(cast)
    browser = browser_of(cast.district_official)
    assert waiting(browser.get("/notices/"), "/classes/queue/") == 1
    said = {"decision": "return", "reason": "请补充师资材料"}
    answer = browser.post(reverse("classes:decide", args=[klass.uid]), said, follow=True)
    assert waiting(answer, "/classes/queue/") == 0


def test_the_menu_counts_once_for_several_pages(cast: Cast, browser_of: Enter) -> None:
    a_submitted_class(cast)
    browser = browser_of(cast.district_official)
    browser.get("/notices/")
    with CaptureQueriesContext(connection) as seen:
        assert waiting(browser.get("/notices/"), "/classes/queue/") == 1
    assert not [q for q in seen if "COUNT(" in q["sql"] and "classes_trainingclass" in q["sql"]]


def waiting(page: Any, url: str) -> int:
    numbers: dict[str, int] = {
        item.url: item.count for group in page.context["menu"] for item in group.items
    }
    return numbers[url]

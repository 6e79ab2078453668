"""Whoever reads a page of the city may open what it offers: no link leads to a closed door."""

import re
from collections import Counter
from collections.abc import Iterator
from html import unescape

import pytest
from django.test import Client
from django.urls import resolve
from django.utils.timezone import now

from anlan.foundation.accounts.models import User
from anlan.foundation.ledger.bundles import publish_all
from anlan.operations.logins import LOGINS
from tests.long.city import City
from tests.long.site import BACKEND

LINK = re.compile(r'<a\b[^>]*href="(/[^"#]*)')
MOST_OF_A_KIND = 2  # pages with one name and the same filters
MOST_OF_A_NAME = 6
LEAST_PAGES = 15


@pytest.fixture(scope="module")
def demonstration(city: City) -> City:
    made = City(city.var, {**city.env, "ANLAN_DEMONSTRATION": "1"})
    made.run("demo", "--quiet", seconds=4 * 60)
    publish_all(now())  # receipts are there once the log has every line
    return made


@pytest.mark.parametrize("username", [login.username for login in LOGINS])
def test_no_page_offers_what_its_reader_may_not_open(demonstration: City, username: str) -> None:
    client = Client(headers={"accept": "text/html"})
    client.force_login(User.objects.get(username=username), backend=BACKEND)
    opened, closed = 0, []
    for path, since, status in walk(client):
        opened += 1
        if status >= 400:
            closed.append(f"{status} {path} offered on {since}")
    assert closed == []
    assert opened >= LEAST_PAGES


def walk(client: Client) -> Iterator[tuple[str, str, int]]:
    """From the first page along every link: (path, the page that offers it, status)."""
    known, waiting = {"/"}, [("/", "")]
    kinds: Counter[str] = Counter()
    while waiting:
        path, since = waiting.pop(0)
        if seen_enough(path, kinds):
            continue
        answer = client.get(path)
        yield path, since, answer.status_code
        offered = [answer.headers["Location"]] if answer.status_code in (302, 303) else []
        if not answer.streaming and "html" in answer.headers.get("Content-Type", ""):
            offered += map(unescape, LINK.findall(answer.content.decode()))
        for one in offered:
            if one.startswith("/") and one not in known:
                known.add(one)
                waiting.append((one, path))


def seen_enough(path: str, kinds: Counter[str]) -> bool:
    """Thousands of pages differ in a number or a filter alone."""
    place, _, filters = path.partition("?")
    if place.startswith("/in/"):  # answered before the site's own addresses
        return True
    name = resolve(place).view_name
    kind = f"{name}?{sorted(part.partition('=')[0] for part in filters.split('&'))}"
    if kinds[kind] >= MOST_OF_A_KIND or kinds[name] >= MOST_OF_A_NAME:
        return True
    kinds[kind] += 1
    kinds[name] += 1
    return False

"""Who gets in where, at every address for every role, compared with a committed table.

`access_matrix.json` holds the running site's answer to each of the cast at every guarded address without
a parameter: `in`, or `out` (404, as if it weren't there). Behind each guard stands an empty room, so only
the guard is asked. An address about a thing is asked with a thing that is nobody's, which must look to
every role as if it weren't there; and with things of the cast, where some reach them and rivals don't.
"""

import json
import os
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.http import Http404, HttpResponse
from django.test import Client, RequestFactory
from django.urls import resolve, reverse

from anlan.classes.models import TrainingClass
from anlan.config import urls
from anlan.foundation.access import matrix
from anlan.foundation.accounts.models import Role, ScopeKind, User
from anlan.testing.cast import Cast, a_user
from anlan.testing.classes import a_running_class

pytestmark = pytest.mark.django_db
TABLE = Path(__file__).with_name("access_matrix.json")
LOOK = "look at why, then run: make access-matrix"
NOBODYS = {
    "uuid": "00000000-0000-4000-8000-000000000000",
    "int": "999999999",
    "slug": "nothing",
    "str": "nothing",
    "path": "nothing",
}
PARAMETER = re.compile(r"<(?:(\w+):)?(\w+)>")
INSIDE = 299  # what the empty room answers
# Guarded by the user alone though they have a parameter: what it names is the user's own, or public.
OWN_OR_PUBLIC = {
    "accounts:end_session",
    "mfa_remove_webauthn",
    "codes:book",
    "exemplars:declare",  # the kind of declaration
    "insights:injury_export",  # the page that is exported, in the reader's own scope
}


@pytest.fixture
def people(cast: Cast) -> dict[str, User]:
    """One of each role, and somebody with none."""
    city = ScopeKind.CITY
    return {
        Role.CITY_OFFICIAL.value: cast.city_official,
        Role.DISTRICT_OFFICIAL.value: cast.district_official,
        Role.DEPARTMENT_OFFICIAL.value: a_user(
            "department", "协同部门", Role.DEPARTMENT_OFFICIAL, ScopeKind.INDUSTRY, "hazchem"
        ),
        Role.CLASS_MANAGER.value: cast.class_manager,
        Role.TRAINER.value: cast.trainer_user,
        Role.EXAMINER.value: cast.examiner,
        Role.SAFETY_OFFICER.value: cast.safety_officer,
        Role.EXPERT.value: a_user("expert", "专家", Role.EXPERT, ScopeKind.INDUSTRY, "hazchem"),
        Role.LEARNER.value: a_user("learner", "学员", Role.LEARNER, city),
        Role.OPERATOR.value: a_user("operator", "运维", Role.OPERATOR, city),
        "nobody": cast.outsider,
    }


@pytest.fixture
def browsers(people: dict[str, User], browser_of: Callable[[User], Client]) -> dict[str, Client]:
    return {role: browser_of(user) for role, user in people.items()}


@pytest.fixture
def empty_rooms(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Behind every guard an empty room: the view that the guard closes over is put aside.

    And a bare 404: the real one draws a menu, four thousand times.
    """
    monkeypatch.setattr(urls, "handler404", _nothing, raising=False)
    monkeypatch.setattr("django.core.handlers.exception.log_response", lambda *_, **__: None)
    aside = []
    for address in guarded():
        cell = _cell(address.view)
        aside.append((cell, cell.cell_contents))
        cell.cell_contents = _room
    yield
    for cell, view in reversed(aside):
        cell.cell_contents = view


def test_the_site_answers_each_role_as_the_table_says(
    browsers: dict[str, Client], empty_rooms: None
) -> None:
    answers = {
        address.name: {role: _answer(browser, address.path) for role, browser in browsers.items()}
        for address in guarded()
        if not PARAMETER.search(address.path)
    }
    if os.environ.get("ANLAN_WRITE_ACCESS_MATRIX"):
        lines = [f"{json.dumps(name)}: {json.dumps(answers[name])}" for name in sorted(answers)]
        TABLE.write_text("{\n" + ",\n".join(lines) + "\n}\n", "utf-8")
    known = json.loads(TABLE.read_text("utf-8"))
    assert sorted(answers.keys() - known.keys()) == [], f"new addresses: {LOOK}"
    assert sorted(known.keys() - answers.keys()) == [], f"addresses are gone: {LOOK}"
    changed = {
        f"{name} as {role}": f"was {known[name].get(role)}, is {word}"
        for name, row in answers.items()
        for role, word in row.items()
        if known[name].get(role) != word
    }
    assert changed == {}, LOOK


def test_what_is_nobody_s_is_not_there_for_any_role(
    people: dict[str, User], empty_rooms: None
) -> None:
    """Asked at the guard itself: two thousand seven hundred times through the site takes too long."""
    seen = [
        f"{address.name} as {role}"
        for address in guarded()
        if PARAMETER.search(address.path) and address.name not in OWN_OR_PUBLIC
        for role, user in people.items()
        if not _hides(_nobodys(address.path), user)
    ]
    assert seen == []


def test_only_these_take_a_parameter_without_asking_about_the_thing() -> None:
    found = {a.name for a in guarded() if PARAMETER.search(a.path) and not a.about_a_thing}
    assert found == OWN_OR_PUBLIC


# Address, the thing of the cast that it is about, who gets in; all others of these find nothing.
ASKED = ("city", "district", "district2", "manager", "rival", "officer", "rivalofficer", "outsider")
WITHIN = [
    ("classes:record", "class", "city district manager officer rivalofficer"),
    ("classes:edit", "class", ""),  # a running class is edited by nobody
    ("classes:close", "class", "manager"),
    ("classes:export_roster", "class", "manager"),
    ("organizations:record", "enterprise", "city district officer"),
    ("identity:roster", "enterprise", "city district officer"),
    ("identity:roster_export", "enterprise", "officer"),
    ("identity:upload_roster", "enterprise", "officer"),
    ("desks:enterprise", "enterprise", "city district officer"),
    ("accounts:account", "account", "city district"),
    ("accounts:give", "account", "city district"),
]


@pytest.mark.parametrize(("name", "thing", "welcome"), WITHIN)
def test_things_are_there_for_those_who_reach_them_only(
    cast: Cast,
    browser_of: Callable[[User], Client],
    empty_rooms: None,
    name: str,
    thing: str,
    welcome: str,
) -> None:
    path = reverse(name, args=[_thing(cast, thing)])
    users = {user.username: user for user in vars(cast).values() if isinstance(user, User)}
    entered = {one for one in ASKED if _answer(browser_of(users[one]), path) == "in"}
    assert entered == set(welcome.split())


def guarded() -> list[matrix.Address]:
    """Each address with a policy, once; allauth's second names for the same page fall away."""
    found = {(a.path, a.view): a for a in matrix.addresses() if a.policy is not None}
    return list(found.values())


def _thing(cast: Cast, name: str) -> object:
    if name == "class":
        klass: TrainingClass = a_running_class(cast)
        return klass.uid
    return {"enterprise": cast.enterprise.uid, "account": cast.class_manager.uid}[name]


def _cell(view: Any) -> Any:
    """The cell in which a guard keeps its view, under whatever method decorators."""
    while "policy" not in getattr(getattr(view, "__code__", None), "co_freevars", ()):
        view = view.__wrapped__
    return view.__closure__[view.__code__.co_freevars.index("view")]


def _room(*_args: Any, **_url: Any) -> HttpResponse:
    return HttpResponse(status=INSIDE)


def _nothing(*_args: Any, **_more: Any) -> HttpResponse:
    return HttpResponse(status=404)


def _answer(browser: Client, path: str) -> str:
    answer = browser.get(path)
    if answer.status_code == 405:
        answer = browser.post(path)
    words = {INSIDE: "in", 404: "out"}
    return words.get(answer.status_code, str(answer.status_code))


def _hides(path: str, user: User) -> bool:
    found = resolve(path)
    for method in ("GET", "POST"):
        request = RequestFactory().generic(method, path)
        request.user = user
        try:
            answer = found.func(request, **found.kwargs)
        except Http404:
            return True
        if answer.status_code != 405:
            return False
    return False


def _nobodys(path: str) -> str:
    return PARAMETER.sub(lambda found: NOBODYS[found[1] or "str"], path)

"""Whoever is complained of finds neither that somebody told, nor who: no page, no query, no notice."""

import re
import uuid
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import time_machine
from django.conf import LazySettings
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from anlan.foundation.accounts.models import Role, ScopeKind, User
from anlan.foundation.accounts.services import give_role
from anlan.foundation.ledger.models import Entry
from anlan.foundation.notices.models import Notice
from anlan.hazards.models import Hazard, Tip
from anlan.hazards.services.tips import conclude_tip, reveal_contact, take_tip, turn_into_hazard
from anlan.hazards.tests.builders import (
    FALLING,
    a_photo,
    a_report,
    a_tip,
    a_worker_with_account,
    an_upload,
)
from anlan.testing.cast import NOW, Cast

Enter = Callable[[object], Client]
CONTACT = "13800138000 张某"
# What differs between two visits of the same page anyway.
FLEETING = re.compile(
    r'(?:name="csrf[^"]*"|csrfmiddlewaretoken"|name="nonce"|data-now=|name="server-now"|datetime=|name="ticket")'
    r"[^>]*|[0-9a-f]{8}-[0-9a-f-]{27}"
)
# Made anew each time, or large and the same for everybody (code lists, the checking page).
NOT_PAGES = (
    "logout",
    "openapi",
    "revoked_list",
    "revoked_signed",
    "codes:browse",
    "codes:crosswalk",
    "codes:industries",
    "verify:page",
    "verify:offline",
)


def addresses(patterns: Any = None, space: str = "") -> Iterator[str]:
    """Every address of the site that takes no number."""
    for pattern in get_resolver().url_patterns if patterns is None else patterns:
        if isinstance(pattern, URLResolver):
            inner = f"{space}{pattern.namespace}:" if pattern.namespace else space
            yield from addresses(pattern.url_patterns, inner)
        elif isinstance(pattern, URLPattern) and not pattern.pattern.converters:
            yield f"{space}{pattern.name}"


def pages_of(browser: Client, cast: Cast) -> dict[str, str]:
    """What a person can open, by its address."""
    own = cast.enterprise.uid
    asked = [reverse(name) for name in addresses() if not name.endswith(NOT_PAGES)]
    asked += [
        reverse("desks:enterprise", args=[own]),
        reverse("organizations:record", args=[own]),
        reverse("identity:roster", args=[own]),
        f"{reverse('hazards:ledger')}?q={cast.enterprise.name}",
    ]
    found = {}
    for address in asked:
        answer = browser.get(address)
        if answer.status_code == 200 and not answer.streaming:
            found[address] = FLEETING.sub("", answer.content.decode(errors="replace"))
    return found


@pytest.mark.parametrize("who", ["officer", pytest.param("colleague", marks=pytest.mark.long)])
def test_no_page_and_no_query_of_theirs_knows(
    cast: Cast, browser_of: Enter, settings: LazySettings, who: str
) -> None:
    settings.ANLAN_MENU_SECONDS = 0  # its counts are asked for each time
    _, colleague = a_worker_with_account(cast)
    people: dict[str, User] = {
        "officer": cast.safety_officer,
        "colleague": colleague,
    }
    browser = browser_of(people[who])
    with time_machine.travel(NOW, tick=False):  # some pages tell the minute
        pages_of(browser, cast)  # what a first visit leaves behind
        before = pages_of(browser, cast)
        tip, _ = a_tip(cast, contact=CONTACT)
        take_tip(tip, by=cast.district_official, at=NOW)
        with CaptureQueriesContext(connection) as asked:
            after = pages_of(browser, cast)
    tables = [q["sql"] for q in asked if "hazards_tip" in q["sql"] or "hazards_reward" in q["sql"]]
    assert tables == []
    assert len(after) > 8
    assert sorted(after) == sorted(before)
    assert [one for one in after if after[one] != before[one]] == []
    for words in (tip.told, CONTACT, "夜班经常", "罐区东侧"):
        assert [address for address, page in after.items() if words in page] == []
    assert not Notice.objects.filter(user=people[who], title__contains="举报").exists()


@pytest.mark.parametrize(
    "who",
    ["safety_officer", "class_manager", "rival_officer", "other_district_official", "outsider"],
)
def test_its_own_pages_are_not_there(cast: Cast, browser_of: Enter, who: str) -> None:
    tip, _ = a_tip(cast, contact=CONTACT)
    browser = browser_of(getattr(cast, who))
    photo = tip.photos.get()
    for name in ("tip", "turn"):
        assert browser.get(reverse(f"hazards:{name}", args=[tip.uid])).status_code == 404
    assert browser.get(reverse("hazards:tip_photo", args=[tip.uid, photo.uid])).status_code == 404
    for name in ("take_tip", "dismiss_tip", "ask_teller", "conclude_tip", "reveal_contact"):
        address = reverse(f"hazards:{name}", args=[tip.uid])
        assert browser.post(address, {"words": "x"}).status_code == 404
    listed = browser.get(reverse("hazards:tips"))
    assert listed.status_code == 404 or tip.named not in listed.content.decode()
    tip.refresh_from_db()
    assert (tip.status, tip.reveals.count()) == ("received", 0)


def test_an_operator_and_an_official_who_works_there_see_none(
    cast: Cast, browser_of: Enter
) -> None:
    tip, _ = a_tip(cast)
    give_role(cast.outsider, Role.OPERATOR, ScopeKind.CITY, "", by=None, at=NOW, reason="测试")
    key = str(cast.enterprise.uid)
    give_role(
        cast.district_official,
        Role.TRAINER,
        ScopeKind.ORGANIZATION,
        key,
        by=None,
        at=NOW,
        reason="测试",
    )
    for user in (cast.outsider, cast.district_official):
        answer = browser_of(user).get(reverse("hazards:tip", args=[tip.uid]))
        assert answer.status_code == 404
    assert Notice.objects.filter(user=cast.district_official).count() == 1  # told before


def test_the_hazard_it_becomes_leads_back_to_nobody(cast: Cast, browser_of: Enter) -> None:
    tip, _ = a_tip(cast, contact=CONTACT)
    take_tip(tip, by=cast.district_official, at=NOW)
    conclude_tip(tip, "报警器确已关闭", borne_out=True, by=cast.district_official, at=NOW)
    report = a_report(cast.enterprise, a_photo(cast.district_official), nonce=uuid.uuid4())
    hazard = turn_into_hazard(tip, report, by=cast.district_official, at=NOW)
    assert hazard.reporter is None
    own = set(hazard.acts.values_list("photos__sha256", flat=True)) - {None}
    assert len(own) == 1
    for user in (cast.safety_officer,):
        with CaptureQueriesContext(connection) as asked:
            page = browser_of(user).get(reverse("hazards:hazard", args=[hazard.uid]))
            listed = browser_of(user).get(reverse("hazards:ledger"))
        assert not any("hazards_tip" in q["sql"] for q in asked)
        for text in (page.content.decode(), listed.content.decode()):
            assert "举报核实" not in text
            assert "夜班经常" not in text
        assert "监管检查" in page.content.decode()
    official = browser_of(cast.district_official).get(reverse("hazards:hazard", args=[hazard.uid]))
    assert "举报核实" in official.content.decode()
    leaves = " ".join(Entry.objects.filter(subject=hazard.subject).values_list("leaf", flat=True))
    assert "whistle" not in leaves
    assert "tip/" not in leaves


def test_each_look_at_the_contact_is_kept(cast: Cast, browser_of: Enter) -> None:
    tip, _ = a_tip(cast, contact=CONTACT)
    browser = browser_of(cast.district_official)
    assert CONTACT not in browser.get(reverse("hazards:tip", args=[tip.uid])).content.decode()
    address = reverse("hazards:reveal_contact", args=[tip.uid])
    assert browser.post(address, {"words": ""}).status_code == 422
    assert tip.reveals.count() == 0
    page = browser.post(address, {"words": "核实时间需要当面确认"})
    assert CONTACT in page.content.decode()
    assert [(one.by, one.reason) for one in tip.reveals.all()] == [
        (cast.district_official, "核实时间需要当面确认")
    ]
    assert Entry.objects.filter(subject=tip.subject, verb="tip_contact_seen").count() == 1
    reveal_contact(tip, "再次联系", by=cast.city_official, at=NOW)
    assert tip.reveals.count() == 2


def test_the_database_holds_neither_words_nor_code_in_clear(cast: Cast) -> None:
    tip, code = a_tip(cast, contact=CONTACT)
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM hazards_tip")
        row = " ".join(str(value) for value in cursor.fetchone())
    for secret in (code, code.replace("-", ""), CONTACT, tip.told, "夜班经常", tip.named):
        assert secret not in row
    assert not any(tip.told in leaf for leaf in Entry.objects.values_list("leaf", flat=True))
    assert Tip.objects.get().photos.get().uploaded_by is None
    assert not Hazard.objects.exists()
    assert FALLING  # the list's code is no secret
    assert an_upload().size

"""A phone is lost: its user leaves everywhere, and what it carried opens nothing any more."""

from collections.abc import Callable
from datetime import timedelta

import pytest
import time_machine
from django.test import Client
from django.utils.timezone import now

from anlan.foundation.accounts.models import User
from anlan.foundation.intake import passes
from anlan.foundation.intake.cutoffs import forget_list
from anlan.foundation.intake.tests.builders import ENDPOINTS
from anlan.foundation.ledger.models import Entry
from anlan.testing.cast import Cast
from anlan.testing.intake import Door

pytestmark = pytest.mark.django_db
Enter = Callable[[User], Client]
SOON = timedelta(seconds=10)


def keep_note(client: Client) -> int:
    """What a page of this browser would send to a hot path."""
    kept = client.cookies[passes.COOKIE].value
    cookie = f"{passes.COOKIE}={kept}"
    return Door(ENDPOINTS).ask("notes", {"text": "a"}, HTTP_COOKIE=cookie).status


def test_other_devices_are_logged_out_with_this_one(cast: Cast, browser_of: Enter) -> None:
    lost, own = browser_of(cast.outsider), browser_of(cast.outsider)
    somebody = browser_of(cast.safety_officer)
    for client in (lost, own, somebody):
        client.get("/people/me/")
    assert keep_note(lost) == 200
    answer = own.post("/people/me/leave-everywhere", follow=True)
    assert "已退出所有设备" in answer.content.decode()
    assert keep_note(lost) == 401
    assert lost.get("/people/me/").status_code == 302
    assert own.get("/people/me/").status_code == 302
    assert somebody.get("/people/me/").status_code == 200
    assert keep_note(somebody) == 200
    assert Entry.objects.get(verb="left_everywhere").subject == f"user/{cast.outsider.uid}"


def test_who_logs_in_again_is_let_in(cast: Cast, browser_of: Enter) -> None:
    browser_of(cast.outsider).post("/people/me/leave-everywhere")
    with time_machine.travel(now() + SOON, tick=True):
        again = browser_of(cast.outsider)
        again.get("/people/me/")
        assert again.get("/people/me/").status_code == 200
        assert keep_note(again) == 200


def test_a_get_ends_nothing(cast: Cast, browser_of: Enter) -> None:
    client = browser_of(cast.outsider)
    client.get("/people/me/")
    assert client.get("/people/me/leave-everywhere").status_code == 405
    assert keep_note(client) == 200
    assert not Entry.objects.filter(verb="left_everywhere").exists()


def test_a_stranger_is_sent_to_the_door(client: Client) -> None:
    assert client.post("/people/me/leave-everywhere").status_code == 302
    assert not Entry.objects.filter(verb="left_everywhere").exists()


def test_a_closed_account_s_pass_ends(cast: Cast, browser_of: Enter) -> None:
    client = browser_of(cast.outsider)
    client.get("/people/me/")
    assert keep_note(client) == 200
    cast.outsider.is_active = False
    cast.outsider.save()
    keep_note(client)  # asked for, so looked up at the next reading
    forget_list()
    assert keep_note(client) == 401
    assert client.get("/people/me/").status_code == 302

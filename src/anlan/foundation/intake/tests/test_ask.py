"""Asking the intake: who may, what is taken, what is said."""

from datetime import timedelta

import pytest
from django.db import OperationalError
from django.test import Client
from django.utils.timezone import now

from anlan.foundation.accounts.services import open_account
from anlan.foundation.intake import application, passes
from anlan.foundation.intake.cutoffs import cut_off
from anlan.foundation.intake.tests.builders import ENDPOINTS
from anlan.foundation.ledger.models import Entry
from anlan.testing.cast import Cast
from anlan.testing.intake import Door

pytestmark = pytest.mark.django_db


@pytest.fixture
def door(cast: Cast) -> Door:
    return Door(ENDPOINTS, user=cast.safety_officer)


def notes() -> list[str]:
    return list(Entry.objects.filter(verb="kept").values_list("subject", flat=True))


def test_a_note_is_kept_in_the_name_of_who_asks(door: Door, cast: Cast) -> None:
    told = door.ask("notes", {"text": "a"})
    assert (told.status, told.json) == (200, {"text": "a", "together": 1})
    assert Entry.objects.get(verb="kept").actor == f"user/{cast.safety_officer.uid}"


def test_a_refusal_says_what_to_do(door: Door) -> None:
    told = door.ask("notes", {"text": "bad"})
    assert told.status == 409
    assert told.json == {"message": "这条不能收。", "next_step": "请改一改。"}
    assert notes() == []


@pytest.mark.parametrize("token", ["", "x", "a.b", "AAAA.AAAA", "é.é"])
def test_without_a_pass_nothing_is_taken(door: Door, token: str) -> None:
    told = door.ask("notes", {"text": "a"}, HTTP_COOKIE=f"{passes.COOKIE}={token}")
    assert told.status == 401
    assert "重新登录" in told.json["next_step"]
    assert notes() == []


def test_a_pass_can_t_be_changed_by_a_single_character(cast: Cast) -> None:
    good = passes.issue(cast.safety_officer, at=now())
    for place in range(len(good)):
        other = "A" if good[place] != "A" else "B"
        forged = good[:place] + other + good[place + 1 :]
        try:
            found = passes.read(forged, at=now())
        except passes.NoPass:
            continue
        # base64 has spellings of the same bytes; what is read must be the same pass
        assert found == passes.read(good, at=now())


def test_a_pass_ends(cast: Cast) -> None:
    old = passes.issue(cast.safety_officer, at=now() - passes.LIFE)
    with pytest.raises(passes.NoPass):
        passes.read(old, at=now())


def test_cut_off_passes_open_nothing(door: Door, cast: Cast) -> None:
    old = passes.issue(cast.safety_officer, at=now() - timedelta(minutes=1))
    cut_off(cast.safety_officer, at=now())
    told = door.ask("notes", {"text": "a"}, HTTP_COOKIE=f"{passes.COOKIE}={old}")
    assert (told.status, notes()) == (401, [])


def test_a_form_of_another_site_can_t_ask(door: Door) -> None:
    wrongs: tuple[dict[str, str], ...] = (
        {"CONTENT_TYPE": "text/plain"},
        {"CONTENT_TYPE": "application/x-www-form-urlencoded"},
        {"HTTP_SEC_FETCH_SITE": "cross-site"},
        {"HTTP_SEC_FETCH_SITE": "same-site"},
    )
    for wrong in wrongs:
        assert door.ask("notes", {"text": "a"}, user=None, key="", **wrong).status == 403
    assert notes() == []


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b'{"text": 1}', b'{"text": "\xff"}', b"null"])
def test_a_body_that_can_t_be_read_is_refused(door: Door, body: bytes) -> None:
    told = door.ask("notes", body)
    assert told.status == 422
    assert "格式不对" in told.json["message"]
    assert notes() == []


def test_a_body_that_broke_off_is_refused(door: Door) -> None:
    told = door.ask("notes", b'{"text": "a"}', CONTENT_LENGTH="400")
    assert (told.status, notes()) == (422, [])


def test_too_long_is_said_before_it_is_read(door: Door) -> None:
    assert door.ask("short", {"text": "a" * 40}).status == 413


def test_only_posts_are_taken(door: Door) -> None:
    told = door.ask("notes", {"text": "a"}, REQUEST_METHOD="GET")
    assert (told.status, told.headers["Allow"]) == (405, "POST")


def test_what_is_not_the_intake_s_goes_to_the_site(door: Door) -> None:
    assert door.ask("", {}, PATH_INFO="/elsewhere").body == b"the site"
    assert door.ask("elsewhere", {}).status == 404


def test_a_repeat_gets_the_first_answer_and_is_done_once(door: Door) -> None:
    first = door.ask("remembered", {"text": "a"}, key="k1")
    again = door.ask("remembered", {"text": "a"}, key="k1")
    assert first.json == again.json
    assert notes() == ["note/a"]


def test_a_key_is_its_user_s_own(door: Door, cast: Cast) -> None:
    door.ask("remembered", {"text": "a"}, key="k1")
    door.ask("remembered", {"text": "b"}, key="k1", user=cast.outsider)
    assert notes() == ["note/a", "note/b"]


def test_a_refusal_is_not_remembered(door: Door) -> None:
    assert door.ask("remembered", {"text": "bad"}, key="k1").status == 409
    assert door.ask("remembered", {"text": "good"}, key="k1").status == 200


def test_a_broken_writer_is_said_and_nothing_is_kept(door: Door) -> None:
    told = door.ask("notes", {"text": "broken"})
    assert (told.status, notes()) == (500, [])


def test_a_database_that_is_away_before_anything_is_written_is_waited_for(
    door: Door, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(*_: object, **__: object) -> None:
        raise OperationalError("terminating connection due to unexpected postmaster exit")

    with monkeypatch.context() as gone:
        gone.setattr(application, "is_cut_off", away)
        told = door.ask("notes", {"text": "a"})
    assert (told.status, notes()) == (503, [])
    assert int(told.headers["Retry-After"]) >= 1
    assert door.ask("notes", {"text": "a"}).status == 200


def test_logging_in_gives_a_pass_and_logging_out_takes_it(client: Client, cast: Cast) -> None:
    client.force_login(cast.safety_officer)
    client.get("/")
    given = client.cookies[passes.COOKIE]
    assert passes.read(given.value, at=now()).user == cast.safety_officer.pk
    assert given["httponly"]
    assert given["samesite"] == "Strict"
    client.get("/")
    client.post("/account/logout")
    assert client.cookies[passes.COOKIE].value == ""


def test_a_closed_account_s_session_gives_no_pass(client: Client) -> None:
    gone = open_account(username="gone", name="离职", password="x")
    client.force_login(gone)
    gone.is_active = False
    gone.save()
    client.get("/")
    assert passes.COOKIE not in client.cookies

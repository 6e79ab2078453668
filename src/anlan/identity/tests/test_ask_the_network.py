"""The national identity network is asked about new people, in the background; nobody waits for it."""

import hashlib
import hmac
import json
import logging
import threading
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any, ClassVar

import pytest
from django.test import Client
from django.urls import reverse

from anlan.foundation.ledger.models import Entry
from anlan.foundation.rules.models import Rule
from anlan.identity import jobs
from anlan.identity.models import NetworkAnswer, NetworkCheck, Person
from anlan.identity.network import HttpNetwork, the_network
from anlan.identity.queries import network as queries
from anlan.identity.queries.rights import looks_at
from anlan.identity.services import network as acts
from anlan.identity.services.rights.erasing import erase_person
from anlan.identity.tests.builders import a_row, a_worker, imported
from anlan.lib.refusals import BadInput, NotAllowed
from anlan.testing.cast import NOW, PASSWORD, Cast
from anlan.testing.queries import counted

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


class Told:
    """Answers as it is told, and keeps what it was asked."""

    name = "told"
    answers: ClassVar[dict[str, NetworkAnswer]] = {}
    away = False
    asked: ClassVar[list[tuple[str, str]]] = []

    def ask(self, name: str, id_number: str, *, at: datetime) -> NetworkAnswer:
        Told.asked.append((name, id_number))
        if Told.away:
            raise OSError("away")
        return Told.answers.get(id_number, NetworkAnswer.AGREE)


@pytest.fixture(autouse=True)
def _told(settings: Any) -> None:
    settings.ANLAN_IDENTITY_NETWORK = f"{__name__}.Told"
    Told.answers, Told.asked, Told.away = {}, [], False


@pytest.fixture
def on(cast: Cast) -> None:
    """The city turns it on, from the day of the story."""
    Rule.objects.create(
        key=queries.RULE, value=1, valid_from=date(2026, 11, 23), label="开", clause="城市规定"
    )


def a_cap(most: int) -> None:
    Rule.objects.filter(key="identity.network_day_max").update(value=most)


def round_at(at: datetime = NOW) -> int:
    jobs.note_new_people(at)
    return jobs.ask_network(at)


def the_check() -> NetworkCheck:
    return NetworkCheck.objects.get()


def test_a_new_person_is_asked_about_once_by_two_fields(cast: Cast, on: None) -> None:
    person = a_worker(cast.enterprise, cast.safety_officer)
    assert round_at() == 1
    assert round_at(NOW + DAY) == 0
    assert Told.asked == [(person.name, person.id_number)]
    check = the_check()
    assert (check.answer, check.asked_at, check.adapter) == ("agree", NOW, "told")
    assert not queries.network_reviews(cast.city_official).exists()


def test_a_roster_is_asked_about_after_its_import(cast: Cast, on: None) -> None:
    imported([a_row(1), a_row(2)], cast.enterprise, cast.safety_officer)
    assert not Told.asked
    assert round_at() == 2
    assert {name for name, _ in Told.asked} == {a_row(1)[0], a_row(2)[0]}


def test_nobody_is_asked_about_while_it_is_off_or_who_came_before(
    cast: Cast, settings: Any
) -> None:
    a_worker(cast.enterprise, cast.safety_officer)
    assert round_at() == 0
    Rule.objects.create(
        key=queries.RULE, value=1, valid_from=date(2026, 11, 24), label="开", clause="城市规定"
    )
    assert round_at(NOW + DAY) == 0
    assert not NetworkCheck.objects.exists()
    settings.ANLAN_IDENTITY_NETWORK = ""
    assert the_network() is None
    assert round_at(NOW + DAY) == 0
    assert not Told.asked


def test_every_question_is_a_line_without_name_and_number_and_a_look(cast: Cast, on: None) -> None:
    person = a_worker(cast.enterprise, cast.safety_officer)
    Told.away = True
    round_at()
    Told.away = False
    round_at(NOW + timedelta(minutes=1))
    lines = Entry.objects.filter(subject=person.subject, verb__startswith="network_")
    assert [line.verb for line in lines.order_by("id")] == [
        "network_asked",
        "network_asked",
        "network_answered",
    ]
    leaves = "".join(str(line.leaf) for line in lines)
    assert person.id_number not in leaves
    assert person.name not in leaves
    looks = [look for look in looks_at(person) if look.kind == "network"]
    assert [look.who for look in looks] == ["平台", "平台"]


def test_a_silent_network_is_asked_again_later_and_later_until_it_is_given_up(
    cast: Cast, on: None
) -> None:
    for serial in (7, 8):
        a_worker(cast.enterprise, cast.safety_officer, serial=serial)
    Told.away = True
    assert round_at() == 0
    assert len(Told.asked) == 1, "the first silence ends the round"
    NetworkCheck.objects.filter(tries=0).delete()
    check = the_check()
    assert (check.due_at, check.answer) == (NOW + timedelta(minutes=1), "")
    jobs.ask_network(NOW + timedelta(seconds=59))
    assert len(Told.asked) == 1
    pauses, at = [], NOW
    while (due := the_check().due_at) is not None:
        pauses.append(due - at)
        at = due
        jobs.ask_network(at)
    assert [pause.total_seconds() // 60 for pause in pauses] == [1, 4, 16, 64, 256, 360, 360]
    assert len(Told.asked) == 8
    assert the_check().answer == "unavailable"
    assert queries.network_reviews(cast.city_official).count() == 1


def test_the_cap_of_the_day_counts_every_question(cast: Cast, on: None) -> None:
    imported([a_row(serial) for serial in range(1, 6)], cast.enterprise, cast.safety_officer)
    a_cap(3)
    assert round_at() == 3
    assert round_at(NOW + timedelta(hours=2)) == 0
    assert round_at(NOW + DAY) == 2


def test_a_worker_that_was_killed_in_the_middle_asks_once_more(cast: Cast, on: None) -> None:
    a_worker(cast.enterprise, cast.safety_officer)
    jobs.note_new_people(NOW)
    check = queries.checks_due(NOW).get()
    assert acts._note_question(check, check.person, Told(), NOW)  # and is killed here
    assert jobs.ask_network(NOW + timedelta(minutes=9)) == 0
    assert jobs.ask_network(NOW + timedelta(minutes=10)) == 1
    assert the_check().tries == 2


def test_two_workers_put_a_question_once(cast: Cast, on: None) -> None:
    a_worker(cast.enterprise, cast.safety_officer)
    jobs.note_new_people(NOW)
    mine, theirs = queries.checks_due(NOW).get(), queries.checks_due(NOW).get()
    assert acts._note_question(mine, mine.person, Told(), NOW)
    assert not acts._note_question(theirs, theirs.person, Told(), NOW)
    assert Entry.objects.filter(verb="network_asked").count() == 1


def test_a_disagreement_waits_for_somebody_and_blocks_nothing(
    cast: Cast, on: None, client: Client
) -> None:
    person = a_worker(cast.enterprise, cast.safety_officer)
    Told.answers = {person.id_number: NetworkAnswer.DIFFER}
    round_at()
    check = the_check()
    assert not queries.network_reviews(cast.rival_officer).exists()
    assert not queries.network_reviews(cast.other_district_official).exists()
    assert queries.network_reviews(cast.district_official).get() == check
    client.force_login(cast.safety_officer)
    with counted("identity:network"):
        page = client.get(reverse("identity:network")).content.decode()
    assert person.name in page
    assert "不一致" in page
    url = reverse("identity:network_decide", args=[check.uid])
    assert client.post(url, {"reason": " "}).status_code == 422
    assert client.post(url, {"reason": "已当面核对身份证，无误"}).status_code == 302
    check.refresh_from_db()
    assert (check.decided_by, check.decision) == (cast.safety_officer, "已当面核对身份证，无误")
    assert not queries.network_reviews(cast.safety_officer).exists()
    page = client.get(reverse("identity:person", args=[person.uid])).content.decode()
    assert "核对不一致" in page
    assert "已当面核对身份证，无误" in page
    with pytest.raises(NotAllowed):
        acts.decide_network(check, reason="再来", by=cast.city_official, at=NOW)
    with pytest.raises(BadInput):
        acts.decide_network(check, reason="", by=cast.city_official, at=NOW)


def test_an_agreement_is_a_mark_and_nobodys_work(cast: Cast, on: None, client: Client) -> None:
    person = a_worker(cast.enterprise, cast.safety_officer)
    round_at()
    client.force_login(cast.district_official)
    page = client.get(reverse("identity:person", args=[person.uid])).content.decode()
    assert "姓名与身份证号经国家网络身份认证核对一致" in page
    with pytest.raises(NotAllowed):
        acts.ask_network_again(the_check(), by=cast.district_official, at=NOW)


@pytest.mark.parametrize("who", ["rival_officer", "other_district_official", "class_manager"])
def test_others_neither_see_nor_decide(cast: Cast, on: None, client: Client, who: str) -> None:
    person = a_worker(cast.enterprise, cast.safety_officer)
    Told.answers = {person.id_number: NetworkAnswer.UNKNOWN}
    round_at()
    client.force_login(getattr(cast, who))
    url = reverse("identity:network_decide", args=[the_check().uid])
    assert client.post(url, {"reason": "无误"}).status_code == 404
    assert client.post(f"{url}again").status_code == 404
    assert the_check().decided_at is None


def test_it_may_be_asked_again_after_a_mend(cast: Cast, on: None, client: Client) -> None:
    person = a_worker(cast.enterprise, cast.safety_officer)
    Told.answers = {person.id_number: NetworkAnswer.UNKNOWN}
    round_at()
    client.force_login(cast.safety_officer)
    client.post(reverse("identity:network_again", args=[the_check().uid]))
    assert not queries.network_reviews(cast.safety_officer).exists()
    Told.answers = {}
    due = the_check().due_at
    assert due is not None
    assert jobs.ask_network(due) == 1
    assert the_check().answer == "agree"


def test_who_was_deleted_is_not_asked_about(cast: Cast, on: None) -> None:
    person = a_worker(cast.enterprise, cast.safety_officer)
    jobs.note_new_people(NOW)
    erase_person(person, by=cast.city_official, at=NOW)
    assert round_at(NOW + timedelta(minutes=5)) == 0
    assert not NetworkCheck.objects.exists()
    assert not Told.asked
    assert Person.objects.get(pk=person.pk).erased_at is not None


def test_pages_need_the_password(client: Client, cast: Cast) -> None:
    assert PASSWORD
    assert client.get(reverse("identity:network")).status_code == 302


class Relay(BaseHTTPRequestHandler):
    """A city's relay to the network, on loopback."""

    answer: ClassVar[tuple[int, bytes]] = (200, b'{"answer": "agree"}')
    got: ClassVar[list[tuple[dict[str, str], bytes]]] = []

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        Relay.got.append((dict(self.headers), body))
        status, words = Relay.answer
        self.send_response(status)
        if status == 302:
            self.send_header("Location", self.path + "elsewhere")
        self.send_header("Content-Length", str(len(words)))
        self.end_headers()
        self.wfile.write(words)

    def log_message(self, *args: Any) -> None: ...


@pytest.fixture
def relay(settings: Any, tmp_path: Path) -> Iterator[type[Relay]]:
    server = HTTPServer(("127.0.0.1", 0), Relay)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    (tmp_path / "secret").write_text("relay-secret\n")
    settings.ANLAN_IDENTITY_NETWORK_URL = f"http://127.0.0.1:{server.server_port}/ask"
    settings.ANLAN_IDENTITY_NETWORK_SECRET_FILE = str(tmp_path / "secret")
    Relay.got.clear()
    yield Relay
    server.shutdown()
    server.server_close()
    thread.join()


def test_the_http_adapter_sends_two_fields_signed(relay: type[Relay]) -> None:
    relay.answer = (200, b'{"answer": "differ", "more": "ignored"}')
    assert HttpNetwork().ask("李样例", "370199199001011234", at=NOW) == NetworkAnswer.DIFFER
    [(headers, body)] = relay.got
    assert json.loads(body) == {"name": "李样例", "id_number": "370199199001011234"}
    signed = f"{headers['X-Anlan-At']}\n{headers['X-Anlan-Nonce']}\n".encode() + body
    wanted = hmac.new(b"relay-secret", signed, hashlib.sha256).hexdigest()
    assert headers["X-Anlan-Signature"] == f"sha256={wanted}"


@pytest.mark.parametrize(
    "answer",
    [
        (200, b""),
        (200, b"<html>"),
        (200, b"[]"),
        (200, b'{"answer": "unavailable"}'),
        (200, b'{"answer": ["agree"]}'),
        (200, b'{"answer": "agree"' + b" " * 5000 + b"}"),
        (204, b""),
        (302, b""),
        (500, b'{"answer": "agree"}'),
    ],
)
def test_whatever_else_comes_back_is_no_answer(
    relay: type[Relay], answer: tuple[int, bytes], caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    relay.answer = answer
    with pytest.raises(OSError):  # noqa: PT011
        HttpNetwork().ask("李样例", "370199199001011234", at=NOW)
    assert len(relay.got) == 1
    assert "370199199001011234" not in caplog.text


@pytest.mark.parametrize("url", ["", "http://10.0.0.1/ask", "ftp://127.0.0.1/", "http://evil@x/"])
def test_nothing_leaves_in_clear(settings: Any, url: str) -> None:
    settings.ANLAN_IDENTITY_NETWORK_URL = url
    with pytest.raises(OSError, match="https"):
        HttpNetwork().ask("李样例", "370199199001011234", at=NOW)


def test_the_file_adapter_answers_from_a_file(
    cast: Cast, on: None, settings: Any, tmp_path: Path
) -> None:
    settings.ANLAN_IDENTITY_NETWORK = "anlan.identity.network.FileNetwork"
    settings.ANLAN_IDENTITY_NETWORK_FILE = str(tmp_path / "known.csv")
    imported([a_row(1), a_row(2), a_row(3)], cast.enterprise, cast.safety_officer)
    assert round_at() == 0, "without a file it is unavailable"
    known = f"{a_row(1)[0]},{a_row(1)[1]}\n别人,{a_row(2)[1]}\n"
    (tmp_path / "known.csv").write_text(known)
    round_at(NOW + timedelta(minutes=1))
    answers = NetworkCheck.objects.order_by("person_id").values_list("answer", flat=True)
    assert list(answers) == ["agree", "differ", "unknown"]

"""The round's checkpoint gets one time stamp; an authority that fails stops nothing."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest
from django.test import Client
from pytest_django import Settings

from anlan.foundation.ledger.models import Checkpoint, Entry, TimeStamp
from anlan.foundation.ledger.receipts import receipt
from anlan.foundation.ledger.sequencer import public_key, sequence
from anlan.foundation.ledger.services import record
from anlan.foundation.ledger.stamping import NoStamp, stamp_checkpoints
from anlan.proofs.receipt import check
from anlan.proofs.stamps import authorities_at
from anlan.proofs.tests.authority import Authority, needs_openssl

pytestmark = [pytest.mark.django_db, needs_openssl]
BEGAN = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)
ROUND = BEGAN + timedelta(minutes=10)
Answer = Callable[[bytes], bytes]


@pytest.fixture(scope="module")
def tsa(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("tsa") / "one")


@contextmanager
def serving(answer: Answer) -> Iterator[str]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            assert self.headers["Content-Type"] == "application/timestamp-query"
            said = answer(self.rfile.read(int(self.headers["Content-Length"])))
            self.send_response(200)
            self.end_headers()
            self.wfile.write(said)

        def log_message(self, format: str, *args: object) -> None:
            """Keep quiet."""

    server = HTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def grown(at: datetime) -> None:
    record("class/1", "class_edited", by=None, at=BEGAN)
    sequence(at)


def test_the_round_s_checkpoint_is_stamped_once(tsa: Authority, settings: Settings) -> None:
    settings.ANLAN_TSA_CERTS = str(tsa.root)
    grown(BEGAN)
    grown(ROUND)
    with serving(tsa.answer) as settings.ANLAN_TSA_URL:
        assert stamp_checkpoints(ROUND) == 1
        assert stamp_checkpoints(ROUND + timedelta(minutes=5)) == 0
    stamp = TimeStamp.objects.get()
    assert (stamp.checkpoint.size, stamp.authority) == (1, tsa.name)
    found = receipt(Entry.objects.get(position=0))
    assert found is not None
    kinds = [f.kind for f in check(found, [public_key()], authorities_at(tsa.root))]
    assert kinds == ["ok"] * 4
    page = Client().get("/log/").content.decode()
    assert f"最近一次：{tsa.name}证明" in page


def test_without_an_address_nothing_is_asked() -> None:
    grown(BEGAN)
    assert stamp_checkpoints(ROUND) == 0


def test_an_authority_without_a_known_root_is_kept_by_its_own_word(
    tsa: Authority, settings: Settings
) -> None:
    grown(BEGAN)
    with serving(tsa.answer) as settings.ANLAN_TSA_URL:
        assert stamp_checkpoints(ROUND) == 1
    assert TimeStamp.objects.get().authority == tsa.name


def test_another_authority_than_the_configured_is_not_believed(
    tsa: Authority, settings: Settings, tmp_path: Path
) -> None:
    settings.ANLAN_TSA_CERTS = str(Authority(tmp_path / "two").root)
    _fails(tsa.answer, settings, "不是所给机构签发")


def test_an_old_answer_is_not_taken_for_a_new_one(tsa: Authority, settings: Settings) -> None:
    kept: list[bytes] = []

    def repeating(query: bytes) -> bytes:
        kept.append(tsa.answer(query))
        return kept[0]

    grown(BEGAN)
    with serving(repeating) as settings.ANLAN_TSA_URL:
        stamp_checkpoints(ROUND)
        TimeStamp.objects.all().delete()
        with pytest.raises(NoStamp, match="不是这次请求"):
            stamp_checkpoints(ROUND)
    assert not TimeStamp.objects.exists()


def test_an_authority_that_talks_nonsense_or_is_away_is_asked_again(
    tsa: Authority, settings: Settings
) -> None:
    _fails(lambda query: b"<html>busy</html>", settings, "读不出来")
    settings.ANLAN_TSA_URL = "http://127.0.0.1:9"
    with pytest.raises(NoStamp, match="连不上"):
        stamp_checkpoints(ROUND)
    grown(ROUND)  # sequencing goes on
    assert Checkpoint.objects.count() == 2
    with serving(tsa.answer) as settings.ANLAN_TSA_URL:
        assert stamp_checkpoints(ROUND) == 1


def _fails(answer: Answer, settings: Settings, words: str) -> None:
    grown(BEGAN)
    with serving(answer) as settings.ANLAN_TSA_URL, pytest.raises(NoStamp, match=words):
        stamp_checkpoints(ROUND)
    assert not TimeStamp.objects.exists()

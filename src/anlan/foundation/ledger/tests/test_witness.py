"""Witnesses are registered by the city, sign from outside, and their lines are kept if true."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.test import Client

from anlan.foundation.ledger import checkpoints
from anlan.foundation.ledger.models import Checkpoint, Cosignature, Entry, Witness
from anlan.foundation.ledger.queries import timeline
from anlan.foundation.ledger.receipts import receipt
from anlan.foundation.ledger.sequencer import public_key, sequence
from anlan.foundation.ledger.services import record
from anlan.foundation.ledger.witnesses import register_witness, retire_witness
from anlan.lib.refusals import BadInput, NotAllowed
from anlan.proofs.checkpoint import cosign, sign, verify
from anlan.proofs.notes import WITNESS, vkey
from anlan.proofs.receipt import check
from anlan.proofs.sm2 import Sm2PrivateKey
from anlan.testing.cast import NOW, Cast

pytestmark = pytest.mark.django_db
Enter = Callable[[object], Client]
KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
NAME = "xiehui.example.cn/w1"
VKEY = vkey(NAME, KEY.public_key(), WITNESS)
SIGNED_AT = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)


def grown(count: int = 3, at: datetime = NOW) -> Checkpoint:
    for n in range(count):
        record("class/1", "class_edited", by=None, at=NOW, n=n)
    sequence(at)
    return Checkpoint.objects.order_by("-size")[0]


def post(note: str | bytes, client: Client | None = None) -> tuple[int, str]:
    body = note if isinstance(note, bytes) else note.encode()
    browser = client or Client(enforce_csrf_checks=True)
    answer = browser.post("/log/cosign", body, content_type="text/plain")
    return answer.status_code, answer.content.decode()


def watched(cast: Cast, vkey_text: str = VKEY) -> Witness:
    return register_witness("培训协会", vkey_text, by=cast.city_official, at=NOW)


def test_a_city_official_registers_and_retires_with_a_line_each(
    cast: Cast, browser_of: Enter
) -> None:
    desk = browser_of(cast.city_official)
    answer = desk.post("/log/witnesses/", {"organization": "培训协会", "vkey": f" {VKEY}\n"})
    assert answer.status_code == 302
    witness = Witness.objects.get()
    assert (witness.name, witness.vkey, witness.organization) == (NAME, VKEY, "培训协会")
    assert "培训协会" in desk.get("/log/witnesses/").content.decode()
    assert (
        desk.post(f"/log/witnesses/{witness.uid}/retire", {"reason": "换密钥"}).status_code == 302
    )
    witness.refresh_from_db()
    assert witness.retired_at is not None
    told = [one.sentence for one in timeline([witness.subject])]
    assert told == [f"登记见证人 {NAME}（培训协会）", f"停用见证人 {NAME}：换密钥"]


@pytest.mark.parametrize(
    "wrong", ["", "nonsense", VKEY[:-3], vkey("log", KEY.public_key())], ids=range(4)
)
def test_what_is_no_witness_s_key_is_refused_in_words(
    cast: Cast, browser_of: Enter, wrong: str
) -> None:
    answer = browser_of(cast.city_official).post(
        "/log/witnesses/", {"organization": "培训协会", "vkey": wrong}
    )
    assert answer.status_code == 422
    assert not Witness.objects.exists()
    assert not Entry.objects.filter(verb="witness_registered").exists()


def test_others_find_no_page_of_witnesses(cast: Cast, browser_of: Enter) -> None:
    witness = watched(cast)
    for outsider in (cast.district_official, cast.class_manager, cast.trainer_user, cast.outsider):
        desk = browser_of(outsider)
        assert desk.get("/log/witnesses/").status_code == 404
        facts = {"organization": "x", "vkey": vkey("w2", KEY.public_key(), WITNESS)}
        assert desk.post("/log/witnesses/", facts).status_code == 404
        url = f"/log/witnesses/{witness.uid}/retire"
        assert desk.post(url, {"reason": "x"}).status_code == 404
    assert Witness.objects.filter(retired_at=None).count() == Witness.objects.count() == 1


def test_a_key_or_a_name_in_use_is_not_registered_twice(cast: Cast) -> None:
    watched(cast)
    other = vkey(NAME, Ed25519PrivateKey.generate().public_key(), WITNESS)
    for again in (VKEY, other):
        with pytest.raises(BadInput):
            watched(cast, again)
    assert Witness.objects.count() == 1


def test_a_witness_is_retired_once_and_for_a_reason(cast: Cast) -> None:
    witness = watched(cast)
    with pytest.raises(BadInput):
        retire_witness(witness, " ", by=cast.city_official, at=NOW)
    retire_witness(witness, "换密钥", by=cast.city_official, at=NOW)
    with pytest.raises(NotAllowed):
        retire_witness(witness, "再来", by=cast.city_official, at=NOW)
    assert Entry.objects.filter(verb="witness_retired").count() == 1


def test_a_true_line_is_kept_once(cast: Cast) -> None:
    watched(cast)
    note = cosign(grown().note, KEY, NAME, SIGNED_AT)
    for _ in range(2):
        status, said = post(note)
        assert status == 200
        assert NAME in said
    assert Cosignature.objects.count() == 1
    shown = Client().get("/log/checkpoint/witnessed").content.decode()
    assert [by.name for by in verify(shown, [public_key(), VKEY]).cosigned_by] == [NAME]


def test_a_witness_with_sm2_is_as_good(cast: Cast) -> None:
    key = Sm2PrivateKey.generate()
    watched(cast, vkey(NAME, key.public_key(), WITNESS))
    assert post(cosign(grown().note, key, NAME, SIGNED_AT))[0] == 200
    assert Cosignature.objects.count() == 1


def test_a_false_or_foreign_line_is_refused_in_words(cast: Cast) -> None:
    watched(cast)
    note = grown().note
    stranger = Ed25519PrivateKey.generate()
    good = cosign(note, KEY, NAME, SIGNED_AT)
    forged = good[:-8] + ("AAAAAAA\n" if not good.endswith("AAAAAAA\n") else "BBBBBBB\n")
    elsewhere = sign("anlan-log", 99, bytes(32), stranger)
    wrong = {
        post(cosign(note, stranger, "nobody.example/w", SIGNED_AT)): (403, "登记"),
        post(note): (403, "在用的见证人"),
        post(forged): (422, ""),
        post(cosign(elsewhere, KEY, NAME, SIGNED_AT)): (409, "没有签过"),
        post("nonsense"): (422, "检查点"),
        post(b"\xff\xfe"): (422, "UTF-8"),
        post(good + "x" * 20_000): (422, "过长"),
    }
    for (status, said), (expected, words) in wrong.items():
        assert (status, words in said) == (expected, True), said
    assert not Cosignature.objects.exists()


def test_a_retired_witness_is_not_heard_and_what_it_signed_stays(cast: Cast) -> None:
    witness = watched(cast)
    post(cosign(grown().note, KEY, NAME, SIGNED_AT))
    retire_witness(witness, "换密钥", by=cast.city_official, at=NOW)
    assert post(cosign(grown(2).note, KEY, NAME, SIGNED_AT))[0] == 403
    assert Cosignature.objects.count() == 1


def test_a_receipt_takes_the_checkpoint_that_was_witnessed(cast: Cast) -> None:
    watched(cast)
    first = grown(3)
    for _ in range(3):
        grown(2)
    post(cosign(Checkpoint.objects.all()[2].note, KEY, NAME, SIGNED_AT))
    entry = Entry.objects.get(position=0)
    found = receipt(entry)
    assert found is not None
    assert verify(found["checkpoint"], [public_key()]).size == Checkpoint.objects.all()[2].size
    assert [f.kind for f in check(found, [public_key(), VKEY])] == ["ok"] * 4
    late = receipt(Entry.objects.order_by("-position")[0])
    assert late is not None
    assert verify(late["checkpoint"], [public_key()]).size == Checkpoint.objects.all()[3].size
    assert first.size == 4  # the line of the registration is an entry too


def test_the_round_s_checkpoint_stays_the_same_for_minutes() -> None:
    begin = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)
    early = grown(at=begin + timedelta(minutes=9, seconds=59))
    grown(at=begin + timedelta(minutes=10, seconds=1))
    for minute in (10, 15, 19):
        assert checkpoints.of_the_round(begin + timedelta(minutes=minute)) == early
    later = checkpoints.of_the_round(begin + timedelta(minutes=20))
    assert later is not None
    assert later.size > early.size
    assert checkpoints.of_the_round(begin) is None


def test_before_anybody_signed_there_is_nothing_to_show() -> None:
    for path in ("round", "witnessed"):
        assert Client().get(f"/log/checkpoint/{path}").status_code == 404
    assert Client().get("/log/cosign").status_code == 405


def test_anybody_reads_the_page_of_the_log(cast: Cast) -> None:
    browser = Client()
    assert "日志还是空的" in browser.get("/log/").content.decode()
    grown()
    page = browser.get("/log/").content.decode()
    assert "还没有见证人" in page
    assert "没有启用" in page
    assert public_key().split("+")[2][:20] in page
    watched(cast)
    post(cosign(grown().note, KEY, NAME, SIGNED_AT))
    page = browser.get("/log/").content.decode()
    assert "培训协会" in page
    assert "还没有见证人" not in page

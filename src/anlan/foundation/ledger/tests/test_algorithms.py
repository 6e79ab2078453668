"""One log, one algorithm, one key: chosen before the first entry, refused aloud afterwards."""

from pathlib import Path

import pytest
from pytest_django import Settings

from anlan.foundation.ledger.models import Checkpoint, Entry, LogHead
from anlan.foundation.ledger.receipts import receipt
from anlan.foundation.ledger.sequencer import public_key, sequence, tile_folder
from anlan.foundation.ledger.services import record
from anlan.foundation.ledger.signing import OtherLog, published_key
from anlan.proofs.canonical import leaf_hash
from anlan.proofs.checkpoint import verify
from anlan.proofs.merkle import consistency_proof, verify_consistency
from anlan.proofs.notes import parse_vkey
from anlan.proofs.receipt import check
from anlan.proofs.sm2 import Sm2PublicKey
from anlan.testing.cast import NOW

pytestmark = pytest.mark.django_db


def write(count: int = 3) -> None:
    for n in range(count):
        record("class/1", "class_edited", by=None, at=NOW, n=n)


@pytest.fixture
def national(settings: Settings) -> None:
    """A city that must use the national algorithms."""
    settings.ANLAN_LOG_ALG, settings.ANLAN_LOG_SIGNATURE = "sm3", "sm2"


@pytest.mark.usefixtures("national")
def test_a_city_signs_with_sm2_over_a_tree_of_sm3(settings: Settings) -> None:
    write(300)
    sequence(NOW)
    write(9)
    sequence(NOW)
    assert Path(settings.ANLAN_LOG_KEY).read_text("ascii").startswith("sm2:")
    assert isinstance(parse_vkey(public_key()).public, Sm2PublicKey)
    old, new = (verify(point.note, [public_key()]) for point in Checkpoint.objects.all())
    assert (old.alg, new.alg, new.size) == ("sm3", "sm3", 309)
    proof = consistency_proof(300, 309, tile_folder().node, "sm3")
    assert verify_consistency(300, 309, proof, old.root, new.root, "sm3")
    found = receipt(Entry.objects.get(position=5))
    assert found is not None
    assert [f.kind for f in check(found, [public_key()])] == ["ok"] * 3
    found["checkpoint"] = found["checkpoint"].replace("alg sm3\n", "")
    assert any(f.kind != "ok" for f in check(found, [public_key()]))


@pytest.mark.parametrize(
    ("name", "other", "words"),
    [
        ("ANLAN_LOG_ALG", "sm3", "一个日志只用一种算法"),
        ("ANLAN_LOG_SIGNATURE", "sm2", "ANLAN_LOG_SIGNATURE 设为 sm2"),
        ("ANLAN_LOG_ORIGIN", "another-log", "日志名称"),
    ],
)
def test_a_log_that_has_begun_takes_no_other_algorithm_key_or_name(
    settings: Settings, name: str, other: str, words: str
) -> None:
    write()
    sequence(NOW)
    kept = getattr(settings, name)
    setattr(settings, name, other)
    write(2)
    with pytest.raises(OtherLog, match=words):
        sequence(NOW)
    assert Checkpoint.objects.count() == 1
    assert Entry.objects.filter(position__isnull=True).count() == 2
    setattr(settings, name, kept)
    assert sequence(NOW) == 2


def test_a_lost_key_is_not_replaced_by_a_fresh_one(settings: Settings) -> None:
    write()
    sequence(NOW)
    before, path = public_key(), Path(settings.ANLAN_LOG_KEY)
    kept = path.rename(path.with_name("kept.key"))
    write()
    with pytest.raises(OtherLog, match="签名密钥不见了"):
        sequence(NOW)
    assert (published_key(), path.exists()) == (before, False)
    kept.rename(path)
    assert sequence(NOW) == 3


def test_entries_written_under_a_wrong_setting_are_hashed_as_the_log_does(
    settings: Settings,
) -> None:
    write()
    sequence(NOW)
    settings.ANLAN_LOG_ALG = "sm3"
    write()
    settings.ANLAN_LOG_ALG = "sha256"
    assert sequence(NOW) == 3
    for entry in Entry.objects.all():
        assert (entry.alg, bytes(entry.leaf_hash)) == ("sha256", leaf_hash(entry.leaf.encode()))


def test_a_log_from_before_there_was_a_choice_goes_on(settings: Settings) -> None:
    write()
    sequence(NOW)
    LogHead.objects.update(vkey="")
    write()
    assert sequence(NOW) == 3
    assert LogHead.objects.get().vkey == public_key()
    LogHead.objects.update(vkey="")
    settings.ANLAN_LOG_ORIGIN = "another-log"
    write()
    with pytest.raises(OtherLog):
        sequence(NOW)

"""The log: places in the order of writing, a tree over them, a signature on what it comes to."""

import shutil
from pathlib import Path

import pytest
from django.conf import settings
from django.test import Client

from anlan.foundation.ledger import sequencer
from anlan.foundation.ledger.models import Checkpoint, Entry, LogHead
from anlan.foundation.ledger.receipts import receipt, receipt_of
from anlan.foundation.ledger.sequencer import public_key, sequence, tile_folder
from anlan.foundation.ledger.services import record
from anlan.proofs.canonical import leaf_hash
from anlan.proofs.checkpoint import verify
from anlan.proofs.merkle import consistency_proof, hash_children, verify_consistency
from anlan.proofs.receipt import check
from anlan.testing.cast import NOW

pytestmark = pytest.mark.django_db


def write(count: int, subject: str = "class/1") -> None:
    for n in range(count):
        record(subject, "class_edited", by=None, at=NOW, n=n)


def tree_head(hashes: list[bytes]) -> bytes:
    """RFC 9162 §2.1.1, straight from its definition."""
    if len(hashes) == 1:
        return hashes[0]
    half = 1 << (len(hashes) - 1).bit_length() - 1
    return hash_children(tree_head(hashes[:half]), tree_head(hashes[half:]))


def test_entries_get_places_and_a_signed_root_over_them() -> None:
    write(5)
    assert sequence(NOW) == 5
    assert list(Entry.objects.values_list("position", flat=True)) == [0, 1, 2, 3, 4]
    signed = verify(Checkpoint.objects.get().note, [public_key()])
    hashes = [bytes(entry.leaf_hash) for entry in Entry.objects.all()]
    assert (signed.origin, signed.size) == (settings.ANLAN_LOG_ORIGIN, 5)
    assert signed.root == tree_head(hashes)


def test_nothing_new_is_signed_while_nothing_is_new() -> None:
    write(2)
    sequence(NOW)
    assert sequence(NOW) == 0
    assert Checkpoint.objects.count() == 1


def test_a_later_checkpoint_is_consistent_with_an_earlier_one() -> None:
    for count in (3, 260, 7):
        write(count)
        sequence(NOW)
    points = list(Checkpoint.objects.all())
    assert [point.size for point in points] == [3, 263, 270]
    node = tile_folder().node
    for old, new in ((points[0], points[1]), (points[1], points[2]), (points[0], points[2])):
        proof = consistency_proof(old.size, new.size, node)
        roots = bytes(old.root), bytes(new.root)
        assert verify_consistency(old.size, new.size, proof, *roots)
        assert not verify_consistency(old.size, new.size, proof, roots[1], roots[0])


def test_a_crash_between_placing_and_publishing_loses_nothing() -> None:
    write(4)
    sequencer._give_places()
    assert LogHead.objects.get().published == 0
    assert sequence(NOW) == 4
    assert Checkpoint.objects.get().size == 4


def test_tiles_that_a_crash_left_unsigned_are_written_again() -> None:
    write(3)
    sequencer._give_places()
    left = b"left by a crash"
    tile_folder().append([(left, leaf_hash(left))] * 3, 0)
    sequence(NOW)
    hashes = [bytes(entry.leaf_hash) for entry in Entry.objects.all()]
    assert bytes(Checkpoint.objects.get().root) == tree_head(hashes)


@pytest.mark.parametrize("left", [None, "an older checkpoint\n"])
def test_a_checkpoint_that_a_crash_kept_from_being_shown_is_shown(left: str | None) -> None:
    write(3)
    sequence(NOW)
    path = Path(settings.ANLAN_LOG_FOLDER) / "checkpoint"
    signed = path.read_text("utf-8")
    path.unlink() if left is None else path.write_text(left, "utf-8")
    assert sequence(NOW) == 0
    assert path.read_text("utf-8") == signed


def test_an_emptied_folder_is_made_again_from_the_entries() -> None:
    write(300)
    sequence(NOW)
    shutil.rmtree(settings.ANLAN_LOG_FOLDER)
    write(5)
    assert sequence(NOW) == 5
    hashes = [bytes(entry.leaf_hash) for entry in Entry.objects.all()]
    assert bytes(Checkpoint.objects.get(size=305).root) == tree_head(hashes)


def test_an_entry_too_large_for_the_log_is_refused_when_it_is_written() -> None:
    with pytest.raises(ValueError, match="by its hash"):
        record("class/1", "class_edited", by=None, at=NOW, text="长" * 30_000)
    assert not Entry.objects.exists()


def test_of_two_sequencers_one_signs() -> None:
    write(3)
    sequencer._give_places()
    stale = LogHead.objects.get()
    sequence(NOW)
    assert not sequencer._sign_off(stale, bytes(32), "a second note", NOW)
    assert Checkpoint.objects.count() == 1


def test_a_receipt_convinces_an_outsider_and_an_altered_one_does_not() -> None:
    write(9)
    assert receipt_of("class/1", "class_edited") is None
    sequence(NOW)
    for entry in Entry.objects.all():
        found = receipt(entry)
        assert found is not None
        assert [f.text for f in check(found, [public_key()]) if f.kind != "ok"] == []
        found["leaf"]["data"]["n"] = 99
        assert any(f.kind != "ok" for f in check(found, [public_key()]))


def test_anybody_reads_checkpoint_key_and_tiles() -> None:
    browser = Client()
    assert browser.get("/log/checkpoint").status_code == 404
    write(2)
    sequence(NOW)
    note = browser.get("/log/checkpoint").content.decode()
    key = browser.get("/log/key").content.decode().strip()
    assert verify(note, [key]).size == 2
    tile = browser.get("/log/tile/0/000.p/2")
    assert b"".join(tile) == b"".join(bytes(e.leaf_hash) for e in Entry.objects.all())


@pytest.mark.parametrize(
    "path", ["../secrets/log.key", "0/../../x", "entries/000", "entries/000.p/2", "0/999", "x"]
)
def test_nothing_else_of_the_folder_is_served(path: str) -> None:
    write(2)
    sequence(NOW)
    assert Client().get(f"/log/tile/{path}").status_code == 404


def test_no_entry_lies_in_the_folder_that_anybody_may_be_served() -> None:
    record("class/1", "class_returned", by=None, at=NOW, reason="请王建国补材料", stage="区县审核")
    write(300)
    sequence(NOW)
    files = [path for path in Path(settings.ANLAN_LOG_FOLDER).rglob("*") if path.is_file()]
    assert len(files) > 2
    assert [path for path in files if "王建国".encode() in path.read_bytes()] == []
    assert not (Path(settings.ANLAN_LOG_FOLDER) / "tile" / "entries").exists()

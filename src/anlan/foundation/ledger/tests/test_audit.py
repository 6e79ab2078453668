"""The database is held against what was signed; a rewritten row is named by its id."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connection

from anlan.foundation.ledger.audit import audit
from anlan.foundation.ledger.models import Checkpoint, Entry, LogHead
from anlan.foundation.ledger.sequencer import rebuild_tiles, sequence, tile_folder
from anlan.foundation.ledger.services import record
from anlan.foundation.ledger.signing import signing_key
from anlan.proofs import checkpoint as notes
from anlan.proofs.canonical import canonical, leaf_hash
from anlan.proofs.tiles import TileFolder
from anlan.testing.cast import NOW

pytestmark = pytest.mark.django_db


@pytest.fixture
def ledger() -> list[Entry]:
    """300 entries under three checkpoints."""
    for count in (7, 270, 23):
        for n in range(count):
            record("class/1", "class_edited", by=None, at=NOW, n=n)
        sequence(NOW)
    return list(Entry.objects.all())


def rewritten(entry: Entry) -> Entry:
    """Another content, its hash made to fit."""
    leaf = json.loads(entry.leaf) | {"data": {"n": 99_999}}
    entry.leaf = canonical(leaf).decode()
    entry.leaf_hash = leaf_hash(entry.leaf.encode())
    entry.save()
    return entry


def everything_rewritten() -> None:
    """Tiles and checkpoints made anew and signed by the log's own key: the operator's crime."""
    shutil.rmtree(settings.ANLAN_LOG_FOLDER)
    rebuild_tiles(LogHead.objects.get().size)
    for point in Checkpoint.objects.all():
        point.root = tile_folder().root(point.size)
        point.note = notes.sign(settings.ANLAN_LOG_ORIGIN, point.size, point.root, signing_key())
        point.save()


def test_an_untouched_ledger_agrees_with_all_that_was_signed(ledger: list[Entry]) -> None:
    record("class/1", "class_edited", by=None, at=NOW)  # not in the log yet
    assert audit([Checkpoint.objects.all()[1].note]) == []


def test_an_empty_ledger_has_no_fault() -> None:
    assert audit() == []


def test_a_rewritten_row_is_named(ledger: list[Entry]) -> None:
    entry = ledger[123]
    Entry.objects.filter(pk=entry.pk).update(leaf=entry.leaf.replace('"n":', '"m":'))
    faults = audit()
    assert (faults[0].row, faults[0].place) == (entry.pk, 124)
    assert "内容或哈希被改动" in faults[0].text


def test_a_row_rewritten_with_its_hash_is_named_by_the_tiles(ledger: list[Entry]) -> None:
    entry = rewritten(ledger[123])
    faults = audit()
    assert (faults[0].row, faults[0].place) == (entry.pk, 124)
    assert "与分块里的哈希不符" in faults[0].text
    assert "第 8 至 277 条之间有记录被改写" in faults[1].text


def test_an_operator_who_rewrites_everything_is_convicted_by_what_a_witness_kept(
    ledger: list[Entry], tmp_path: Path
) -> None:
    kept = Checkpoint.objects.all()[2].note
    mirror = tmp_path / "mirror"
    shutil.copytree(settings.ANLAN_LOG_FOLDER, mirror)
    entry = rewritten(ledger[123])
    everything_rewritten()
    assert audit() == []
    (fault,) = audit([kept])
    assert "带来的检查点与库不符" in fault.text
    named = audit([kept], TileFolder(mirror, with_entries=False))
    assert (named[0].row, named[0].place) == (entry.pk, 124)


@pytest.mark.parametrize("leaf", ["{}", "[]", "nonsense"])
def test_what_is_no_record_is_named(ledger: list[Entry], leaf: str) -> None:
    facts = {"leaf": leaf, "leaf_hash": leaf_hash(leaf.encode())}
    Entry.objects.filter(pk=ledger[5].pk).update(**facts)
    fault = audit()[0]
    assert (fault.row, "不是规范的记录" in fault.text) == (ledger[5].pk, True)


@pytest.mark.parametrize("column", ["subject", "verb", "actor", "device", "time_source"])
def test_a_column_that_belies_the_leaf_is_named(ledger: list[Entry], column: str) -> None:
    Entry.objects.filter(pk=ledger[5].pk).update(**{column: "paper"})
    (fault,) = audit()
    assert (fault.row, f"{column} 列" in fault.text) == (ledger[5].pk, True)


def _swap(ledger: list[Entry]) -> None:
    with connection.cursor() as cursor:
        for entry, place in ((ledger[3], None), (ledger[4], 3), (ledger[3], 4)):
            sql = "UPDATE ledger_entry SET position = %s WHERE id = %s"
            cursor.execute(sql, [place, entry.pk])


def _remove(ledger: list[Entry]) -> None:
    ledger[3].delete()


def _cut_the_end(ledger: list[Entry]) -> None:
    Entry.objects.filter(position__gte=280).delete()


def _lose_the_tiles(ledger: list[Entry]) -> None:
    shutil.rmtree(Path(settings.ANLAN_LOG_FOLDER) / "tile")


def _forge_a_checkpoint(ledger: list[Entry]) -> None:
    point = Checkpoint.objects.all()[1]
    Checkpoint.objects.filter(pk=point.pk).update(note=point.note.replace("\n277\n", "\n276\n"))


@pytest.mark.parametrize(
    ("tamper", "words"),
    [
        (_swap, "第 4 条"),
        (_remove, "第 4 至 4 条不见了"),
        (_cut_the_end, "只有 280 条，日志倒退"),
        (_lose_the_tiles, "分块不在或不完整"),
        (_forge_a_checkpoint, "库中 277 条的检查点"),
    ],
)
def test_every_other_change_is_told(
    ledger: list[Entry], tamper: Callable[[list[Entry]], None], words: str
) -> None:
    tamper(ledger)
    assert words in audit()[0].text


def test_many_faults_are_told_up_to_a_number(ledger: list[Entry]) -> None:
    Entry.objects.update(subject="class/2")
    assert len(audit()) == 50

"""The sequencer: gives written entries their place, builds the tree, signs what it comes to.

Three steps, each safe to break off: places are given in one transaction under the head's lock;
tiles are derived from the places; the checkpoint is published last. What a crash leaves undone is
found by the next round (`LogHead.published`).
"""

import secrets
from datetime import datetime
from functools import lru_cache
from pathlib import Path

from django.conf import settings
from django.db import connection, transaction

from anlan.foundation.ledger.models import Checkpoint, Entry, LogHead
from anlan.foundation.ledger.signing import public_key, require_same_log, signing_key
from anlan.proofs import checkpoint as notes
from anlan.proofs.canonical import leaf_hash
from anlan.proofs.tiles import TileFolder

__all__ = ["log_folder", "public_key", "rebuild_tiles", "sequence", "tile_folder"]

BATCH = 5_000
THE_HEAD = 1

# One statement on both databases: entries that wait get the next places, in the order of writing.
GIVE_PLACES = """
    UPDATE ledger_entry SET position = %s + placed.n
    FROM (
        SELECT id, ROW_NUMBER() OVER (ORDER BY id) - 1 AS n
        FROM (
            SELECT id FROM ledger_entry WHERE position IS NULL ORDER BY id LIMIT %s
        ) AS waiting
    ) AS placed
    WHERE ledger_entry.id = placed.id
"""


def sequence(at: datetime) -> int:
    """One round: place up to `BATCH` entries and publish them; returns how many were published.

    Raises `OtherLog` when settings or key are not those with which this log began.
    """
    if Entry.objects.filter(position__isnull=True).exists():  # asked first: a lock costs others
        _give_places()
    return _publish(at)


@transaction.atomic
def _give_places() -> None:
    LogHead.objects.get_or_create(pk=THE_HEAD)
    head = LogHead.objects.select_for_update().get(pk=THE_HEAD)
    require_same_log(head)
    if not head.vkey:
        head.alg, head.vkey = settings.ANLAN_LOG_ALG, public_key()
        head.save(update_fields=["alg", "vkey"])
    _hash_as_the_log_does(head.alg)
    with connection.cursor() as cursor:
        cursor.execute(GIVE_PLACES, [head.size, BATCH])
        placed = cursor.rowcount
    if placed > 0:
        head.size += placed
        head.save(update_fields=["size"])


def _hash_as_the_log_does(alg: str) -> None:
    """Entries written while the setting was another are hashed anew, before they get a place."""
    for entry in Entry.objects.filter(position__isnull=True).exclude(alg=alg):
        entry.alg, entry.leaf_hash = alg, leaf_hash(entry.leaf.encode(), alg)
        entry.save(update_fields=["alg", "leaf_hash"])


def _publish(at: datetime) -> int:
    """Tiles first, outside any transaction: derived, so writing them twice does no harm."""
    head = LogHead.objects.filter(pk=THE_HEAD).first()
    if head is None or head.published == head.size:
        _show_again()
        return 0
    require_same_log(head)
    placed = Entry.objects.filter(position__gte=head.published, position__lt=head.size)
    rows = list(placed.order_by("position").values_list("leaf", "leaf_hash"))
    tiles = tile_folder()
    leaves = [(leaf.encode(), bytes(digest)) for leaf, digest in rows]
    try:
        tiles.append(leaves, head.published)
    except FileNotFoundError:  # the folder was emptied or is new: it is derived, make it again
        rebuild_tiles(head.published)
        tiles.append(leaves, head.published)
    root = tiles.root(head.size)
    origin, alg = settings.ANLAN_LOG_ORIGIN, settings.ANLAN_LOG_ALG
    note = notes.sign(origin, head.size, root, signing_key(), alg=alg)
    if _sign_off(head, root, note, at):
        _show(note)
    return len(rows)


@transaction.atomic
def _sign_off(head: LogHead, root: bytes, note: str, at: datetime) -> bool:
    """The checkpoint counts from here on; of two sequencers the slower signs nothing."""
    here = LogHead.objects.filter(pk=THE_HEAD, published=head.published)
    if not here.update(published=head.size):
        return False
    Checkpoint.objects.create(size=head.size, root=root, note=note, at=at)
    return True


def rebuild_tiles(size: int) -> None:
    """Write the tiles of the first `size` entries again, from the entries and their places."""
    tiles = tile_folder()
    for start in range(0, size, BATCH):
        part = Entry.objects.filter(position__gte=start, position__lt=min(start + BATCH, size))
        rows = part.order_by("position").values_list("leaf", "leaf_hash")
        tiles.append([(leaf.encode(), bytes(digest)) for leaf, digest in rows], start)


def _show(note: str) -> None:
    """The newest checkpoint, where any web server may serve it; a file is replaced whole."""
    path = log_folder() / "checkpoint"
    draft = path.with_suffix(f".{secrets.token_hex(4)}.draft")  # two processes may show at once
    draft.write_text(note, encoding="utf-8")
    draft.replace(path)


def _show_again() -> None:
    """What a crash kept from being shown, or somebody removed, is put back."""
    newest = Checkpoint.objects.last()
    path = log_folder() / "checkpoint"
    if newest and (not path.exists() or path.read_text("utf-8") != newest.note):
        _show(newest.note)


def log_folder() -> Path:
    """Where checkpoint and tiles lie (tlog-tiles layout)."""
    folder = Path(settings.ANLAN_LOG_FOLDER)
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def tile_folder() -> TileFolder:
    """The one of this process: it remembers the tiles it has read."""
    return _tiles_at(str(log_folder()), settings.ANLAN_LOG_ALG)


@lru_cache(maxsize=4)
def _tiles_at(path: str, alg: str) -> TileFolder:
    # without entries: what lies there may be served to anybody
    return TileFolder(Path(path), alg, with_entries=False)

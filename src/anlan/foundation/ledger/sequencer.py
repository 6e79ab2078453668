"""The sequencer: gives written entries their place, builds the tree, signs what it comes to.

Three steps, each safe to break off: places are given in one transaction under the head's lock;
tiles are derived from the places; the checkpoint is published last. What a crash leaves undone is
found by the next round (`LogHead.published`).
"""

from datetime import datetime
from functools import lru_cache
from pathlib import Path

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.conf import settings
from django.db import connection, transaction

from anlan.foundation.ledger.models import Checkpoint, Entry, LogHead
from anlan.lib.write_once import write_once
from anlan.proofs import checkpoint as notes
from anlan.proofs.tiles import TileFolder

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
    """One round: place up to `BATCH` entries and publish them; returns how many were published."""
    _give_places()
    return _publish(at)


@transaction.atomic
def _give_places() -> None:
    LogHead.objects.get_or_create(pk=THE_HEAD)
    head = LogHead.objects.select_for_update().get(pk=THE_HEAD)
    with connection.cursor() as cursor:
        cursor.execute(GIVE_PLACES, [head.size, BATCH])
        placed = cursor.rowcount
    if placed > 0:
        head.size += placed
        head.save(update_fields=["size"])


def _publish(at: datetime) -> int:
    """Tiles first, outside any transaction: derived, so writing them twice does no harm."""
    head = LogHead.objects.get(pk=THE_HEAD)
    placed = Entry.objects.filter(position__gte=head.published, position__lt=head.size)
    rows = list(placed.order_by("position").values_list("leaf", "leaf_hash"))
    if not rows:
        return 0
    tiles = tile_folder()
    leaves = [(leaf.encode(), bytes(digest)) for leaf, digest in rows]
    try:
        tiles.append(leaves, head.published)
    except FileNotFoundError:  # the folder was emptied or is new: it is derived, make it again
        rebuild_tiles(head.published)
        tiles.append(leaves, head.published)
    root = tiles.root(head.size)
    note = notes.sign(settings.ANLAN_LOG_ORIGIN, head.size, root, signing_key())
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
    draft = path.with_suffix(".draft")
    draft.write_text(note, encoding="utf-8")
    draft.replace(path)


def log_folder() -> Path:
    """Where checkpoint and tiles lie (tlog-tiles layout)."""
    folder = Path(settings.ANLAN_LOG_FOLDER)
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def tile_folder() -> TileFolder:
    """The one of this process: it remembers the tiles it has read."""
    return _tiles_at(str(log_folder()))


@lru_cache(maxsize=4)
def _tiles_at(path: str) -> TileFolder:
    return TileFolder(Path(path), with_entries=False)  # what lies there may be served to anybody


def signing_key() -> Ed25519PrivateKey:
    """The log's own key, made at the first checkpoint and kept outside the database (mode 600)."""
    return _key_at(str(settings.ANLAN_LOG_KEY))


def public_key() -> str:
    """What an outsider checks signatures with: a C2SP verifier key."""
    return notes.vkey(settings.ANLAN_LOG_ORIGIN, signing_key().public_key())


@lru_cache(maxsize=4)
def _key_at(path: str) -> Ed25519PrivateKey:
    file = Path(path)
    if not file.exists():
        write_once(file, _fresh_key())
    raw = bytes.fromhex(file.read_text("ascii").strip())
    return Ed25519PrivateKey.from_private_bytes(raw)


def _fresh_key() -> str:
    return (
        Ed25519PrivateKey.generate()
        .private_bytes(
            serialization.Encoding.Raw,
            serialization.PrivateFormat.Raw,
            serialization.NoEncryption(),
        )
        .hex()
    )

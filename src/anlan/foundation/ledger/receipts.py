"""Receipts: an entry, the way from it to a signed root, and the signature. Read-only."""

import json
from typing import Any

from anlan.foundation.ledger.models import Checkpoint, Entry
from anlan.foundation.ledger.sequencer import tile_folder
from anlan.proofs.receipt import make


def receipt(entry: Entry) -> dict[str, Any] | None:
    """What proves that the entry is in the log; None until it is under a checkpoint."""
    if entry.position is None:
        return None
    newest = Checkpoint.objects.filter(size__gt=entry.position).last()
    if newest is None:
        return None
    node = tile_folder().node
    leaf = json.loads(entry.leaf)
    return make(leaf, entry.position, newest.size, node, newest.note, entry.alg)


def receipt_of(subject: str, verb: str) -> dict[str, Any] | None:
    """The receipt of the newest entry of a kind about a subject."""
    entry = Entry.objects.filter(subject=subject, verb=verb).last()
    return None if entry is None else receipt(entry)

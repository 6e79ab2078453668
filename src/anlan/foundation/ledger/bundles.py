"""Receipts of many entries at once, for archives: proofs under one checkpoint."""

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache

from anlan.foundation.ledger import checkpoints
from anlan.foundation.ledger.models import Entry
from anlan.foundation.ledger.sequencer import sequence, tile_folder
from anlan.proofs.bundle import Proof, bundle_file
from anlan.proofs.merkle import inclusion_proof

log = logging.getLogger(__name__)
MOST_ROUNDS = 20  # of the sequencer, 100,000 entries; a longer queue is the worker's


@dataclass(frozen=True)
class Bundle:
    """Proofs by entry uid under one checkpoint; `note` is empty when there is none yet."""

    note: str = ""
    proofs: dict[str, Proof] = field(default_factory=dict)
    alg: str = "sha256"
    timestamps: Sequence[Mapping[str, str]] = ()

    def file_for(self, entries: Sequence[Entry]) -> bytes:
        """receipts.json for these entries; what the bundle does not cover is named in it."""
        uids = [str(entry.uid) for entry in entries]
        covered = {uid: self.proofs[uid] for uid in uids if uid in self.proofs}
        return bundle_file(
            self.note,
            covered,
            alg=self.alg,
            uncovered=[uid for uid in uids if uid not in covered],
            timestamps=self.timestamps,
        )


def publish_all(at: datetime) -> bool:
    """Bring everything that was written under a checkpoint, if that is possible now.

    A log that cannot be written leaves the archive without some receipts, which the archive says;
    it does not hold up sealing.
    """
    try:
        for _ in range(MOST_ROUNDS):
            if not sequence(at):
                return True
    except OSError:
        log.exception("the log could not be brought up to date before sealing")
    return False


def bundle_of(entries: Sequence[Entry]) -> Bundle:
    """Proofs of the entries under the checkpoint that proves most about all of them, with its
    witnesses and time stamps. Reads places anew.
    """
    newest = checkpoints.newest()
    if newest is None:
        return Bundle()
    pks = [entry.pk for entry in entries]
    placed = Entry.objects.filter(pk__in=pks, position__lt=newest.size).order_by("position")
    found = placed.values_list("uid", "position")
    rows = [(str(uid), place) for uid, place in found if place is not None]
    best = checkpoints.best_for(max((place for _, place in rows), default=0)) or newest
    tiles = tile_folder()
    node = cache(tiles.node)
    proofs: dict[str, Proof] = {
        uid: (place, inclusion_proof(place, best.size, node, tiles.alg)) for uid, place in rows
    }
    note, stamps = checkpoints.full_note(best), checkpoints.stamps_of(best)
    return Bundle(note, proofs, tiles.alg, stamps)

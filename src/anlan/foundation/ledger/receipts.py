"""Receipts: an entry, the way from it to a signed root, and who signed it. Read-only."""

import json
from collections.abc import Mapping
from typing import Any

from anlan.foundation.ledger import checkpoints
from anlan.foundation.ledger.models import Entry
from anlan.foundation.ledger.queries import openings
from anlan.foundation.ledger.sequencer import tile_folder
from anlan.lib.refusals import Refused
from anlan.proofs.canonical import opens
from anlan.proofs.receipt import make


def receipt(entry: Entry, personal: Mapping[str, Any] | None = None) -> dict[str, Any] | None:
    """What proves that the entry is in the log; None until it is under a checkpoint.

    `personal` is given for whoever may see it: values by the names of the entry's commitments.
    They are opened as far as they still open; the others are named as withheld.
    """
    if entry.position is None:
        return None
    best = checkpoints.best_for(entry.position)
    if best is None:
        return None
    leaf = json.loads(entry.leaf)
    return make(
        leaf,
        entry.position,
        best.size,
        tile_folder().node,
        checkpoints.full_note(best),
        entry.alg,
        timestamps=checkpoints.stamps_of(best),
        **({} if personal is None else _opened(entry, leaf["commitments"], personal)),
    )


def receipt_of(
    subject: str, verb: str, personal: Mapping[str, Any] | None = None
) -> dict[str, Any] | None:
    """The receipt of the newest entry of a kind about a subject."""
    entry = Entry.objects.filter(subject=subject, verb=verb).select_related("about").last()
    return None if entry is None else receipt(entry, personal)


def receipt_file(found: Mapping[str, Any] | None) -> bytes:
    """A receipt as a file to take home; refused in words while there is no checkpoint over it."""
    if found is None:
        raise Refused("这一条刚刚写入，检查点还没有签出。", "请等几秒钟后再下载。")
    return json.dumps(found, ensure_ascii=False, indent=1, sort_keys=True).encode()


def _opened(
    entry: Entry, sealed: Mapping[str, str], personal: Mapping[str, Any]
) -> dict[str, list[Any]]:
    known = {name: value for name, value in personal.items() if name in sealed}
    shown = [
        {"name": one["name"], "salt": one["salt"], "value": one["value"]}
        for one in openings(entry, known)
        if opens(sealed[one["name"]], bytes.fromhex(one["salt"]), one["value"])
    ]
    names = {one["name"] for one in shown}
    return {"openings": shown, "withheld": sorted(sealed.keys() - names)}

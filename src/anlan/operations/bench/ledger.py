"""`anlan bench ledger`: sequencing, proving and verifying, in a temporary city.

Entries are written and sequenced in turns, as they come; only the sequencing is timed. The first
batch is written by the service, the others by SQL with the same shape, to save minutes. The slope
compares what one entry costs around the first ten thousand and at the end: 1.0 is flat. `--entries`
makes the log smaller, or ten million long.
"""

import os
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from statistics import mean, quantiles
from uuid import UUID

from django.db import connection, transaction
from django.utils.timezone import now

from anlan.foundation.ledger.models import Checkpoint, Entry
from anlan.foundation.ledger.receipts import receipt
from anlan.foundation.ledger.sequencer import BATCH, public_key, sequence, tile_folder
from anlan.foundation.ledger.services import Line, record_many
from anlan.operations.temporary import temporary_city
from anlan.proofs.canonical import leaf_hash
from anlan.proofs.merkle import inclusion_proof, verify_inclusion
from anlan.proofs.receipt import check

Figures = dict[str, float | int | str]
ENTRIES = 1_000_000
EARLY = 10_000  # where the slope begins
NEAR = 20  # rounds looked at on each end of it
PROOFS, RECEIPTS = 1_000, 100
COPY = """
    INSERT INTO ledger_entry
        (uid, leaf, leaf_hash, subject, verb, actor, at, recorded_at, time_source, device, alg)
    SELECT %s, %s, %s, subject, verb, actor, at, recorded_at, time_source, device, alg
    FROM ledger_entry WHERE id = %s
"""


@dataclass(frozen=True)
class Round:
    size: int
    done: int
    wall: float
    cpu: float


def measure(entries: int = ENTRIES) -> Figures:
    """About four minutes for a million entries."""
    with temporary_city():
        at = now()
        first = min(BATCH, entries)
        writing = _write(first, at)
        rounds = [_round(0, first, at)]
        for start in range(first, entries, BATCH):
            _copy(start, min(BATCH, entries - start))
            rounds.append(_round(start, min(BATCH, entries - start), at))
        sequencing = sum(one.wall for one in rounds)
        return {
            "database": connection.vendor,
            "cores": os.cpu_count() or 0,
            "entries": entries,
            f"entries_per_s_{connection.vendor}": round(entries / sequencing),
            "sequencing_cpu_us_per_entry": round(sum(one.cpu for one in rounds) / entries * 1e6, 1),
            "written_per_s": round(first / writing),
            f"slope_1e4_{_power(entries)}": _slope(rounds, lambda one: one.wall),
            "slope_cpu": _slope(rounds, lambda one: one.cpu),
            **_proofs(),
            **_receipts(),
        }


def _write(count: int, at: datetime) -> float:
    """Seconds for so many entries through the one way into the ledger."""
    began = time.perf_counter()
    facts = {"proof": "扫码", "late": False}
    record_many([Line(f"class/{n % 500}", "signed_in", None, at, facts) for n in range(count)])
    return time.perf_counter() - began


def _copy(start: int, count: int) -> None:
    """More of the same, under ids of their own."""
    model = Entry.objects.earliest("id")
    rows = []
    for n in range(start, start + count):
        uid = UUID(int=n)
        leaf = model.leaf.replace(str(model.uid), str(uid))
        key = Entry._meta.get_field("uid").get_db_prep_value(uid, connection)
        rows.append((key, leaf, leaf_hash(leaf.encode())))
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.executemany(COPY, [(*row, model.pk) for row in rows])


def _round(start: int, count: int, at: datetime) -> Round:
    wall, cpu = time.perf_counter(), time.process_time()
    done = sequence(at)
    if done != count:
        raise ValueError(f"{done} of {count} entries were sequenced")
    return Round(start + done, done, time.perf_counter() - wall, time.process_time() - cpu)


def _slope(rounds: Sequence[Round], cost: Callable[[Round], float]) -> float:
    """What an entry costs at the end, by what it cost around the first ten thousand.

    The cheapest of the rounds counts: what is dearer than it was disturbed by other programs.
    """
    full = [one for one in rounds if one.done == BATCH]
    early = [one for one in full if one.size >= EARLY][:NEAR]
    if not early:
        return 1.0
    before, after = (min(cost(one) for one in part) for part in (early, full[-NEAR:]))
    return round(after / before, 2)


def _power(entries: int) -> str:
    """1e6 for a million; other numbers as they are."""
    digits = str(entries)
    return f"1e{len(digits) - 1}" if digits.strip("0") == "1" else digits


def _proofs() -> Figures:
    """At places spread over the whole log, most of whose tiles are read from the disk first."""
    tiles = tile_folder()
    newest = Checkpoint.objects.order_by("-size")[0]
    root, size = bytes(newest.root), newest.size
    spread = {n * (size - 1) // PROOFS for n in range(PROOFS)}
    places = sorted(spread, key=lambda n: n * 7919 % size)
    hashes = dict(Entry.objects.filter(position__in=places).values_list("position", "leaf_hash"))
    making, checking = [], []
    for place in places:
        began = time.perf_counter()
        proof = inclusion_proof(place, size, tiles.node)
        made = time.perf_counter()
        right = verify_inclusion(bytes(hashes[place]), place, size, proof, root)
        checking.append(time.perf_counter() - made)
        making.append(made - began)
        if not right:
            raise ValueError("a proof that was just made does not verify")
    return {
        "prove_ms": _ms(mean(making)),
        "prove_p99_ms": _ms(quantiles(making, n=100)[98]),
        "verify_ms": _ms(mean(checking)),
    }


def _receipts() -> Figures:
    """The whole receipt as a learner downloads it, and its check with signature."""
    key, size = public_key(), Entry.objects.count()
    places = sorted({n * (size - 1) // RECEIPTS for n in range(RECEIPTS)})
    making, checking = [], []
    for entry in Entry.objects.filter(position__in=places):
        began = time.perf_counter()
        made = receipt(entry)
        ready = time.perf_counter()
        if made is None or any(finding.kind != "ok" for finding in check(made, [key])):
            raise ValueError("a receipt that was just made does not hold")
        checking.append(time.perf_counter() - ready)
        making.append(ready - began)
    return {"receipt_make_ms": _ms(mean(making)), "receipt_check_ms": _ms(mean(checking))}


def _ms(seconds: float) -> float:
    return round(seconds * 1000, 3)

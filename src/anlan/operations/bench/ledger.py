"""`anlan bench ledger`: sequencing, proving and verifying, in a temporary city.

The slope compares the CPU of one entry between the first and the last tenth: 1.0 is flat.
"""

import time
from datetime import datetime
from itertools import pairwise

from django.db import connection
from django.utils.timezone import now

from anlan.foundation.ledger.models import Checkpoint, Entry
from anlan.foundation.ledger.sequencer import sequence, tile_folder
from anlan.foundation.ledger.services import Line, record_many
from anlan.operations.temporary import temporary_city
from anlan.proofs.merkle import inclusion_proof, verify_inclusion

Figures = dict[str, float | int | str]
ENTRIES = 100_000
PROOFS = 200


def measure() -> Figures:
    """About half a minute for a hundred thousand entries."""
    with temporary_city():
        at = now()
        _write(at)
        rounds = _sequence(at)
        rate = round(ENTRIES / sum(seconds for _, seconds, _ in rounds))
        return {
            "database": connection.vendor,
            "entries": ENTRIES,
            f"entries_per_s_{connection.vendor}": rate,
            "slope_1e4_1e5": _slope(rounds),
            **_proofs(),
        }


def _write(at: datetime) -> None:
    for start in range(0, ENTRIES, 5_000):
        lines = [
            Line(f"class/{n % 500}", "signed_in", None, at, {"n": n})
            for n in range(start, start + 5_000)
        ]
        record_many(lines)


def _sequence(at: datetime) -> list[tuple[int, float, float]]:
    """(published, seconds, CPU seconds) of each round until nothing waits."""
    rounds: list[tuple[int, float, float]] = []
    while True:
        wall, cpu = time.perf_counter(), time.process_time()
        done = sequence(at)
        if not done:
            return rounds
        rounds.append((done, time.perf_counter() - wall, time.process_time() - cpu))


def _slope(rounds: list[tuple[int, float, float]]) -> float:
    tenth = max(len(rounds) // 10, 1)
    first, last = rounds[1 : tenth + 1] or rounds[:1], rounds[-tenth:]
    each = [sum(cpu for _, _, cpu in part) / sum(n for n, _, _ in part) for part in (first, last)]
    return round(next(after / before for before, after in pairwise(each)), 2)


def _proofs() -> Figures:
    tiles = tile_folder()
    newest = Checkpoint.objects.order_by("-size")[0]
    root, size = bytes(newest.root), newest.size
    places = [n * (size - 1) // PROOFS for n in range(PROOFS)]
    hashes = dict(Entry.objects.filter(position__in=places).values_list("position", "leaf_hash"))
    began = time.process_time()
    proofs = [(place, inclusion_proof(place, size, tiles.node)) for place in places]
    made = time.process_time()
    right = [verify_inclusion(bytes(hashes[n]), n, size, proof, root) for n, proof in proofs]
    done = time.process_time()
    if not all(right):
        raise ValueError("a proof that was just made does not verify")
    return {
        "prove_ms": round((made - began) / PROOFS * 1000, 3),
        "verify_ms": round((done - made) / PROOFS * 1000, 3),
    }

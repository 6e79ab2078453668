"""The sequencer is killed between its steps; the next round loses nothing and signs one history."""

import subprocess
import sys
import threading
from collections.abc import Iterator
from functools import partial
from itertools import pairwise
from pathlib import Path

import pytest
from django.db import connection
from django.test.utils import override_settings
from django.utils.timezone import now

from anlan.foundation.jobs.services import LEASE
from anlan.foundation.ledger import sequencer
from anlan.foundation.ledger.audit import audit
from anlan.foundation.ledger.models import Checkpoint, Entry, LogHead
from anlan.foundation.ledger.sequencer import public_key, tile_folder
from anlan.foundation.ledger.services import Line, record_many
from anlan.proofs.checkpoint import verify
from anlan.proofs.merkle import consistency_proof, verify_consistency
from tests.long.city import City, needs_proc, until
from tests.long.ledger import assert_database_whole, torn_leaves

KILLED = -9

# A process that sequences and is killed at one place: before or after the nth call of a function.
DIES = """
import os, signal, sys
import django
os.environ["DJANGO_SETTINGS_MODULE"] = "anlan.config.settings"
django.setup()
from django.utils.timezone import now
from anlan.foundation.ledger import sequencer
from anlan.proofs import tile_files, tiles

place, name, when, calls = sys.argv[1], sys.argv[2], sys.argv[3], int(sys.argv[4])
owner = {
    "sequencer": sequencer,
    "tile_files": tile_files,
    "Batch": tile_files.Batch,
    "TileFolder": tiles.TileFolder,
}[place]
real, seen = getattr(owner, name), [0]

def die(*args, **words):
    seen[0] += 1
    if when == "before" and seen[0] == calls:
        os.kill(os.getpid(), signal.SIGKILL)
    result = real(*args, **words)
    if when == "after" and seen[0] == calls:
        os.kill(os.getpid(), signal.SIGKILL)
    return result

setattr(owner, name, die)
sequencer.sequence(now())
"""

STEPS = [
    ("sequencer", "_hash_as_the_log_does", "after", 1),  # inside the transaction of the places
    ("sequencer", "_give_places", "after", 1),
    ("TileFolder", "append", "before", 1),
    ("Batch", "write", "before", 1),
    ("Batch", "write", "after", 2),
    ("Batch", "finish", "before", 1),
    ("tile_files", "_remove_replaced", "before", 2),
    ("tile_files", "sync_folders", "before", 1),
    ("TileFolder", "append", "after", 1),
    ("sequencer", "signing_key", "after", 1),
    ("sequencer", "_sign_off", "before", 1),
    ("sequencer", "_sign_off", "after", 1),
    ("sequencer", "_show", "after", 1),
]


@pytest.fixture(autouse=True)
def _the_city_s_log(city: City) -> Iterator[None]:
    places = {"ANLAN_LOG_FOLDER": city.var / "log", "ANLAN_LOG_KEY": city.var / "secrets/log.key"}
    with override_settings(**places):
        yield


def write(count: int) -> None:
    record_many([Line("class/1", "class_edited", None, now(), {"n": n}) for n in range(count)])


def assert_one_history(entries: int) -> None:
    """Every entry once, every checkpoint the beginning of the next, nothing rewritten."""
    head = LogHead.objects.get()
    assert head.published == head.size == Entry.objects.count() == entries
    places = Entry.objects.order_by("position").values_list("position", flat=True)
    assert list(places) == list(range(entries))
    points = [verify(point.note, [public_key()]) for point in Checkpoint.objects.all()]
    node = tile_folder().node
    for old, new in pairwise(points):
        proof = consistency_proof(old.size, new.size, node)
        assert verify_consistency(old.size, new.size, proof, old.root, new.root)
    assert (sequencer.log_folder() / "checkpoint").read_text("utf-8") == (
        Checkpoint.objects.order_by("-size")[0].note
    )
    assert audit() == []
    assert torn_leaves() == []
    assert_database_whole()


@pytest.mark.parametrize(("place", "name", "when", "calls"), STEPS)
def test_a_sequencer_killed_at_a_step_is_followed_by_one_that_mends(
    city: City, tmp_path: Path, place: str, name: str, when: str, calls: int
) -> None:
    before = Entry.objects.count()
    write(300)
    dying = tmp_path / "dies.py"
    dying.write_text(DIES)
    words = [sys.executable, str(dying), place, name, when, str(calls)]
    done = subprocess.run(words, env=dict(city.env), capture_output=True, text=True, timeout=60)
    assert done.returncode == KILLED, done.stdout + done.stderr
    write(20)
    city.run("work", "--once", "--lane", "prompt")
    city.run("work", "--once", "--lane", "prompt")
    assert_one_history(before + 320)


def _signed_more_than(size: int) -> bool:
    return LogHead.objects.get().published > size


@needs_proc
def test_a_worker_killed_in_a_burst_loses_no_place(city: City) -> None:
    """Fails when an acknowledged entry gets no place, two get the same, or a checkpoint lies."""
    before, over, written = Entry.objects.count(), threading.Event(), [0]

    def burst() -> None:
        """A thousand lines a second: as many as can be signed later on any machine."""
        while not over.wait(0.05):
            write(50)
            written[0] += 50
        connection.close()

    for _ in range(2):
        size = LogHead.objects.get().published
        over.clear()
        with city.running("work", "--lane", "prompt") as worker:
            writer = threading.Thread(target=burst)
            writer.start()
            limit = LEASE.total_seconds() + 30
            until(partial(_signed_more_than, size + 500), limit, "it signs")
            worker.kill()
        over.set()
        writer.join()
    with city.running("work", "--lane", "prompt"):
        limit = LEASE.total_seconds() + 60
        until(lambda: LogHead.objects.get().published == before + written[0], limit, "all signed")
    assert_one_history(before + written[0])

"""PostgreSQL is killed while people are signed in and the log is signed; nothing told is lost.

A server of the test's own, whatever database the suite runs on; skipped where its programs are not
installed. On SQLite the database is the process that is killed: see test_killed_server.py.
"""

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from scripts.throwaway_postgres import Cluster, programs
from tests.long.city import until

HOME = programs()
pytestmark = [
    pytest.mark.long,
    pytest.mark.skipif(HOME is None, reason="PostgreSQL's own programs are not installed"),
]
TOLD = 400  # before the server is killed
# Writes a line in a transaction of its own and tells it when that is committed.
WRITER = """
import os, sys
import django
os.environ["DJANGO_SETTINGS_MODULE"] = "anlan.config.settings"
django.setup()
from django.utils.timezone import now
from anlan.foundation.ledger.services import record

n = 0
while True:
    record("class/1", "signed_in", by=None, at=now(), who=sys.argv[1], n=n)
    print(n, flush=True)
    n += 1
"""


@pytest.fixture
def cluster() -> Iterator[Cluster]:
    """In a folder of its own: the server may run as another user, who can't enter pytest's."""
    assert HOME
    with tempfile.TemporaryDirectory(prefix="anlan-pg-") as folder:
        one = Cluster(HOME, Path(folder))
        one.start()
        yield one
        one.stop()


def anlan(env: dict[str, str], *words: str) -> str:
    done = subprocess.run(
        [sys.executable, "-m", "anlan.operations", *words],
        env=env,
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def told(log: Path) -> int:
    """How many writes were acknowledged; the last line may be cut short."""
    return log.read_text("utf-8").count("\n") if log.exists() else 0


def stored(cluster: Cluster, who: str) -> list[int]:
    with psycopg.connect(cluster.url) as connection:
        found = connection.execute(
            "SELECT (leaf::jsonb -> 'data' ->> 'n')::int FROM ledger_entry"
            " WHERE leaf::jsonb -> 'data' ->> 'who' = %s ORDER BY id",
            [who],
        )
        return [row[0] for row in found]


def test_a_killed_database_loses_nothing_that_was_told_and_the_log_holds(
    cluster: Cluster, tmp_path: Path
) -> None:
    var = tmp_path / "var"
    env = os.environ | {"ANLAN_VAR": str(var), "DATABASE_URL": cluster.url}
    anlan(env, "setup", "--quiet")
    script = tmp_path / "writer.py"
    script.write_text(WRITER)
    logs = [tmp_path / f"told-{n}" for n in range(2)]
    began = []
    for log in logs:
        with log.open("wb") as out:
            command = [sys.executable, str(script), log.name]
            began.append(subprocess.Popen(command, env=env, stdout=out, stderr=subprocess.DEVNULL))
    worker = [sys.executable, "-m", "anlan.operations", "work", "--lane", "prompt"]
    began.append(subprocess.Popen(worker, env=env, stderr=subprocess.DEVNULL))
    try:
        until(lambda: sum(map(told, logs)) > TOLD, 60, "the writers write")
        cluster.kill()
        for process in began[:2]:
            assert process.wait(60) != 0  # the writer was refused, and said no more
    finally:
        for process in began:
            process.terminate()
            process.wait(60)
    cluster.start()
    for log in logs:
        kept, said = stored(cluster, log.name), told(log)
        assert kept[:said] == list(range(said))  # none lost, none doubled
        assert len(kept) <= said + 1  # the one whose answer was cut off
    anlan(env, "work", "--once")
    anlan(env, "work", "--once")
    assert "逐条重算" in anlan(env, "doctor", "--ledger")

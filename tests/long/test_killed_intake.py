"""The hot paths under fire: site and database are killed while a hall signs in and sits an exam.

Every request is sent twice and asked again until it is answered. What was answered stands, once.
"""

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from scripts.throwaway_postgres import Cluster, programs
from tests.long.city import Running, needs_proc, until
from tests.long.crowd import LEARNERS
from tests.long.site import Browser, free_port
from tests.long.test_disk_full import files_no_larger_than, needs_prlimit

HOME = programs()
TRIES = 600  # of 0.15 seconds: longer than a site or a database takes to come back


@dataclass
class Stage:
    """An installation that nobody else uses; its processes know it by their environment."""

    folder: Path
    env: dict[str, str]
    port: int

    def run(self, *words: str) -> str:
        done = subprocess.run(
            [sys.executable, "-m", *words],
            env=self.env,
            capture_output=True,
            text=True,
            timeout=180,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def crowd(self, what: str) -> Any:
        told = self.run("tests.long.crowd", what, str(self.folder))
        return json.loads(told) if told else None

    @contextmanager
    def site(self) -> Iterator[Running]:
        command = [sys.executable, "-m", "anlan.operations", "serve", "--no-work"]
        command += ["--port", str(self.port), "--workers", "2"]
        log = self.folder / "site.log"
        with log.open("ab") as out:
            process = subprocess.Popen(
                command, env=self.env, stdout=out, stderr=out, start_new_session=True
            )
        running = Running(process, log)
        try:
            until(self._answers, 60, "the site answers")
            yield running
        finally:
            running.end()

    def _answers(self) -> bool:
        try:
            return Browser(self.port, "").get("/account/pulse").status == 200
        except OSError:
            return False

    @contextmanager
    def load(self) -> Iterator["subprocess.Popen[bytes]"]:
        """The crowd, in a process that nobody kills."""
        visitors = json.loads((self.folder / "visitors.json").read_text())
        plan = {"port": self.port, "lanes": 24, "tries": TRIES, "visitors": visitors}
        (self.folder / "plan.json").write_text(json.dumps(plan))
        words = [str(self.folder / name) for name in ("plan.json", "result.json")]
        command = [sys.executable, "-m", "anlan.operations.bench.burst.load", *words]
        process = subprocess.Popen(command, env=self.env)
        try:
            yield process
        finally:
            process.terminate()
            process.wait(20)

    def until_marks(self, count: int) -> None:
        until(lambda: self.crowd("progress")["marks"] >= count, 120, f"{count} have signed in")


@contextmanager
def a_stage(folder: Path, url: str) -> Iterator[Stage]:
    kept = {k: v for k, v in os.environ.items() if not k.startswith("ANLAN_")}
    env = kept | {"ANLAN_VAR": str(folder / "var"), "DATABASE_URL": url, "ANLAN_DEMONSTRATION": "0"}
    stage = Stage(folder, env, free_port())
    stage.run("anlan.operations", "setup", "--quiet")
    stage.crowd("prepare")
    yield stage


def assert_everything_stands_once(told: dict[str, Any]) -> None:
    assert told["refused"] == 0, told
    assert told["retried"] > 0, "nothing was cut: the kill came too late to prove anything"
    wrong = ("lost_marks", "doubled_marks", "lost_sittings", "torn")
    assert {name: told[name] for name in wrong} == dict.fromkeys(wrong, 0), told
    lines = ("signed_lines", "started_lines", "submitted_lines")
    assert {name: told[name] for name in lines} == dict.fromkeys(lines, LEARNERS), told


@needs_proc
def test_the_site_is_killed_twice_under_a_hall(tmp_path: Path) -> None:
    with a_stage(tmp_path, f"sqlite:///{tmp_path / 'city.sqlite3'}") as stage, ExitStack() as over:
        first = over.enter_context(stage.site())
        load = over.enter_context(stage.load())
        for share in (5, 2):
            stage.until_marks(LEARNERS // share)
            first.kill()
            first = over.enter_context(stage.site())
        assert load.wait(180) == 0
        assert_everything_stands_once(stage.crowd("audit"))


@pytest.mark.skipif(HOME is None, reason="PostgreSQL's own programs are not installed")
def test_the_database_is_killed_under_a_hall(tmp_path: Path) -> None:
    assert HOME
    with tempfile.TemporaryDirectory(prefix="anlan-pg-") as place:
        cluster = Cluster(HOME, Path(place))
        cluster.start()
        try:
            with a_stage(tmp_path, cluster.url) as stage, stage.site(), stage.load() as load:
                stage.until_marks(LEARNERS // 4)
                cluster.kill()
                cluster.start()
                assert load.wait(180) == 0
                assert_everything_stands_once(stage.crowd("audit"))
        finally:
            cluster.stop()


@needs_proc
@needs_prlimit
def test_the_disk_fills_up_under_a_hall(tmp_path: Path) -> None:
    """While nothing can be written everybody is told to ask again; then all goes on."""
    url = f"sqlite:///{tmp_path / 'city.sqlite3'}"
    with a_stage(tmp_path, url) as stage, stage.site() as site, stage.load() as load:
        stage.until_marks(LEARNERS // 4)
        wal = (tmp_path / "city.sqlite3-wal").stat().st_size
        with files_no_larger_than(wal // 2, site.family()):
            until(lambda: "could not commit" in site.said(), 60, "the disk is full")
        assert load.wait(180) == 0
        assert_everything_stands_once(stage.crowd("audit"))

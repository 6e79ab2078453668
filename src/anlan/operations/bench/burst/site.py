"""The site under a burst: granian in its own processes, and the CPU of all that serves."""

import json
import os
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from socket import socket
from typing import Any

from django.conf import settings
from django.db import connection

TICKS = os.sysconf("SC_CLK_TCK")
WORKERS, THREADS = 2, 16  # what `anlan serve` starts on two cores


@dataclass(frozen=True)
class Burst:
    """What a crowd was told and what it cost: seconds of CPU, milliseconds a call."""

    wall_s: float
    cpu_s: float
    calls: Sequence[tuple[int, int, int, float, int]]
    answers: Mapping[str, str]

    @property
    def errors(self) -> int:
        """Calls that were not answered with 200 in the end."""
        return sum(1 for call in self.calls if call[2] != 200)

    def ms(self, *, step: int | None = None) -> list[float]:
        """The time of each call, retries included, sorted; of one step only when it is named."""
        return sorted(call[3] for call in self.calls if step is None or call[1] == step)

    def acknowledged(self, step: int) -> set[int]:
        """The visitors whose step was answered with 200."""
        return {call[0] for call in self.calls if call[1] == step and call[2] == 200}


@dataclass(frozen=True)
class Site:
    """A served site, and the folder in which plans and results lie."""

    port: int
    pid: int
    folder: Path

    def meet(self, visitors: Sequence[Mapping[str, Any]], *, lanes: int) -> Burst:
        """Let a crowd come from a process apart; its CPU isn't counted."""
        plan, result = self.folder / "plan.json", self.folder / "result.json"
        words = {"port": self.port, "lanes": min(lanes, len(visitors)), "visitors": list(visitors)}
        plan.write_text(json.dumps(words), "utf-8")
        before = self.cpu_s()
        load = "anlan.operations.bench.burst.load"
        subprocess.run([sys.executable, "-m", load, str(plan), str(result)], check=True)
        cpu = self.cpu_s() - before
        told = json.loads(result.read_text("utf-8"))
        calls = [tuple(call) for call in told["calls"]]
        return Burst(told["wall_s"], cpu, calls, told["answers"])

    def cpu_s(self) -> float:
        """User and system time of the site's processes and of the database's."""
        return _cpu_of_family(self.pid) + _cpu_of_database()


@contextmanager
def served(folder: Path, *, workers: int = WORKERS, threads: int = THREADS) -> Iterator[Site]:
    """The site over the present (temporary) database, with the present secrets."""
    port = _free_port()
    command = [sys.executable, "-m", "granian", "--interface", "wsgi", "--no-ws"]
    command += ["--host", "127.0.0.1", "--port", str(port), "--log-level", "error"]
    command += ["--workers", str(workers), "--blocking-threads", str(threads)]
    command.append("anlan.config.wsgi:application")
    with tempfile.TemporaryFile() as log:
        process = subprocess.Popen(command, env=_environment(folder), stdout=log, stderr=log)
        try:
            _until_it_answers(port, process)
            yield Site(port, process.pid, folder)
        finally:
            process.terminate()
            process.wait(20)


def _environment(folder: Path) -> dict[str, str]:
    secret = folder / "secrets" / "django.key"
    secret.parent.mkdir(parents=True, exist_ok=True)
    secret.write_text(settings.SECRET_KEY, "ascii")
    told = {"ANLAN_VAR": str(folder), "DATABASE_URL": _database_url()}
    return {k: v for k, v in os.environ.items() if not k.startswith("ANLAN_")} | told


def _database_url() -> str:
    told = connection.settings_dict
    if connection.vendor == "sqlite":
        return f"sqlite:///{told['NAME']}"
    account = f"{told['USER']}:{told['PASSWORD']}" if told["PASSWORD"] else told["USER"]
    options = {k: v for k, v in told["OPTIONS"].items() if isinstance(v, str)}
    query = "&".join(f"{name}={value}" for name, value in options.items())
    place = f"{told['HOST']}:{told['PORT']}" if told["PORT"] else told["HOST"]
    return f"postgresql://{account}@{place}/{told['NAME']}?{query}"


def _until_it_answers(port: int, process: "subprocess.Popen[bytes]") -> None:
    until = time.monotonic() + 60
    while time.monotonic() < until:
        if process.poll() is not None:
            raise RuntimeError("the site ended by itself")
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/account/pulse", timeout=5):
                return
        except OSError:
            time.sleep(0.05)
    raise RuntimeError("the site doesn't answer")


def _cpu_of_family(root: int) -> float:
    """A process and all its descendants; what ended children had used is with their parents."""
    stats = _stats()
    family = [root]
    for pid in family:
        family += [child for child, (parent, _cpu) in stats.items() if parent == pid]
    return sum(stats[pid][1] for pid in family if pid in stats)


def _cpu_of_database() -> float:
    """The PostgreSQL server's processes when it runs on this machine; SQLite has none."""
    if connection.vendor != "postgresql":
        return 0.0
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        backend = cursor.fetchone()[0]
    stats = _stats()
    if backend not in stats:
        raise RuntimeError("the database runs elsewhere: its CPU can't be counted")
    return _cpu_of_family(stats[backend][0])


def _stats() -> dict[int, tuple[int, float]]:
    """Every process: its parent, and its CPU seconds with those of its ended children."""
    found = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            words = stat.read_text().rpartition(")")[2].split()
        except OSError:  # it ended while we looked
            continue
        cpu = sum(int(word) for word in words[11:15]) / TICKS
        found[int(stat.parent.name)] = (int(words[1]), cpu)
    return found


def _free_port() -> int:
    with socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])

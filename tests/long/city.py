"""A city of one's own for a long round, with real processes in it.

Its database is a file (SQLite) or a database of its own on the server of `DATABASE_URL`. The test
reads and writes it through Django as usual; `anlan serve` and `anlan work` run beside it and know
nothing of tests.
"""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from threading import Event
from urllib.parse import urlsplit, urlunsplit

import psycopg
import pytest
from django.conf import settings
from django.db import connections
from django.test.utils import override_settings
from psycopg import sql

LOOK_EVERY = 0.05
SERIAL = count(1)


@dataclass(frozen=True)
class City:
    """Where it lies, and the environment in which its processes run."""

    var: Path
    env: Mapping[str, str]

    @property
    def files(self) -> list[Path]:
        """Every file that was kept or is being written, those of uploads on their way in too."""
        folders = (self.var / "files", self.var / "tmp")
        return [path for folder in folders for path in folder.rglob("*") if path.is_file()]

    def run(self, *words: str, seconds: float = 120) -> str:
        """Run an `anlan` command to its end; what it printed."""
        done = subprocess.run(
            _anlan(*words), env=dict(self.env), capture_output=True, text=True, timeout=seconds
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    @contextmanager
    def running(self, *words: str) -> Iterator["Running"]:
        """A command that runs until it is killed or told to stop."""
        log = self.var / f"{words[0]}-{next(SERIAL)}.log"
        with log.open("wb") as out:
            process = subprocess.Popen(
                _anlan(*words), env=dict(self.env), stdout=out, stderr=out, start_new_session=True
            )
        one = Running(process, log)
        try:
            yield one
        finally:
            one.end()


class Running:
    """A process of ours with whatever it has started, ended by their ids."""

    def __init__(self, process: "subprocess.Popen[bytes]", log: Path) -> None:
        self.process, self.log = process, log

    def family(self) -> list[int]:
        """Its id and those of its descendants, elders first."""
        parents = _parents()
        found = [self.process.pid]
        for pid in found:
            found += [child for child, parent in parents.items() if parent == pid]
        return found

    def kill(self) -> None:
        """SIGKILL for all of them, as when the power fails or memory runs out."""
        family = self.family()
        for pid in family:
            _send(pid, signal.SIGKILL)
        self.process.wait(10)
        until(lambda: not set(family) & set(_parents()), 10, "the killed are gone")

    def end(self) -> None:
        """Ask it to stop; kill what stays."""
        if self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(20)
            except subprocess.TimeoutExpired:
                self.kill()

    def said(self) -> str:
        return self.log.read_text("utf-8", "replace")


def until(condition: Callable[[], bool], seconds: float, what: str) -> float:
    """Ask until it is so, and fail after so many seconds; returns how long it took."""
    began = time.monotonic()
    pause = Event()
    while not condition():
        waited = time.monotonic() - began
        assert waited < seconds, f"after {waited:.0f} s still not: {what}"
        pause.wait(LOOK_EVERY)
    return time.monotonic() - began


@contextmanager
def a_city(folder: Path) -> Iterator[City]:
    """An installation after `anlan setup`, without the demonstration; gone afterwards."""
    with _database(folder) as (name, url):
        env = {
            **{key: value for key, value in os.environ.items() if not key.startswith("ANLAN_")},
            "ANLAN_VAR": str(folder),
            "ANLAN_DEMONSTRATION": "0",
            "DATABASE_URL": url,
            "PYTHONUNBUFFERED": "1",
            "TMPDIR": str(folder / "tmp"),
        }
        secret = folder / "secrets" / "django.key"
        secret.parent.mkdir(parents=True)
        (folder / "tmp").mkdir()
        secret.write_text(settings.SECRET_KEY, "ascii")
        city = City(folder, env)
        city.run("setup", "--quiet")
        places = {
            "ANLAN_FILES": folder / "files",
            "ANLAN_LIVE": folder / "live",
            "ANLAN_SMS_FOLDER": folder / "sms",
            "ANLAN_KEYRING": folder / "secrets" / "keyring.json",
        }
        with override_settings(**places), _connected_to(name):
            yield city


@contextmanager
def _database(folder: Path) -> Iterator[tuple[str, str]]:
    """An empty database: its name for Django, its URL for processes."""
    if connections["default"].vendor == "sqlite":
        path = folder / "anlan.sqlite3"
        yield str(path), f"sqlite:///{path}"
        return
    server = urlsplit(os.environ["DATABASE_URL"])
    name = f"anlan_long_{os.getpid()}_{next(SERIAL)}"
    make, drop = sql.SQL("CREATE DATABASE {}"), sql.SQL("DROP DATABASE {} WITH (FORCE)")
    with psycopg.connect(urlunsplit(server), autocommit=True) as admin:
        admin.execute(make.format(sql.Identifier(name)))
        try:
            yield name, urlunsplit(server._replace(path=f"/{name}"))
        finally:
            admin.execute(drop.format(sql.Identifier(name)))


@contextmanager
def _connected_to(name: str) -> Iterator[None]:
    """This thread and every new one talk to another database; the old connection is kept aside."""
    kept = connections["default"]
    told = kept.settings_dict
    before = told["NAME"]
    told["NAME"] = name
    connections["default"] = connections.create_connection("default")
    try:
        yield
    finally:
        connections["default"].close()
        told["NAME"] = before
        connections["default"] = kept


def _anlan(*words: str) -> list[str]:
    return [sys.executable, "-m", "anlan.operations", *words]


def _send(pid: int, what: signal.Signals) -> None:
    try:
        os.kill(pid, what)
    except ProcessLookupError:
        return


def _parents() -> dict[int, int]:
    """Every living process and its parent."""
    found = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            state, parent = stat.read_text().rpartition(")")[2].split()[:2]
        except OSError:  # it ended while we looked
            continue
        if state != "Z":
            found[int(stat.parent.name)] = int(parent)
    return found


needs_proc = pytest.mark.skipif(
    not Path("/proc/self/stat").exists(), reason="finding a process's children needs Linux's /proc"
)

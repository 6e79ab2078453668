"""A PostgreSQL server for tests, in a temporary folder, gone afterwards.

    python scripts/throwaway_postgres.py make test       run a command with DATABASE_URL set
    python scripts/throwaway_postgres.py                 print DATABASE_URL, serve until Ctrl-C

The server's own programs must be there (Debian: apt-get install postgresql). PostgreSQL refuses to
run as root; started by root it runs as the user postgres, or nobody where there is none.
"""

import argparse
import os
import pwd
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

PLACES = ("/usr/lib/postgresql/*/bin", "/usr/pgsql-*/bin")
NAME = "anlan"


def main(argv: Sequence[str] | None = None) -> int:
    """The exit code of the command; 2 where PostgreSQL isn't installed."""
    parser = argparse.ArgumentParser(description="run a command on a throw-away PostgreSQL")
    parser.add_argument("command", nargs=argparse.REMAINDER)
    command = parser.parse_args(argv).command
    home = programs()
    if home is None:
        print("PostgreSQL is not installed. Debian: apt-get install postgresql", file=sys.stderr)
        return 2
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # so that the server is stopped too
    with server(home) as url:
        if not command:
            print(f"DATABASE_URL={url}\nCtrl-C to stop", flush=True)
            wait()
            return 0
        done = subprocess.run(command, env=os.environ | {"DATABASE_URL": url}, check=False)
        return done.returncode


def programs() -> Path | None:
    """The folder with initdb and postgres, the newest where there are several."""
    found = [p for place in PLACES for p in Path("/").glob(place[1:]) if (p / "initdb").exists()]
    if found:
        return max(found, key=lambda p: [int(n) for n in _numbers(str(p))])
    known = shutil.which("postgres")
    return Path(known).resolve().parent if known else None


def _numbers(text: str) -> list[str]:
    return "".join(c if c.isdigit() else " " for c in text).split()


@contextmanager
def server(home: Path) -> Iterator[str]:
    """Start a server on a free port of 127.0.0.1; yields its URL; stopped by its own id."""
    with tempfile.TemporaryDirectory(prefix="anlan-pg-") as folder:
        cluster = Cluster(home, Path(folder))
        cluster.start()
        try:
            yield cluster.url
        finally:
            cluster.stop()


class Cluster:
    """A server of our own in a folder; it may be killed and started again."""

    def __init__(self, home: Path, folder: Path) -> None:
        """Make the cluster; it does not run yet."""
        self.home, self.folder, self.user = home, folder, unprivileged()
        if self.user:
            shutil.chown(folder, self.user)
        self.port, self.log = free_port(), folder / "log"
        self.url = f"postgresql://{NAME}@127.0.0.1:{self.port}/{NAME}"
        trust = ["--auth=trust", f"--username={NAME}", "--encoding=UTF8", "--no-locale"]
        _run([home / "initdb", "-D", folder / "data", *trust, "--no-sync"], self.user)

    def start(self) -> None:
        """Until it answers, the database made when it is the first time."""
        options = [f"-p{self.port}", "-h127.0.0.1", f"-k{self.folder}", "-cmax_connections=100"]
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [self.home / "postgres", "-D", self.folder / "data", *options],
                stdout=log,
                stderr=log,
                cwd=self.folder,
                user=self.user,
                start_new_session=True,
            )
        _until_ready(self.home, self.port, self.process, self.log)
        at = ["-h127.0.0.1", f"-p{self.port}", f"-U{NAME}"]
        if not (self.folder / "made").exists():
            _run([self.home / "createdb", *at, NAME], self.user)
            (self.folder / "made").touch()

    def kill(self) -> None:
        """SIGKILL for the server and every process that it has started, all at once."""
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait(60)

    def stop(self) -> None:
        """Fast shutdown: end sessions, write, stop."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGINT)
            self.process.wait(60)


def unprivileged() -> str | None:
    """The user to run as, where this is root."""
    if os.geteuid() != 0:
        return None
    known = {entry.pw_name for entry in pwd.getpwall()}
    return "postgres" if "postgres" in known else "nobody"


def free_port() -> int:
    """A port that nobody listens on at this moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _run(command: Sequence[str | Path], user: str | None) -> None:
    done = subprocess.run(command, user=user, cwd="/", capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(f"{command[0]} failed:\n{done.stdout}{done.stderr}")


def _until_ready(home: Path, port: int, process: "subprocess.Popen[bytes]", log: Path) -> None:
    """Ask until it answers, or tell why it won't."""
    ask = [str(home / "pg_isready"), "-q", "-h127.0.0.1", f"-p{port}", "-t1"]
    pause = threading.Event()
    for _ in range(300):
        if process.poll() is not None:
            raise SystemExit(f"postgres ended at once:\n{log.read_text('utf-8', 'replace')}")
        if subprocess.run(ask, check=False).returncode == 0:
            return
        pause.wait(0.1)
    raise SystemExit("postgres did not answer within 30 seconds")


def wait() -> None:
    """Until Ctrl-C."""
    try:
        threading.Event().wait()
    except KeyboardInterrupt:
        print()


if __name__ == "__main__":
    sys.exit(main())

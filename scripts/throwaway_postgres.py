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
    user = unprivileged()
    with tempfile.TemporaryDirectory(prefix="anlan-pg-") as folder:
        if user:
            shutil.chown(folder, user)
        data = Path(folder) / "data"
        trust = ["--auth=trust", f"--username={NAME}", "--encoding=UTF8", "--no-locale"]
        _run([home / "initdb", "-D", data, *trust, "--no-sync"], user)
        port = free_port()
        options = [f"-p{port}", "-h127.0.0.1", f"-k{folder}", "-cmax_connections=100"]
        log = (Path(folder) / "log").open("wb")
        process = subprocess.Popen(
            [home / "postgres", "-D", data, *options], stdout=log, stderr=log, cwd=folder, user=user
        )
        try:
            _until_ready(home, port, process, Path(folder) / "log")
            _run([home / "createdb", "-h127.0.0.1", f"-p{port}", f"-U{NAME}", NAME], user)
            yield f"postgresql://{NAME}@127.0.0.1:{port}/{NAME}"
        finally:
            log.close()
            process.send_signal(signal.SIGINT)  # fast shutdown: end sessions, write, stop
            process.wait(60)


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

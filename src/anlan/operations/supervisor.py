"""Keeping the site and its worker running until somebody says stop."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from threading import Event

from anlan.lib.processes import end_with_parent

GRACE_SECONDS = 15
LOOK_EVERY = 0.3
CALM_AFTER = 60.0
LONGEST_WAIT = 30.0


@dataclass
class Child:
    """One process. `vital`: without it the whole stops; the others are started again."""

    name: str
    command: Sequence[str]
    vital: bool = False
    process: "subprocess.Popen[bytes] | None" = None
    started: float = 0.0
    wait: float = 1.0

    def start(self, env: Mapping[str, str], now: float) -> None:
        self.process = subprocess.Popen(
            list(self.command), env=dict(env), start_new_session=True, preexec_fn=end_with_parent
        )
        self.started = now

    def ended(self) -> int | None:
        """The exit code, once the process has ended."""
        return None if self.process is None else self.process.poll()


@dataclass
class Supervisor:
    """Starts the children, starts the fallen again, ends them in order."""

    children: Sequence[Child]
    env: Mapping[str, str]
    stop: Event = field(default_factory=Event)

    def run(self, on_ready: Callable[[], bool], ready: Callable[[], None]) -> int:
        """Run until stopped; `on_ready` is asked until it says yes, then `ready` is told once.

        0 after a wished stop, 1 when a vital child ended by itself.
        """
        for name in (signal.SIGINT, signal.SIGTERM):
            signal.signal(name, lambda *_: self.stop.set())
        told = False
        try:
            for child in self.children:
                child.start(self.env, time.monotonic())
            while not self.stop.wait(LOOK_EVERY):
                if not self._tend():
                    return 1
                if not told and on_ready():
                    told = True
                    ready()
            return 0
        finally:
            self._end_all()

    def _tend(self) -> bool:
        """Start fallen children again; False when a vital one is gone."""
        now = time.monotonic()
        for child in self.children:
            code = child.ended()
            if code is None:
                if now - child.started > CALM_AFTER:
                    child.wait = 1.0
                continue
            if child.vital:
                print(f"{child.name}已退出（退出码 {code}）。", file=sys.stderr)
                return False
            if now - child.started >= child.wait:
                print(f"{child.name}意外退出（退出码 {code}），重新启动。", file=sys.stderr)
                child.wait = min(child.wait * 2, LONGEST_WAIT)
                child.start(self.env, now)
        return True

    def _end_all(self) -> None:
        alive = [child.process for child in self.children if child.process and not _done(child)]
        for process in alive:
            process.terminate()
        deadline = time.monotonic() + GRACE_SECONDS
        for process in alive:
            try:
                process.wait(max(0.1, deadline - time.monotonic()))
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()


def _done(child: Child) -> bool:
    return child.ended() is not None

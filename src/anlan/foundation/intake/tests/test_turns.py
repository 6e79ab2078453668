"""Before SQLite the intake's commits take turns, threads and processes alike."""

import subprocess
import sys
import threading
from pathlib import Path

from anlan.foundation.intake.turns import held

ELSEWHERE = "import fcntl, sys; fcntl.flock(open(sys.argv[1], 'ab'), fcntl.LOCK_EX | fcntl.LOCK_NB)"


def test_one_thread_holds_the_turn_at_a_time(tmp_path: Path) -> None:
    inside: list[int] = []
    most: list[int] = []

    def go(n: int) -> None:
        with held(str(tmp_path / "turn")):
            inside.append(n)
            threading.Event().wait(0.001)
            most.append(len(inside))
            inside.remove(n)

    threads = [threading.Thread(target=go, args=[n]) for n in range(8)]
    for one in threads:
        one.start()
    for one in threads:
        one.join(10)
    assert most == [1] * 8


def test_another_process_waits_until_it_is_over(tmp_path: Path) -> None:
    command = [sys.executable, "-c", ELSEWHERE, str(tmp_path / "turn")]
    with held(str(tmp_path / "turn")):
        assert subprocess.run(command, capture_output=True).returncode != 0
    assert subprocess.run(command, capture_output=True).returncode == 0

"""The operator sees what the hot paths do: figures of the last minute, summed over processes."""

import json
import os
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest
from django.conf import settings
from django.test import Client
from django.utils.timezone import now

from anlan.foundation.accounts.models import Role, ScopeKind, User
from anlan.foundation.intake import metrics, sharing
from anlan.foundation.intake.counts import BOUNDS_MS, WINDOW_SECONDS, WINDOWS_KEPT, Counts
from anlan.foundation.intake.groups import Group, Told
from anlan.foundation.intake.sharing import Process, Sharing
from anlan.foundation.intake.tests.builders import ENDPOINTS, keep
from anlan.operations import checkup
from anlan.testing.cast import Cast, a_user
from anlan.testing.intake import Door

pytestmark = pytest.mark.django_db
Enter = Callable[[User], Client]
DEAD = 2**22 + 1  # above the highest process number of Linux
EARLIER = 100_000.0


@pytest.fixture
def operator(db: None) -> User:
    return a_user("operator", "运维", Role.OPERATOR, ScopeKind.CITY)


@pytest.fixture
def listed(settings: Any) -> None:
    settings.ANLAN_INTAKE = ["anlan.foundation.intake.tests.builders.ENDPOINTS"]


def note(pid: int, *, at: float, started_at: float | None = None, **told: Counts) -> Path:
    """What another process of the site has written."""
    endpoints = {path: Told(counts, waiting=2) for path, counts in told.items()}
    one = Process(pid, at - 60 if started_at is None else started_at, at, endpoints)
    path = Path(settings.ANLAN_INTAKE_FOLDER) / f"{pid}.json"
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(msgspec.json.encode(one))
    return path


def busy_counts(at: float, *waits: float, busy: int = 0) -> Counts:
    counts = Counts()
    for wait in waits:
        counts.answered(wait, at, refused=False, busy=False)
    counts.committed(at)
    for _ in range(busy):
        counts.turned_away(at)
    return counts


def page(client: Client, **headers: str) -> str:
    return client.get("/intake/", headers=headers).content.decode()


def test_what_is_asked_is_on_the_page(
    cast: Cast, operator: User, browser_of: Enter, listed: None
) -> None:
    door = Door(ENDPOINTS, user=cast.safety_officer)
    for text in ("a", "bad", "broken"):
        door.ask("notes", {"text": text})
    door.application._sharing._next = 0.0
    door.ask("elsewhere", {})  # the next request tells what has come to pass
    (line,) = [one for one in metrics.lines(sharing.processes(), now()) if one.path == "notes"]
    assert (line.items, line.refused, line.failed, line.waiting) == (3, 1, 1, 0)
    assert line.p50 is not None
    shown = page(browser_of(operator))
    assert "收便条" in shown
    assert "/in/notes" in shown
    assert str(os.getpid()) in shown
    assert cast.safety_officer.name not in shown


def test_processes_are_added_up(operator: User, listed: None) -> None:
    at = time.time()
    note(os.getpid(), at=at, notes=busy_counts(at, 1.2, 3.0))
    note(os.getppid(), at=at, notes=busy_counts(at, 90.0, 90.0, busy=3))
    (line,) = [one for one in metrics.lines(sharing.processes(), now()) if one.path == "notes"]
    assert (line.items, line.per_commit, line.waiting, line.busy) == (4, 2.0, 4, 3)
    assert (line.p50, line.p99) == (3, 100)
    assert 4 / 76 <= line.per_second <= 4 / 59


def test_what_is_long_past_is_not_of_the_last_minute(listed: None) -> None:
    at = time.time()
    past = at - WINDOW_SECONDS * (WINDOWS_KEPT + 1)
    note(os.getpid(), at=at, notes=busy_counts(past, 1.0))
    (line,) = [one for one in metrics.lines(sharing.processes(), now()) if one.path == "notes"]
    assert (line.items, line.p50, line.p99) == (0, None, None)


def test_dead_processes_are_swept_away(listed: None) -> None:
    at = time.time()
    dead = note(DEAD, at=at, notes=busy_counts(at, 1.0))
    old = note(os.getppid(), at=at - sharing.SWEPT_AFTER - 1, notes=busy_counts(at, 1.0))
    broken = dead.with_name("7.json")
    broken.write_text("{")
    assert sharing.processes() == []
    assert not dead.exists()
    assert not old.exists()


def test_a_file_is_written_once_a_second() -> None:
    group = Group(keep)
    mine = Sharing(lambda: {"notes": group})
    path = Path(settings.ANLAN_INTAKE_FOLDER) / f"{os.getpid()}.json"
    mine.tick()
    first = json.loads(path.read_bytes())
    group.counts.committed(time.time())
    mine.tick()
    assert json.loads(path.read_bytes()) == first
    mine._next = 0.0
    mine.tick()
    assert json.loads(path.read_bytes())["endpoints"]["notes"]["counts"]["commits"] == 1
    assert list(path.parent.glob("*.new")) == []


def test_a_full_disk_stops_no_request(cast: Cast) -> None:
    folder = Path(settings.ANLAN_INTAKE_FOLDER)
    folder.write_text("no folder")
    told = Door(ENDPOINTS, user=cast.safety_officer).ask("notes", {"text": "a"})
    assert told.status == 200


def test_windows_are_few_and_times_fall_into_their_class() -> None:
    counts = Counts()
    for step in range(20):
        counts.answered(1.2, EARLIER + step * WINDOW_SECONDS, refused=False, busy=False)
    assert len(counts.windows) == WINDOWS_KEPT
    assert counts.items == 20
    counts.answered(BOUNDS_MS[-1] + 1, EARLIER + 20 * WINDOW_SECONDS, refused=False, busy=True)
    waits = counts.windows[-1].waits
    assert waits[-1] == 1
    assert metrics.within(waits, 0.5) is None


def test_the_page_says_why_it_is_empty(operator: User, browser_of: Enter) -> None:
    assert "还没有进程报数" in page(browser_of(operator))


def test_the_part_that_moves_comes_alone(operator: User, browser_of: Enter) -> None:
    part = page(browser_of(operator), **{"HX-Request": "true"})
    assert "还没有进程报数" in part
    assert "<html" not in part


def test_nobody_else_sees_it(cast: Cast, browser_of: Enter, client: Client) -> None:
    for user in (cast.city_official, cast.class_manager, cast.outsider):
        assert browser_of(user).get("/intake/").status_code == 404
    assert client.get("/intake/").status_code == 302


def test_the_doctor_says_what_was_put_off_of_late(cast: Cast) -> None:
    at = time.time()
    assert checkup.hot_paths(now()).health == checkup.Health.GOOD
    note(os.getpid(), at=at, notes=busy_counts(at, 1.0, busy=2))
    found = checkup.hot_paths(now())
    assert found.health == checkup.Health.NOTICE
    assert "推迟 2 次" in found.text
    assert checkup.hot_paths(now() + timedelta(minutes=11)).health == checkup.Health.GOOD

"""Group commit: who waits together is written together, and a bad one harms nobody."""

import threading
from collections.abc import Sequence
from typing import Any
from unittest.mock import Mock

import pytest
from django.db import OperationalError, connection
from django.utils.timezone import now
from msgspec import Struct

from anlan.foundation.intake.endpoints import Item
from anlan.foundation.intake.groups import ENOUGH, Busy, Group
from anlan.foundation.intake.tests.builders import Kept
from anlan.lib.refusals import NotAllowed, Refused

pytestmark = pytest.mark.django_db(transaction=True)
LONG = 10.0


def item(text: str) -> Item[Any]:
    return Item(Mock(), text, now())


class Counter:
    """A writer that holds the first batch until it is let go."""

    def __init__(self) -> None:
        self.batches: list[list[str]] = []
        self.first_in = threading.Event()
        self.go = threading.Event()

    def write(self, items: Sequence[Item[Any]]) -> list[Struct | Refused]:
        texts = [one.asked for one in items]
        self.batches.append(texts)
        if len(self.batches) == 1:
            self.first_in.set()
            assert self.go.wait(LONG)
        if "broken" in texts:
            raise RuntimeError("broken")
        return [NotAllowed("不行") if t == "bad" else Kept(t, len(texts)) for t in texts]


class Crowd:
    """Threads that submit, and what each was told."""

    def __init__(self, group: Group) -> None:
        self.group = group
        self.told: dict[str, object] = {}
        self.threads: list[threading.Thread] = []

    def comes(self, text: str) -> None:
        thread = threading.Thread(target=self._submit, args=[text])
        thread.start()
        self.threads.append(thread)

    def _submit(self, text: str) -> None:
        try:
            self.told[text] = self.group.submit(item(text))
        except Exception as raised:
            self.told[text] = raised
        finally:
            connection.close()

    def all_go_home(self) -> dict[str, object]:
        for thread in self.threads:
            thread.join(LONG)
        return self.told


def gather(counter: Counter, group: Group, texts: Sequence[str]) -> dict[str, object]:
    """One is being written while all of `texts` come and wait."""
    crowd = Crowd(group)
    crowd.comes("first")
    assert counter.first_in.wait(LONG)
    for text in texts:
        crowd.comes(text)
    while group.waiting < len(texts):
        threading.Event().wait(0.001)
    counter.go.set()
    return crowd.all_go_home()


def test_who_waits_together_is_written_together() -> None:
    counter = Counter()
    group = Group(counter.write)
    told = gather(counter, group, ["a", "b", "c"])
    assert [sorted(batch) for batch in counter.batches] == [["first"], ["a", "b", "c"]]
    assert all(isinstance(answer, Kept) for answer in told.values())
    assert (group.counts.items, group.counts.commits) == (4, 2)


def test_a_refused_one_harms_nobody() -> None:
    counter = Counter()
    told = gather(counter, Group(counter.write), ["a", "bad", "c"])
    assert isinstance(told["bad"], NotAllowed)
    assert isinstance(told["a"], Kept)
    assert isinstance(told["c"], Kept)


def test_a_broken_one_is_tried_alone_and_fails_alone() -> None:
    counter = Counter()
    group = Group(counter.write)
    told = gather(counter, group, ["a", "broken", "c"])
    assert isinstance(told["broken"], RuntimeError)
    assert (told["a"], told["c"]) == (Kept("a", 1), Kept("c", 1))
    assert group.counts.retried_alone == 3


def test_a_big_crowd_is_written_in_parts() -> None:
    counter = Counter()
    told = gather(counter, Group(counter.write, most_together=2), ["a", "b", "c"])
    assert [len(batch) for batch in counter.batches] == [1, 2, 1]
    assert len(told) == 4


def test_who_waits_too_long_is_told_and_taken_back() -> None:
    counter = Counter()
    group = Group(counter.write, patience=0.05)
    crowd = Crowd(group)
    crowd.comes("first")
    assert counter.first_in.wait(LONG)
    with pytest.raises(Busy):
        group.submit(item("late"))
    counter.go.set()
    crowd.all_go_home()
    assert counter.batches == [["first"]]  # the late one was never written
    assert group.counts.busy == 1


def test_a_full_queue_sends_away_at_once() -> None:
    counter = Counter()
    group = Group(counter.write, most_waiting=0)
    with pytest.raises(Busy):
        group.submit(item("a"))
    assert counter.batches == []


def test_the_database_s_trouble_is_busy() -> None:
    def full(items: Sequence[Item[Any]]) -> list[Struct | Refused]:
        raise OperationalError("database or disk is full")

    with pytest.raises(Busy):
        Group(full).submit(item("a"))


def test_the_first_lingers_until_enough_have_come() -> None:
    """A dear writer is asked once for many, however long the wait may be."""
    counter = Counter()
    counter.go.set()
    crowd = Crowd(Group(counter.write, linger=LONG))
    for n in range(ENOUGH):
        crowd.comes(f"n{n}")
    told = crowd.all_go_home()
    assert len(told) == ENOUGH
    assert [len(batch) for batch in counter.batches] == [ENOUGH]

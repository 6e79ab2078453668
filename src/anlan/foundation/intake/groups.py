"""Group commit: threads that wait at the same time share one transaction.

The first to find the queue unattended leads: it takes everything that waits, writes it in one
transaction and tells each its answer, only after the commit. While it commits, the next group
gathers. No thread of its own, so nothing to lose when a process is killed.
"""

import logging
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import msgspec
from django.db import DatabaseError, InterfaceError, close_old_connections, connection, transaction
from msgspec import Struct

from anlan.foundation.intake import troubles
from anlan.foundation.intake.counts import Counts
from anlan.foundation.intake.endpoints import Item, Writer
from anlan.foundation.intake.turns import turn
from anlan.lib.refusals import Refused

_encode = msgspec.json.Encoder().encode
log = logging.getLogger(__name__)

PATIENCE_SECONDS = 8.0
MOST_TOGETHER = 200
MOST_WAITING = 1000
ENOUGH = 12  # waiting requests that nobody lingers over


class Busy(Refused):
    """The database can't keep up or can't write now; nothing was kept, ask again shortly."""

    status = 503
    retry_after = 2

    def __init__(self) -> None:
        super().__init__("现在提交的人很多，还没有保存。", "页面会自动重试，请不要关闭。")


@dataclass(eq=False)
class _Waiting:
    """A request in the queue. `called` is set when its answer is there, or when it is to lead."""

    item: Item[Any]
    taken: bool = False
    leads: bool = False
    answer: "Struct | Refused | Exception | None" = None
    called: threading.Event = field(default_factory=threading.Event)


class Told(Struct):
    """A group's counts as they are shared with other processes."""

    counts: Counts
    waiting: int = 0


class Group:
    """One queue before one writer."""

    def __init__(
        self,
        write: Writer,
        *,
        patience: float = PATIENCE_SECONDS,
        most_together: int = MOST_TOGETHER,
        most_waiting: int = MOST_WAITING,
        linger: float = 0.0,
    ) -> None:
        self._write = write
        self._patience = patience
        self._most_together = most_together
        self._most_waiting = most_waiting
        self._linger = linger
        self._enough = threading.Event()
        self._queue: list[_Waiting] = []
        self._door = threading.Lock()
        self._led = False
        self.counts = Counts()

    @property
    def waiting(self) -> int:
        return len(self._queue)

    def submit(self, item: Item[Any]) -> Struct:
        """The writer's answer, once it is committed. Raises what it refused, or `Busy`."""
        mine = _Waiting(item)
        with self._door:
            if len(self._queue) >= self._most_waiting:
                self.counts.turned_away(time.time())
                troubles.note(item.at)
                raise Busy
            self._queue.append(mine)
            mine.leads = not self._led
            self._led = True
            if len(self._queue) >= ENOUGH:
                self._enough.set()
        since = time.monotonic()
        self._wait(mine, since + self._patience)
        self._count(since, mine)
        if isinstance(mine.answer, Exception):
            raise mine.answer
        if mine.answer is None:
            raise RuntimeError("nobody answered")
        return mine.answer

    def _wait(self, mine: _Waiting, until: float) -> None:
        """Until the answer is there; whoever is called to lead serves first."""
        if not mine.leads and not mine.called.wait(max(0.0, until - time.monotonic())):
            if self._withdraw(mine):
                mine.answer = Busy()
                return
            mine.called.wait()  # taken by a leader, or called to lead: that comes for sure
        while mine.answer is None:
            self._lead()

    def _withdraw(self, mine: _Waiting) -> bool:
        with self._door:
            if mine.taken or mine.leads:
                return False
            self._queue.remove(mine)
            return True

    def _lead(self) -> None:
        """Serve one batch, then let somebody who still waits go on."""
        try:
            self._serve()
        finally:
            with self._door:
                self._led = bool(self._queue)
                if self._queue:
                    self._queue[0].leads = True
                    self._queue[0].called.set()

    def _serve(self) -> None:
        if self._linger:
            self._enough.wait(self._linger)
        with self._door:
            self._enough.clear()
            batch = self._queue[: self._most_together]
            self._queue = self._queue[self._most_together :]
            for one in batch:
                one.taken = True
        try:
            self._commit(batch)
        finally:
            for one in batch:
                if one.answer is None:
                    one.answer = Busy()
                one.called.set()

    def _commit(self, batch: Sequence[_Waiting]) -> None:
        fresh_connection()
        with self._door:
            self.counts.committed(time.time())
        try:
            self._answer(batch)
        except Exception as failed:
            if len(batch) == 1:
                self._fail(batch[0], failed)
                return
            self.counts.retried_alone += len(batch)
            for one in batch:
                self._alone(one)

    def _alone(self, one: _Waiting) -> None:
        fresh_connection()
        try:
            self._answer([one])
        except Exception as failed:
            self._fail(one, failed)

    def _answer(self, batch: Sequence[_Waiting]) -> None:
        """Write and commit; only then is anybody told."""
        with turn(), transaction.atomic():
            answers = self._write([one.item for one in batch])
        troubles.over()
        for one, answer in zip(batch, answers, strict=True):
            one.answer = answer

    def _fail(self, one: _Waiting, failed: Exception) -> None:
        """What the item itself has done wrong is said; the database's trouble is `Busy`."""
        if isinstance(failed, Refused):
            one.answer = failed
            return
        with self._door:
            self.counts.broke(time.time())
        if isinstance(failed, InterfaceError | DatabaseError):
            log.warning("intake could not commit: %s", failed)
            fresh_connection()
            one.answer = Busy()
            return
        log.exception("intake writer failed", exc_info=failed)
        one.answer = failed

    def _count(self, since: float, mine: _Waiting) -> None:
        waited = (time.monotonic() - since) * 1000
        busy = isinstance(mine.answer, Busy)
        refused = isinstance(mine.answer, Refused) and not busy
        with self._door:
            self.counts.answered(waited, time.time(), refused=refused, busy=busy)
            if busy:
                troubles.note(mine.item.at)

    def told(self) -> bytes:
        """What it has done, and how many wait now, as JSON."""
        with self._door:
            return _encode(Told(self.counts, len(self._queue)))


def fresh_connection() -> None:
    """A dead connection is opened anew; one that a story's transaction holds stays as it is."""
    if not connection.in_atomic_block:
        close_old_connections()

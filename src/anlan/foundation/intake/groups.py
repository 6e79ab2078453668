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


class Busy(Refused):
    """The database can't keep up or can't write now; nothing was kept, ask again shortly."""

    status = 503
    retry_after = 2

    def __init__(self) -> None:
        super().__init__("现在提交的人很多，还没有保存。", "页面会自动重试，请不要关闭。")


@dataclass(eq=False)
class _Waiting:
    item: Item[Any]
    taken: bool = False
    answer: "Struct | Refused | Exception | None" = None
    done: threading.Event = field(default_factory=threading.Event)


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
    ) -> None:
        self._write = write
        self._patience = patience
        self._most_together = most_together
        self._most_waiting = most_waiting
        self._queue: list[_Waiting] = []
        self._door = threading.Lock()
        self._lead = threading.Lock()
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
        since = time.monotonic()
        self._wait(mine, since + self._patience)
        self._count(since, mine)
        if isinstance(mine.answer, Exception):
            raise mine.answer
        if mine.answer is None:
            raise RuntimeError("nobody answered")
        return mine.answer

    def _wait(self, mine: _Waiting, until: float) -> None:
        while not mine.done.is_set():
            if not self._lead.acquire(timeout=max(0.0, until - time.monotonic())):
                if self._withdraw(mine):
                    mine.answer = Busy()
                    return
                mine.done.wait()  # taken by a leader: its answer comes
                return
            try:
                if not mine.done.is_set():
                    self._serve()
            finally:
                self._lead.release()

    def _withdraw(self, mine: _Waiting) -> bool:
        with self._door:
            if mine.taken:
                return False
            self._queue.remove(mine)
            return True

    def _serve(self) -> None:
        with self._door:
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
                one.done.set()

    def _commit(self, batch: Sequence[_Waiting]) -> None:
        _fresh_connection()
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
        _fresh_connection()
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
            _fresh_connection()
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


def _fresh_connection() -> None:
    """A dead connection is opened anew; one that a story's transaction holds stays as it is."""
    if not connection.in_atomic_block:
        close_old_connections()

"""What hot paths ask for again and again, kept by the process for a few seconds.

Only for what may be a few seconds old: a topic, a rule, a lesson's length. What decides whether
something may happen now (a state, a list, a mark) is read anew each time.
"""

import threading
import time
from collections.abc import Callable, Collection, Hashable, Mapping
from typing import Any, ClassVar, Generic, TypeVar
from weakref import WeakSet

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")


class AtHand(Generic[K, V]):
    """`read(keys)` finds those that are not at hand; what it doesn't find is asked for again."""

    every: ClassVar["WeakSet[AtHand[Any, Any]]"] = WeakSet()

    def __init__(
        self,
        read: Callable[[Collection[K]], Mapping[K, V]],
        *,
        seconds: float,
        most: int,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._read = read
        self._seconds = seconds
        self._most = most
        self._clock = clock
        self._door = threading.Lock()
        self._kept: dict[K, tuple[float, V]] = {}
        self.every.add(self)

    def of(self, keys: Collection[K]) -> dict[K, V]:
        """Those of the keys that there are; one reading for all that are missing or too old."""
        found, missing = self._fresh(keys)
        if missing:
            with self._door:
                found, missing = self._fresh(keys)
                if missing:
                    found |= self._fetch(missing)
        return found

    def forget(self) -> None:
        self._kept = {}

    def _fresh(self, keys: Collection[K]) -> tuple[dict[K, V], list[K]]:
        at, kept = self._clock(), self._kept
        found = {key: kept[key][1] for key in keys if key in kept and kept[key][0] > at}
        return found, [key for key in keys if key not in found]

    def _fetch(self, missing: Collection[K]) -> dict[K, V]:
        until = self._clock() + self._seconds
        read = dict(self._read(missing))
        if len(self._kept) + len(read) > self._most:
            self._kept = {}
        self._kept = self._kept | {key: (until, value) for key, value in read.items()}
        return read


def forget_everything_at_hand() -> None:
    """For tests, where the same second holds many stories."""
    for one in list(AtHand.every):
        one.forget()

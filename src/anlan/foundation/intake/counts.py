"""What a queue has done: totals since the process started, and the last minute in short windows."""

from bisect import bisect_left

from msgspec import Struct, field

WINDOW_SECONDS = 15
WINDOWS_KEPT = 5  # the one that runs, and the minute before it
# Upper bounds of the waiting times that are told apart, in milliseconds; one more is for the rest.
BOUNDS_MS = (
    *(0.5, 1, 1.5, 2, 3, 4, 5, 7, 10, 15, 20, 30, 50, 70, 100),
    *(150, 200, 300, 500, 700, 1000, 1500, 2000, 3000, 5000, 8000),
)


def _no_waits() -> list[int]:
    return [0] * (len(BOUNDS_MS) + 1)


class Window(Struct):
    """A quarter of a minute, by the wall clock, so that processes can be added up."""

    begins: int
    items: int = 0
    commits: int = 0
    refused: int = 0
    busy: int = 0
    failed: int = 0
    waits: list[int] = field(default_factory=_no_waits)


class Counts(Struct):
    """Held under its group's lock; `at` is Unix time."""

    items: int = 0
    commits: int = 0
    refused: int = 0
    failed: int = 0
    busy: int = 0
    retried_alone: int = 0
    waited_ms: float = 0.0
    longest_ms: float = 0.0
    trouble_at: float = 0.0  # when something was last turned away or failed
    windows: list[Window] = []

    def committed(self, at: float) -> None:
        self.commits += 1
        self._now(at).commits += 1

    def answered(self, waited_ms: float, at: float, *, refused: bool, busy: bool) -> None:
        self.items += 1
        self.refused += refused
        self.waited_ms += waited_ms
        self.longest_ms = max(self.longest_ms, waited_ms)
        window = self._now(at)
        window.items += 1
        window.refused += refused
        window.waits[bisect_left(BOUNDS_MS, waited_ms)] += 1
        if busy:
            self.turned_away(at)

    def turned_away(self, at: float) -> None:
        self.busy += 1
        self._now(at).busy += 1
        self.trouble_at = at

    def broke(self, at: float) -> None:
        self.failed += 1
        self._now(at).failed += 1
        self.trouble_at = at

    def _now(self, at: float) -> Window:
        begins = int(at) // WINDOW_SECONDS * WINDOW_SECONDS
        if not self.windows or self.windows[-1].begins < begins:
            self.windows.append(Window(begins))
            del self.windows[:-WINDOWS_KEPT]
        return self.windows[-1]

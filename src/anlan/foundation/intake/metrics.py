"""The intake's figures of the last minute, summed over the processes of the site."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from anlan.foundation.intake.counts import BOUNDS_MS, WINDOW_SECONDS, WINDOWS_KEPT, Window
from anlan.foundation.intake.endpoints import configured
from anlan.foundation.intake.groups import Told
from anlan.foundation.intake.sharing import Process, processes

LATELY = 600  # seconds


@dataclass(frozen=True)
class Line:
    """One endpoint. Waiting times are in milliseconds: at most so many, None when longer than the
    longest that is told apart, or when nobody asked (`items` is 0)."""

    path: str
    title: str
    per_second: float
    items: int
    per_commit: float
    p50: float | None
    p99: float | None
    refused: int
    busy: int
    failed: int
    waiting: int

    @property
    def trouble(self) -> bool:
        return bool(self.busy or self.failed)


@dataclass(frozen=True)
class Trouble:
    """What was turned away or failed since the processes started, and when last."""

    busy: int
    failed: int
    last: float


def lines(found: Sequence[Process], at: datetime) -> list[Line]:
    """Every configured endpoint in order, then what older processes still serve."""
    titles = {one.path: one.title for one in configured()}
    paths = [*titles, *sorted({path for p in found for path in p.endpoints} - set(titles))]
    since = _since(at.timestamp())
    youngest = max(since, min((one.started_at for one in found), default=since))
    seconds = max(1.0, at.timestamp() - youngest)
    return [
        _line(path, titles.get(path, path), _told(found, path), since, seconds) for path in paths
    ]


def trouble(at: datetime) -> Trouble | None:
    """What went wrong within ten minutes; None when nothing did."""
    told = [one.counts for p in processes() for one in p.endpoints.values()]
    late = [one for one in told if one.trouble_at > at.timestamp() - LATELY]
    if not late:
        return None
    last = max(one.trouble_at for one in late)
    return Trouble(sum(one.busy for one in late), sum(one.failed for one in late), last)


def _since(at: float) -> float:
    return int(at) // WINDOW_SECONDS * WINDOW_SECONDS - WINDOW_SECONDS * (WINDOWS_KEPT - 1)


def _told(found: Iterable[Process], path: str) -> list[Told]:
    return [one.endpoints[path] for one in found if path in one.endpoints]


def _line(path: str, title: str, told: Sequence[Told], since: float, seconds: float) -> Line:
    windows = [w for one in told for w in one.counts.windows if w.begins >= since]
    items = sum(one.items for one in windows)
    commits = sum(one.commits for one in windows)
    waits = _summed(windows)
    return Line(
        path=path,
        title=title,
        per_second=items / seconds,
        items=items,
        per_commit=items / commits if commits else 0.0,
        p50=within(waits, 0.5),
        p99=within(waits, 0.99),
        refused=sum(one.refused for one in windows),
        busy=sum(one.busy for one in windows),
        failed=sum(one.failed for one in windows),
        waiting=sum(one.waiting for one in told),
    )


def _summed(windows: Sequence[Window]) -> list[int]:
    return [sum(counts) for counts in zip(*(one.waits for one in windows), strict=False)]


def within(waits: Sequence[int], share: float) -> float | None:
    """The bound within which that share was answered, ms; None when it lies beyond the last."""
    wanted = share * sum(waits)
    so_far = 0
    for bound, count in zip(BOUNDS_MS, waits, strict=False):
        so_far += count
        if count and so_far >= wanted:
            return bound
    return None

"""What a recording fills of the time, in milliseconds since 1970."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

Span = tuple[int, int]
# Segments of one run follow each other to the frame, runs laid end to end to a second.
SEAM_MS = 1000


def ms(moment: datetime) -> int:
    return round(moment.timestamp() * 1000)


def moment(milliseconds: int) -> datetime:
    return datetime.fromtimestamp(milliseconds / 1000, UTC)


def merged(spans: Iterable[Sequence[int]]) -> list[Span]:
    """In order, those that touch (to a second) made one."""
    found: list[Span] = []
    for begin, end in sorted((int(a), int(b)) for a, b in spans):
        if found and begin <= found[-1][1] + SEAM_MS:
            found[-1] = (found[-1][0], max(found[-1][1], end))
        else:
            found.append((begin, end))
    return found


def gaps(spans: Sequence[Span], begin: int, end: int, *, least_ms: int = 0) -> list[Span]:
    """What is not filled between two moments, at least `least_ms` long; `spans` are merged."""
    reached, found = begin, []
    for first, last in [*spans, (end, end)]:
        if min(first, end) - reached > least_ms:
            found.append((reached, min(first, end)))
        reached = max(reached, last)
    return found


@dataclass(frozen=True)
class Run:
    """A stretch that plays without a break: where it lies in time and in playing time (ms)."""

    begin: int
    length: int
    plays_at: int


def runs(spans: Iterable[Span]) -> list[Run]:
    """Where each second of the film lies in time; spans in playing order, one that touches joined.

    Unlike `merged` it keeps the order in which they are played and adds up playing time exactly.
    """
    found: list[Run] = []
    played = 0
    for begin, end in spans:
        last = found[-1] if found else None
        if last and abs(begin - (last.begin + last.length)) <= SEAM_MS:
            found[-1] = Run(last.begin, last.length + end - begin, last.plays_at)
        else:
            found.append(Run(begin, end - begin, played))
        played += end - begin
    return found

"""Spans in which this process had to turn people away, until somebody writes them down.

A span begins with the first request that got 503 and ends with the last one before a commit
succeeded again. It is the server's own evidence that it, not the phone, was out.
"""

import threading
from datetime import datetime

Span = tuple[datetime, datetime]
MOST_KEPT = 50


class _Troubles:
    def __init__(self) -> None:
        self._door = threading.Lock()
        self._open: Span | None = None
        self._past: list[Span] = []

    def note(self, at: datetime) -> None:
        """A request that came at this time was turned away."""
        with self._door:
            first, last = self._open or (at, at)
            self._open = min(first, at), max(last, at)

    def over(self) -> None:
        """A commit succeeded."""
        if self._open is None:
            return
        with self._door:
            if self._open and self._open[1] > self._open[0]:
                self._past = [*self._past, self._open][-MOST_KEPT:]
            self._open = None

    def past(self) -> tuple[Span, ...]:
        """Spans that are over, kept until `forget` is told that they are written down."""
        return tuple(self._past)

    def forget(self, spans: tuple[Span, ...]) -> None:
        with self._door:
            self._past = [span for span in self._past if span not in spans]

    def clear(self) -> None:
        self._open, self._past = None, []


_troubles = _Troubles()
note, over, past = _troubles.note, _troubles.over, _troubles.past
forget, forget_all = _troubles.forget, _troubles.clear

"""The copy that pages count from: made by a job, topped up, or made in the request where small.

`refresh` is the job. `current` is what a page asks: the job's file while it is fresh; else the copy
in memory, topped up with what changed since. A copy knows how many cases it has seen, so that rows
which came with an earlier time of change are noticed too, and everything is read anew.
"""

import hashlib
import os
import threading
import time
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
from django.conf import settings
from django.db import connection
from django.utils.timezone import now

from anlan.insights.distribution import reading
from anlan.insights.distribution.columns import Array, Vocabulary, columns_of, empty_books
from anlan.insights.distribution.reading import Signature
from anlan.insights.distribution.storage import BadCopy, read_copy, write_copy

FRESH_SECONDS = 120  # the job looks every ten seconds; an older file is topped up by the page
MARGIN = timedelta(hours=1)  # from reading the clock to committing, at most
ANEW_AFTER = timedelta(days=1)
IN_A_REQUEST = 20_000  # so many cases are read while a page waits


@dataclass(frozen=True)
class Snapshot:
    """Columns of all states, the words behind their numbers, and the insured people.

    `made_at` is when it was topped up last, `whole_at` when it was read as a whole. `recent` are
    cases that changed shortly before it was made, with when: their changes need no second look.
    """

    columns: dict[str, Array]
    exposure: dict[str, Array]
    words: dict[str, list[str]]
    made_at: datetime
    whole_at: datetime
    cases: int
    newest: int
    recent: dict[int, datetime]
    foreign: frozenset[int]
    signature: Signature

    def __len__(self) -> int:
        return len(self.columns["case"])


class NotReady(Exception):
    """There is no copy yet, and too many cases to make one while a page waits."""


_kept: dict[Path, tuple[int, Snapshot]] = {}
_door = threading.Lock()


def copy_path() -> Path:
    """One file a database, so that a change of database is no change of figures."""
    name = repr([connection.settings_dict.get(key) for key in ("HOST", "PORT", "NAME")])
    key = hashlib.sha256(f"{connection.vendor} {name}".encode()).hexdigest()[:12]
    return Path(settings.ANLAN_DISTRIBUTION) / f"cases-{key}.copy"


def forget() -> None:
    """Let go of what this process holds; it is read again when it is next asked for."""
    _kept.clear()


def current(at: datetime | None = None) -> Snapshot:
    """The copy for a page; `NotReady` while the job has not made it."""
    path, moment = copy_path(), at or now()
    with _door:
        found = _opened(path)
        if found is None:
            if reading.number_of_cases() > IN_A_REQUEST:
                raise NotReady
            found = build(moment)
        elif not _looked_after(path):
            found = topped_up(found, moment) or build(moment)
        _kept.clear()
        _kept[path] = (_stamp(path), found)
        return found


def as_of() -> datetime:
    """Up to when the cases were looked at for what `current` answers."""
    path = copy_path()
    return datetime.fromtimestamp(path.stat().st_mtime, UTC) if _looked_after(path) else now()


def refresh(at: datetime) -> int:
    """The job: bring the file up to date; how many cases were read."""
    path = copy_path()
    with _door:
        before = _opened(path)
        after = topped_up(before, at) if before is not None and _is_young(before, at) else None
        if after is None:
            after = build(at)
        if before is after and path.exists():
            os.utime(path)
            return 0
        _write(path, after)
        _kept.pop(path, None)
        return max(after.cases - (before.cases if before is not None else 0), 0)


def build(at: datetime) -> Snapshot:
    """Everything anew."""
    books, foreign = empty_books(), reading.foreign_sources()
    parts: list[dict[str, Array]] = []
    recent: dict[int, datetime] = {}
    seen = newest = 0
    for chunk in reading.all_chunks(foreign):
        parts.append(columns_of(chunk.states, books))
        recent |= _lately(chunk.changed, at)
        seen += len(chunk.changed)
        newest = max(chunk.changed, default=newest)
    signature = reading.exposure_signature()
    exposure = reading.exposure_columns(books)
    return Snapshot(
        columns=_joined(parts or [columns_of([], books)]),
        exposure=exposure,
        words={name: book.words for name, book in books.items()},
        made_at=at,
        whole_at=at,
        cases=seen,
        newest=newest,
        recent=recent,
        foreign=foreign,
        signature=signature,
    )


def topped_up(before: Snapshot, at: datetime) -> Snapshot | None:
    """The copy with what changed since; itself when nothing did; None when it must be made anew."""
    if reading.foreign_sources() != before.foreign:
        return None
    lately = reading.changed_after(before.made_at - MARGIN)
    changed = [case for case, moment in lately.items() if before.recent.get(case) != moment]
    added = sum(case > before.newest for case in changed)
    if before.cases + added != reading.number_of_cases():
        return None
    signature = reading.exposure_signature()
    if not changed and signature == before.signature:
        return before
    books = {name: Vocabulary(words) for name, words in before.words.items()}
    columns = _replaced(before, sorted(changed), books) if changed else before.columns
    same = signature == before.signature
    return replace(
        before,
        columns=columns,
        exposure=before.exposure if same else reading.exposure_columns(books),
        words={name: book.words for name, book in books.items()},
        made_at=at,
        cases=before.cases + added,
        newest=max([before.newest, *changed]),
        recent={case: moment for case, moment in lately.items() if moment > at - MARGIN},
        signature=signature,
    )


def _replaced(before: Snapshot, changed: list[int], books: dict[str, Vocabulary]) -> dict[str, Any]:
    parts = [columns_of(c.states, books) for c in reading.chunks_of(changed, before.foreign)]
    stay = ~np.isin(before.columns["case"], np.asarray(changed, np.int64))
    kept = {name: column[stay] for name, column in before.columns.items()}
    return _joined([kept, *parts])


def _joined(parts: list[dict[str, Array]]) -> dict[str, Array]:
    return {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}


def _lately(changed: dict[int, datetime], at: datetime) -> dict[int, datetime]:
    return {case: moment for case, moment in changed.items() if moment > at - MARGIN}


def _is_young(copy: Snapshot, at: datetime) -> bool:
    return at - copy.whole_at < ANEW_AFTER


def _stamp(path: Path) -> int:
    try:
        return path.stat().st_ino
    except OSError:
        return 0


def _looked_after(path: Path) -> bool:
    """Whether the job has looked at the file lately, so that no page needs to."""
    try:
        return time.time() - path.stat().st_mtime < FRESH_SECONDS
    except OSError:
        return False


def _opened(path: Path) -> Snapshot | None:
    """What the process holds, unless the job has put another file in place meanwhile."""
    held = _kept.get(path)
    if held is not None and held[0] == _stamp(path):
        return held[1]
    try:
        return _read(path)
    except BadCopy:
        return held[1] if held is not None and not path.exists() else None


def _write(path: Path, copy: Snapshot) -> None:
    head = {
        "words": copy.words,
        "made_at": copy.made_at.isoformat(),
        "whole_at": copy.whole_at.isoformat(),
        "cases": copy.cases,
        "newest": copy.newest,
        "recent": [[case, moment.timestamp()] for case, moment in copy.recent.items()],
        "foreign": sorted(copy.foreign),
        "signature": copy.signature,
    }
    exposure = {f"exposure.{name}": column for name, column in copy.exposure.items()}
    write_copy(path, head, copy.columns | exposure)


def _read(path: Path) -> Snapshot:
    head, columns = read_copy(path)
    return Snapshot(
        columns={name: column for name, column in columns.items() if "." not in name},
        exposure={
            name.removeprefix("exposure."): column
            for name, column in columns.items()
            if name.startswith("exposure.")
        },
        words=head["words"],
        made_at=datetime.fromisoformat(head["made_at"]),
        whole_at=datetime.fromisoformat(head["whole_at"]),
        cases=head["cases"],
        newest=head["newest"],
        recent={case: datetime.fromtimestamp(moment, UTC) for case, moment in head["recent"]},
        foreign=frozenset(head["foreign"]),
        signature=tuple(head["signature"]),
    )

"""SHA-256 of uploads while they arrive.

hashlib's state can't be put into a row, so it lives in the process that received the last piece.
Another process that continues reads what it hasn't seen, once, and no more than that; what comes
out is always the hash of the bytes on the disk.
"""

import hashlib
import threading
from collections import OrderedDict
from pathlib import Path
from typing import Any
from uuid import UUID

MOST_KEPT = 200  # states of a few hundred bytes each
CHUNK = 1024 * 1024

_kept: "OrderedDict[UUID, tuple[int, Any]]" = OrderedDict()
_lock = threading.Lock()


def state_at(uid: UUID, offset: int, draft: Path) -> Any:
    """A hash object that has seen the first `offset` bytes of the draft; the caller's own."""
    with _lock:
        seen, state = _kept.get(uid, (0, None))
    if state is None or seen > offset:
        seen, state = 0, hashlib.sha256()
    state = state.copy()
    if seen < offset:
        _read(state, draft, seen, offset)
    return state


def remember(uid: UUID, offset: int, state: Any) -> None:
    """Keep the state for the request that continues here."""
    with _lock:
        _kept[uid] = (offset, state.copy())
        _kept.move_to_end(uid)
        while len(_kept) > MOST_KEPT:
            _kept.popitem(last=False)


def forget(uid: UUID) -> None:
    with _lock:
        _kept.pop(uid, None)


def _read(state: Any, draft: Path, first: int, end: int) -> None:
    with draft.open("rb") as file:
        file.seek(first)
        left = end - first
        while left and (chunk := file.read(min(CHUNK, left))):
            state.update(chunk)
            left -= len(chunk)
    if left:
        raise OSError(f"{draft.name} is {left} bytes shorter than what was acknowledged")

"""The copy as one file: a head in JSON, then the columns; opened without reading it.

A new file takes the old one's name at once (`os.replace`), so a process that has the old one open
goes on reading it, and nobody ever sees half a file.
"""

import json
import os
import struct
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from anlan.insights.distribution.columns import Array

MAGIC = b"ANLANDS2"
_LENGTH = struct.Struct("<Q")
_ALIGNED = 64


class BadCopy(Exception):
    """The file is no copy of this version: it is made anew."""


def write_copy(path: Path, head: Mapping[str, Any], columns: Mapping[str, Array]) -> None:
    """Write the file beside its place and move it there."""
    places, at = {}, 0
    for name, column in columns.items():
        places[name] = (column.dtype.str, len(column), at)
        at += -(-column.nbytes // _ALIGNED) * _ALIGNED
    text = json.dumps({**head, "columns": places}, ensure_ascii=False).encode()
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f"{path.name}.{os.getpid()}.new")
    try:
        with draft.open("wb") as file:
            file.write(MAGIC + _LENGTH.pack(len(text)) + text)
            start = _start(len(text))
            for name, column in columns.items():
                file.seek(start + places[name][2])
                file.write(np.ascontiguousarray(column).data)
            file.truncate(start + at)
        os.replace(draft, path)
    finally:
        draft.unlink(missing_ok=True)


def read_copy(path: Path) -> tuple[dict[str, Any], dict[str, Array]]:
    """Head and columns; the columns stay in the file. `BadCopy` for what can't be read as one."""
    try:
        whole = np.memmap(path, np.uint8, "r")
        if bytes(whole[: len(MAGIC)]) != MAGIC:
            raise BadCopy
        (length,) = _LENGTH.unpack(bytes(whole[len(MAGIC) : len(MAGIC) + _LENGTH.size]))
        text = bytes(whole[len(MAGIC) + _LENGTH.size :][:length])
        head: dict[str, Any] = json.loads(text)
        start = _start(length)
        columns = {
            name: np.frombuffer(whole, np.dtype(kind), count, start + at)
            for name, (kind, count, at) in head.pop("columns").items()
        }
    except (OSError, ValueError, KeyError, struct.error) as failure:
        raise BadCopy from failure
    return head, columns


def _start(length: int) -> int:
    """Where the columns begin after a head of so many bytes."""
    return -(-(len(MAGIC) + _LENGTH.size + length) // _ALIGNED) * _ALIGNED

"""Where the tiles of a log lie, and how they are written whole or not at all."""

import fcntl
import os
import shutil
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from itertools import chain
from pathlib import Path
from typing import NamedTuple

HEIGHT = 8
WIDTH = 1 << HEIGHT

PathOf = Callable[[int], str]  # width → path


def tile_path(level: int, index: int, width: int = WIDTH) -> str:
    """`tile/0/x001/234`, or `tile/0/x001/234.p/5` for the first 5 hashes of a growing tile."""
    if not 0 <= level <= 63:
        raise ValueError(f"no tile level {level}")
    return f"tile/{level}/{_place(index, width)}"


def entries_path(index: int, width: int = WIDTH) -> str:
    """`tile/entries/x001/234`, the bundle of the entries behind a tile of level 0."""
    return f"tile/entries/{_place(index, width)}"


class Version(NamedTuple):
    """Which file was read or written; a replaced file has another inode or time."""

    path: Path
    inode: int
    changed_ns: int

    def is_current(self) -> bool:
        try:
            return _version(self.path, self.path.stat()) == self
        except FileNotFoundError:
            return False


def read(folder: Path, path_of: PathOf, at_least: int) -> tuple[bytes, Version]:
    """The full tile, or the widest partial one."""
    return _read_first(_by_width(folder, path_of, at_least), f"{path_of(WIDTH)}, {at_least} wide")


def read_beginning(folder: Path, path_of: PathOf, width: int) -> bytes:
    """The tile of this width, or a wider one, which begins with the same."""
    wider = _by_width(folder, path_of, width)
    return _read_first(chain([folder / path_of(width)], wider), path_of(width))[0]


class Batch:
    """Files written aside one after another, then made durable and put in their places together.

    A disk writes many files in hardly more time than one, if it is asked for them at once.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._drafts: list[tuple[Path, Path, PathOf, int, bytes]] = []

    def write(self, path_of: PathOf, width: int, content: bytes) -> Version:
        """What the file's version will be, once it is in its place."""
        path = self.folder / path_of(width)
        path.parent.mkdir(parents=True, exist_ok=True)
        fresh = path.with_name(path.name + ".part")
        with fresh.open("wb") as stream:
            stream.write(content)
        self._drafts.append((fresh, path, path_of, width, content))
        return _version(path, fresh.stat())

    def finish(self) -> None:
        """All bytes first, then the names, then what they replace, then the folders."""
        for fresh, *_ in self._drafts:
            _sync(fresh)
        for fresh, path, *_ in self._drafts:
            fresh.replace(path)
        for _, _, path_of, width, content in self._drafts:
            _remove_replaced(self.folder, path_of, width, content)
        sync_folders(self.folder, {path for _, path, *_ in self._drafts})


def _remove_replaced(folder: Path, path_of: PathOf, width: int, content: bytes) -> None:
    """A full tile's partial ones; beyond a partial one, what a crash left, unless that agrees with
    it: then another writer is only ahead.
    """
    if width == WIDTH:
        shutil.rmtree((folder / path_of(1)).parent, ignore_errors=True)
        return
    for other in (WIDTH, *_partial_widths(folder, path_of)):
        if other > width and not _begins_with(folder / path_of(other), content):
            (folder / path_of(other)).unlink()


@contextmanager
def only_writer(folder: Path) -> Iterator[None]:
    """Other writers of this log wait; the lock goes with the process, should that die."""
    folder.mkdir(parents=True, exist_ok=True)
    handle = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


def sync_folders(folder: Path, written: set[Path]) -> None:
    """Make the names of the written files as durable as their bytes."""
    parents = {parent for path in written for parent in path.parents}
    for parent in sorted(parents - set(folder.parents)):
        _sync(parent)


def _sync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _place(index: int, width: int) -> str:
    if index < 0 or not 1 <= width <= WIDTH:
        raise ValueError(f"no tile {index} of width {width}")
    digits = str(index)
    digits = digits.zfill(-(-len(digits) // 3) * 3)
    *groups, last = (digits[i : i + 3] for i in range(0, len(digits), 3))
    place = "".join(f"x{group}/" for group in groups) + last
    return place if width == WIDTH else f"{place}.p/{width}"


def _by_width(folder: Path, path_of: PathOf, at_least: int) -> Iterator[Path]:
    """Where to look, best first; and once more, for a tile that became full meanwhile."""
    yield folder / path_of(WIDTH)
    widest = max(_partial_widths(folder, path_of), default=0)
    if widest >= at_least:
        yield folder / path_of(widest)
    yield folder / path_of(WIDTH)


def _begins_with(path: Path, content: bytes) -> bool:
    """True also for a file that is not there: then nothing contradicts."""
    try:
        with path.open("rb") as stream:
            return stream.read(len(content)) == content
    except FileNotFoundError:
        return True


def _read_first(paths: Iterable[Path], wanted: str) -> tuple[bytes, Version]:
    for path in paths:
        try:
            with path.open("rb") as stream:
                return stream.read(), _version(path, os.fstat(stream.fileno()))
        except FileNotFoundError:
            continue
    raise FileNotFoundError(f"the log has no tile {wanted}")


def _version(path: Path, status: os.stat_result) -> Version:
    return Version(path, status.st_ino, status.st_mtime_ns)


def _partial_widths(folder: Path, path_of: PathOf) -> list[int]:
    try:
        names = os.listdir((folder / path_of(1)).parent)
    except FileNotFoundError:
        return []
    return [int(name) for name in names if name.isdecimal()]

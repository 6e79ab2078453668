"""The log as plain files that any web server can serve: C2SP tlog-tiles.

    tile/0/x001/234          256 leaf hashes, the 1,235th such tile
    tile/0/x001/235.p/17     the first 17 hashes of a tile that is still growing
    tile/1/004               256 hashes, each the root of a full tile of level 0
    tile/entries/x001/234    the 256 entries themselves, each behind its length (uint16)

A full tile never changes. A partial one stays, for whoever holds a checkpoint of that size,
until its full tile is there.
"""

import threading
from collections import OrderedDict
from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import TypeVar

from anlan.proofs.canonical import leaf_hash
from anlan.proofs.merkle import hash_children, root
from anlan.proofs.tile_files import (
    HEIGHT,
    WIDTH,
    Batch,
    Version,
    entries_path,
    only_writer,
    read,
    read_beginning,
    tile_path,
)

__all__ = ["LONGEST_ENTRY", "TileFolder", "entries_path", "tile_path"]

HASH_BYTES = 32
LENGTH_BYTES = 2
LONGEST_ENTRY = 0xFFFF
TILES_REMEMBERED = 128  # about 40 kB each

Item = TypeVar("Item")


class TileFolder:
    """A log in a folder: one appends at a time, any number read."""

    def __init__(self, folder: Path, alg: str = "sha256", *, with_entries: bool = True) -> None:
        """Without entries only hashes lie in the folder, so that all of it may be published."""
        self.with_entries = with_entries
        self.folder = folder
        self.alg = alg
        self._remembered: OrderedDict[tuple[int, int], Tile] = OrderedDict()
        self._lock = threading.Lock()

    def append(self, leaves: Sequence[tuple[bytes, bytes]], size: int) -> None:
        """Write (entry, leaf hash) pairs as the leaves from `size` on; they are then the last.

        `size` is the truth: what a crash left beyond it is overwritten, and the same call made
        twice leaves the same bytes. Raises `ValueError`, before anything is written, if an
        entry is too long or a hash is not that of its entry; `FileNotFoundError` if the log up
        to `size` is not there.
        """
        for number, (entry, hashed) in enumerate(leaves, start=size):
            if len(entry) > LONGEST_ENTRY:
                raise ValueError(f"entry {number} has more than {LONGEST_ENTRY} bytes")
            if leaf_hash(entry, self.alg) != hashed:
                raise ValueError(f"the hash of entry {number} is not its own")
        with only_writer(self.folder):
            batch = Batch(self.folder)
            self._append_hashes(batch, 0, [hashed for _, hashed in leaves], size)
            if self.with_entries:
                self._append_entries(batch, [entry for entry, _ in leaves], size)
            batch.finish()

    def root(self, size: int) -> bytes:
        return root(size, self.node, self.alg)

    def node(self, level: int, index: int) -> bytes:
        """The hash of a full subtree: a `merkle.Node`."""
        if level < 0 or index < 0:
            raise ValueError(f"no node {index} at level {level}")
        tile_level, height = divmod(level, HEIGHT)
        number, place = divmod(index, WIDTH >> height)
        return self._tile(tile_level, number, (place + 1) << height).rows[height][place]

    def leaf_bytes(self, index: int, size: int) -> bytes:
        """The entry behind a leaf of a log that has `size` of them."""
        if not 0 <= index < size:
            raise ValueError(f"no leaf {index} in a log of {size}")
        number, place = divmod(index, WIDTH)
        return self._entries(number, min(WIDTH, size - number * WIDTH))[place]

    def _append_entries(self, batch: Batch, entries: Sequence[bytes], size: int) -> None:
        for number, before, new in _by_tile(size, entries):
            bundle = [*(self._entries(number, before) if before else []), *new]
            content = b"".join(len(e).to_bytes(LENGTH_BYTES, "big") + e for e in bundle)
            batch.write(partial(entries_path, number), len(bundle), content)

    def _append_hashes(self, batch: Batch, level: int, hashes: Sequence[bytes], size: int) -> None:
        """Extend the tiles of one level, then the level above by the roots of those now full."""
        roots = []
        for number, before, new in _by_tile(size, hashes):
            tile = self._growing(level, number, before)
            for hashed in new:
                tile.push(hashed)
            content = b"".join(tile.rows[0])
            tile.version = batch.write(partial(tile_path, level, number), tile.width, content)
            self._remember(level, number, tile)
            roots += tile.rows[HEIGHT]
        if roots:
            self._append_hashes(batch, level + 1, roots, size // WIDTH)

    def _growing(self, level: int, number: int, width: int) -> "Tile":
        """The tile as it was at exactly this width; nobody else reads it while it grows."""
        with self._lock:
            tile = self._remembered.pop((level, number), None)
        if tile and tile.width == width and tile.is_current():
            return tile
        if not width:
            return Tile(self.alg)
        hashes = read_beginning(self.folder, partial(tile_path, level, number), width)
        tile = Tile(self.alg, hashes[: width * HASH_BYTES])
        if tile.width < width:
            raise ValueError(f"tile {level}/{number} is cut short")
        return tile

    def _tile(self, level: int, number: int, at_least: int) -> "Tile":
        with self._lock:
            tile = self._remembered.get((level, number))
        if not tile or tile.width < at_least or not tile.is_current():
            hashes, version = read(self.folder, partial(tile_path, level, number), at_least)
            tile = Tile(self.alg, hashes, version)
        if tile.width < at_least:
            raise ValueError(f"tile {level}/{number} is cut short")
        self._remember(level, number, tile)
        return tile

    def _remember(self, level: int, number: int, tile: "Tile") -> None:
        with self._lock:
            self._remembered[level, number] = tile
            self._remembered.move_to_end((level, number))
            if len(self._remembered) > TILES_REMEMBERED:
                self._remembered.popitem(last=False)

    def _entries(self, number: int, width: int) -> list[bytes]:
        """The first `width` entries of a bundle."""
        bundle = read_beginning(self.folder, partial(entries_path, number), width)
        entries, start = [], 0
        for _ in range(width):
            end = start + LENGTH_BYTES + int.from_bytes(bundle[start : start + LENGTH_BYTES], "big")
            if end > len(bundle) or start + LENGTH_BYTES > len(bundle):
                raise ValueError(f"entry bundle {number} is cut short")
            entries.append(bundle[start + LENGTH_BYTES : end])
            start = end
        return entries


class Tile:
    """Up to 256 hashes in rows[0]; over them, in rows[1] to rows[8], the full subtrees."""

    def __init__(self, alg: str, hashes: bytes = b"", version: Version | None = None) -> None:
        self.alg = alg
        self.rows: list[list[bytes]] = [[] for _ in range(HEIGHT + 1)]
        self.version = version
        for start in range(0, len(hashes) - HASH_BYTES + 1, HASH_BYTES):
            self.push(hashes[start : start + HASH_BYTES])

    @property
    def width(self) -> int:
        return len(self.rows[0])

    def push(self, hashed: bytes) -> None:
        """Add a hash; each inner node is computed once, when its right child is there."""
        for row in self.rows:
            row.append(hashed)
            if len(row) % 2:
                return
            hashed = hash_children(row[-2], row[-1], self.alg)

    def is_current(self) -> bool:
        """Is the file still the one that was read? Another process may have replaced it."""
        return self.version is not None and self.version.is_current()


def _by_tile(start: int, items: Sequence[Item]) -> Iterator[tuple[int, int, Sequence[Item]]]:
    """(tile, its width before, what it gains), for items that follow the first `start`."""
    taken = 0
    while taken < len(items):
        number, before = divmod(start + taken, WIDTH)
        gained = items[taken : taken + WIDTH - before]
        taken += len(gained)
        yield number, before, gained

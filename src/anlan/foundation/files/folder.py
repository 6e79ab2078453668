"""A folder as a place for bytes."""

import hashlib
import os
import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from anlan.foundation.files.places import PIECE, PlaceFailed, Standing


class FolderPlace:
    """Names are paths below one folder, which is made when the first file comes."""

    def __init__(self, address: str) -> None:
        self.address = address
        self.root = Path(address)

    def put(self, name: str, draft: Path, *, sha256: str) -> None:
        """Rename the draft, which must lie on the same file system and be fsynced already."""
        target = self.root / name
        fresh = _missing_above(target)
        target.parent.mkdir(parents=True, exist_ok=True)
        draft.replace(target)
        for folder in [target.parent, *(one.parent for one in fresh)]:
            sync_folder(folder)

    def copy_in(self, name: str, source: Path, *, sha256: str) -> None:
        """Copied beside its place, compared with the hash, then renamed: never half there."""
        target = self.root / name
        target.parent.mkdir(parents=True, exist_ok=True)
        handle, draft = tempfile.mkstemp(dir=target.parent, prefix=".incoming-")
        digest = hashlib.sha256()
        try:
            with os.fdopen(handle, "wb") as copy, source.open("rb") as file:
                while chunk := file.read(PIECE):
                    digest.update(chunk)
                    copy.write(chunk)
                copy.flush()
                os.fsync(copy.fileno())
            if digest.hexdigest() != sha256:
                raise PlaceFailed(f"{source} is not what its hash says")
            Path(draft).chmod(0o644)
            self.put(name, Path(draft), sha256=sha256)
        finally:
            Path(draft).unlink(missing_ok=True)

    def standing(self, name: str) -> Standing | None:
        try:
            found = (self.root / name).stat()
        except FileNotFoundError:
            return None
        return Standing(found.st_size, "", datetime.fromtimestamp(found.st_mtime, UTC))

    def pieces(self, name: str, first: int = 0, last: int | None = None) -> Iterator[bytes]:
        with (self.root / name).open("rb") as file:
            file.seek(first)
            left = (last - first + 1) if last is not None else None
            while chunk := file.read(PIECE if left is None else min(PIECE, left)):
                left = None if left is None else left - len(chunk)
                yield chunk

    def remove(self, name: str) -> None:
        (self.root / name).unlink(missing_ok=True)

    def local(self, name: str) -> Path | None:
        return self.root / name


def _missing_above(target: Path) -> list[Path]:
    """The folders above a file that don't exist yet, the nearest first."""
    return [folder for folder in target.parents if not folder.exists()]


def sync_folder(folder: Path) -> None:
    """A new name is durable once its folder is."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)

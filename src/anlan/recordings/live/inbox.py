"""The folder where a browser's chunks lie until the recorder has made segments of them.

    <ANLAN_LIVE>/<uid>/in/<part>/start     when the part's first picture was taken, ms since 1970
                                /000000    the chunks, in the order of the camera
                                /end       how many chunks the part has
                                /done      segments are kept; the chunks are gone

A part is one run of the browser's recorder: a film of its own (WebM or MP4) in pieces, about a
minute long, so that a recorder that was killed has no more than that to do again.
"""

import contextlib
import os
import shutil
import uuid
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings

START, END, DONE = "start", "end", "done"


@dataclass(frozen=True)
class Inbox:
    """The inbox of one live recording."""

    folder: Path

    @classmethod
    def of(cls, uid: uuid.UUID) -> "Inbox":
        return cls(Path(settings.ANLAN_LIVE) / str(uid) / "in")

    def put(self, part: int, no: int, body: bytes, *, starts_ms: int, last: bool) -> bool:
        """Keep a chunk, durable when it returns; False when it was here before.

        The first chunk that comes says when the part began; a repeated one changes nothing. An
        empty last one only says that the part is over.
        """
        if self.is_done(part):
            return False
        folder = self._part(part)
        folder.mkdir(parents=True, exist_ok=True)
        _write(folder / START, str(starts_ms).encode())
        fresh = bool(body) and _write(folder / f"{no:06d}", body)
        if last:
            _write(folder / END, str(no + bool(body)).encode())
        _sync(folder)
        return fresh

    def parts(self) -> list[int]:
        """Every part that has ever come, in order."""
        if not self.folder.is_dir():
            return []
        return sorted(int(one.name) for one in self.folder.iterdir() if one.name.isdecimal())

    def waiting(self) -> list[int]:
        return [part for part in self.parts() if not self.is_done(part)]

    def is_done(self, part: int) -> bool:
        return (self._part(part) / DONE).exists()

    def chunk(self, part: int, no: int) -> bytes | None:
        """One chunk, when it has come."""
        try:
            return (self._part(part) / f"{no:06d}").read_bytes()
        except FileNotFoundError:
            return None

    def starts_ms(self, part: int) -> int:
        return int((self._part(part) / START).read_text())

    def length(self, part: int) -> int | None:
        """How many chunks the part has, once its last has come."""
        try:
            return int((self._part(part) / END).read_text())
        except FileNotFoundError:
            return None

    def finish(self, part: int) -> None:
        """The part's segments are kept: let the chunks go, remember that they were here."""
        folder = self._part(part)
        folder.mkdir(parents=True, exist_ok=True)
        _write(folder / DONE, b"")
        _sync(folder)
        for one in folder.iterdir():
            if one.name != DONE:
                one.unlink(missing_ok=True)

    def waiting_bytes(self) -> int:
        """What waits for the recorder: much when it does not run."""
        total = 0
        for part in self.waiting():
            for one in self._part(part).iterdir():
                with contextlib.suppress(FileNotFoundError):
                    total += one.stat().st_size
        return total

    def forget(self) -> None:
        """The recording is filed: remove the whole folder of it."""
        shutil.rmtree(self.folder.parent, ignore_errors=True)

    def _part(self, part: int) -> Path:
        return self.folder / f"{part:05d}"


def _write(path: Path, body: bytes) -> bool:
    """Put bytes at a place whole or not at all; False when something stands there already."""
    draft = path.with_name(f".{path.name}.{uuid.uuid4().hex}")
    try:
        with draft.open("xb") as file:
            file.write(body)
            file.flush()
            os.fsync(file.fileno())
        os.link(draft, path)
    except FileExistsError:
        return False
    finally:
        draft.unlink(missing_ok=True)
    return True


def _sync(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)

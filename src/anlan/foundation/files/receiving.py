"""One request's bytes on their way to the disk.

What is acknowledged is on the disk: bytes are fsynced before their offset is told. A process that
is killed loses at most what came since (`ACKNOWLEDGE_BYTES`, `ACKNOWLEDGE_SECONDS`).
"""

import os
import time
from collections.abc import Iterable
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import Any

from anlan.foundation.files.checksums import Checksum, WrongChecksum
from anlan.foundation.files.hashing import remember, state_at
from anlan.foundation.files.models import Upload
from anlan.foundation.files.store import the_store
from anlan.foundation.files.turns import LostTurn, Turn
from anlan.lib.refusals import BadInput

ACKNOWLEDGE_BYTES = 32 * 1024**2
ACKNOWLEDGE_SECONDS = 2.0


class TooLong(BadInput):
    """More bytes than may be, or than were announced."""

    status = 413


def draft_of(upload: Upload) -> Path:
    return the_store().drafts / f"{upload.uid}.part"


class Receiving:
    """Appends to a draft whose turn the caller has taken."""

    def __init__(
        self, upload: Upload, turn: Turn, expires_at: datetime, checksum: Checksum | None
    ) -> None:
        self.upload, self.turn, self.expires_at = upload, turn, expires_at
        self.checksum = checksum
        self.draft = draft_of(upload)
        self.state: Any = state_at(upload.uid, upload.offset, self.draft)
        self.reached = upload.offset
        self.told_at = time.monotonic()

    def take_in(self, pieces: Iterable[bytes]) -> None:
        with self.draft.open("r+b", buffering=0) as file, suppress(LostTurn):
            with self.turn.mine():
                file.truncate(self.reached)
            try:
                for piece in pieces:
                    self._write(file.fileno(), piece)
            finally:
                if self.checksum is None or self.checksum.holds():
                    self._acknowledge(file.fileno())
            if self.checksum is not None and not self.checksum.holds():
                raise WrongChecksum("这一段内容在路上损坏了，没有接收。", "会自动重传这一段。")

    def _write(self, handle: int, piece: bytes) -> None:
        if self.reached + len(piece) > self.upload.length:
            raise TooLong("传来的内容比声明的长，多出的部分没有接收。", "请重新选择文件上传。")
        with self.turn.mine():
            _write_all(handle, piece, self.reached)
        self.state.update(piece)
        self.reached += len(piece)
        if self.checksum is not None:
            self.checksum.update(piece)
        elif self._is_due():
            self._acknowledge(handle)

    def _is_due(self) -> bool:
        fresh = self.reached - self.upload.offset
        return fresh >= ACKNOWLEDGE_BYTES or time.monotonic() - self.told_at > ACKNOWLEDGE_SECONDS

    def _acknowledge(self, handle: int) -> None:
        """First to the disk, then to the row: an offset is never ahead of its bytes."""
        if self.reached == self.upload.offset:
            return
        with self.turn.mine():
            os.fsync(handle)
        mine = Upload.objects.filter(pk=self.upload.pk, offset=self.upload.offset, file=None)
        if not mine.update(offset=self.reached, expires_at=self.expires_at):
            raise LostTurn
        self.upload.offset = self.reached
        self.told_at = time.monotonic()
        remember(self.upload.uid, self.reached, self.state)


def _write_all(handle: int, piece: bytes, offset: int) -> None:
    """A disk that fills up takes a part of a piece and says so by a smaller count first."""
    view = memoryview(piece)
    while view:
        written = os.pwrite(handle, view, offset)
        view, offset = view[written:], offset + written

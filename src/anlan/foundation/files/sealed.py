"""Files that lie sealed under a key of their own: whoever empties the key's column ends the file.

For what people hand in with ID numbers in it. It is read whole, in memory; of the file as it was
handed in the SHA-256 stays, which is also what the seal is bound to.
"""

import hashlib
from dataclasses import dataclass
from datetime import datetime

from anlan.foundation.accounts.models import User
from anlan.foundation.files.models import StoredFile
from anlan.foundation.files.services import keep
from anlan.lib.refusals import Refused
from anlan.lib.sealed_bytes import CannotOpen, fresh_key, open_bytes, seal_bytes


class NotOpened(Refused):
    """The bytes are not those that were sealed under this key."""


@dataclass(frozen=True)
class SealedFile:
    """What a row keeps: the file, its key (in a sealed column), the hash of the plain file."""

    file: StoredFile
    key: str
    sha256: str


def keep_sealed(content: bytes, *, name: str, by: User | None, at: datetime) -> SealedFile:
    """Seal and keep; durable when it returns. Raises `NotKept`."""
    sha256, key = hashlib.sha256(content).hexdigest(), fresh_key()
    sealed = seal_bytes(content, key, bound_to=sha256)
    return SealedFile(keep([sealed], name=name, by=by, at=at), key, sha256)


def open_sealed(file: StoredFile, key: str, sha256: str) -> bytes:
    """The file as it was handed in; without a key it was kept in clear, before files were sealed.

    Raises `BytesRemoved` once its time is over, `NotOpened` for bytes that were altered.
    """
    stored = file.path.read_bytes()
    if not key:
        return stored
    try:
        return open_bytes(stored, key, bound_to=sha256)
    except CannotOpen:
        raise NotOpened(
            "保存的文件打不开，可能已被改动。", "请重新上传，并告知平台运维人员。"
        ) from None

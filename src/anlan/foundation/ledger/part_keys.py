"""Keys of encrypted archive parts, derived from the secret of whom a part is about.

Nothing is stored: as long as the secret stands the key can be derived again, and once it is
destroyed no part opens any more.
"""

import base64
import uuid
from collections.abc import Iterable

from anlan.foundation.ledger.models import SubjectKey
from anlan.foundation.ledger.services import keys_for
from anlan.proofs.parts import AES, derive_key


class KeyDestroyed(Exception):
    """The secret is gone for good; what was sealed under it stays sealed."""


def part_key(key: SubjectKey, archive: uuid.UUID, path: str, alg: str = AES) -> bytes:
    """The key of one part of one archive. Raises `KeyDestroyed`."""
    if not key.secret:
        raise KeyDestroyed(key.ref)
    return derive_key(base64.b64decode(key.secret), str(archive), path, alg)


def standing_keys(refs: Iterable[str]) -> dict[str, SubjectKey]:
    """The keys of people and classes by ref, made where there is none yet."""
    return keys_for(refs)

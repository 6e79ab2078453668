"""Keys for whoever may read: derived one by one, or gone for good."""

from anlan.archives.models import Archive, ArchivePart
from anlan.foundation.ledger.part_keys import KeyDestroyed, part_key
from anlan.foundation.ledger.services import rfc3339
from anlan.proofs.part_keys import PartKeys
from anlan.proofs.parts import KEY_BYTES, key_name


def keys_of(archive: Archive) -> PartKeys:
    """The keys of an archive's parts; and of those that do not open any more, since when."""
    keys: dict[str, bytes] = {}
    gone: dict[str, str] = {}
    for part in archive.parts.select_related("key").order_by("path"):
        key = _key_of(archive, part)
        if key is not None:
            keys[part.path] = key
        else:
            at = part.key.destroyed_at
            gone[part.path] = rfc3339(at) if at else ""
    uid = str(archive.uid)
    return PartKeys({uid: keys}, {uid: gone})


def _key_of(archive: Archive, part: ArchivePart) -> bytes | None:
    """None once the secret is destroyed, and for good: one that came after it does not fit."""
    for alg in KEY_BYTES:
        try:
            key = part_key(part.key, archive.uid, part.path, alg)
        except KeyDestroyed:
            return None
        if key_name(key) == part.check_value:
            return key
    return None

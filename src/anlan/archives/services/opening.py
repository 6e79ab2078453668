"""Keys for whoever may read: derived one by one, or gone for good."""

from anlan.archives.models import Archive, ArchivePart
from anlan.foundation.accounts.models import Role, User
from anlan.foundation.accounts.queries import reach
from anlan.foundation.ledger.part_keys import KeyDestroyed, part_key
from anlan.foundation.ledger.services import rfc3339
from anlan.identity.models import Person
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


def keys_for(archive: Archive, user: User) -> PartKeys:
    """As `keys_of`, without those of people who were deleted at their own wish.

    What the law keeps about them is for the city's officials, nobody else's.
    """
    found = keys_of(archive)
    if reach(user).has(Role.CITY_OFFICIAL):
        return found
    about = archive.enrolment
    if about is not None and about.person.erased_at is not None:
        return PartKeys({str(archive.uid): {}}, found.destroyed)
    refs = archive.parts.exclude(key__ref__contains="/").values_list("path", "key__ref")
    whose = dict(refs)
    gone = Person.objects.filter(uid__in=set(whose.values()), erased_at__isnull=False)
    hidden = {str(uid) for uid in gone.values_list("uid", flat=True)}
    uid = str(archive.uid)
    keys = {path: key for path, key in found.keys[uid].items() if whose.get(path) not in hidden}
    return PartKeys({uid: keys}, found.destroyed)


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

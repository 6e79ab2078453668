"""Writing the ledger: in the same transaction as the fact, by the service that made the fact."""

import base64
import hashlib
import hmac
import secrets
import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils.timezone import now

from anlan.foundation.accounts.models import User
from anlan.foundation.ledger.models import Entry, SubjectKey, TimeSource
from anlan.lib.prepared import Prepared, insert_rows
from anlan.proofs.canonical import SALT_BYTES, canonical, commitment, leaf_hash

SYSTEM = "system"
_keys = Prepared(SubjectKey.objects.all, "ref")
_COLUMNS = [field.name for field in Entry._meta.concrete_fields if not field.primary_key]
LONGEST_LEAF = 0xFFFF  # bytes, as tlog-tiles has it


@dataclass(frozen=True)
class Line:
    """What a service wants recorded. `personal` values become salted commitments about `about`."""

    subject: str
    verb: str
    by: User | None
    at: datetime
    data: Mapping[str, Any] = field(default_factory=dict)
    about: str = ""
    personal: Mapping[str, Any] = field(default_factory=dict)
    device: str = ""
    time_source: TimeSource = TimeSource.SERVER


def record(
    subject: str,
    verb: str,
    *,
    by: User | None,
    at: datetime,
    about: object = "",
    personal: Mapping[str, Any] | None = None,
    device: str = "",
    time_source: TimeSource = TimeSource.SERVER,
    **data: Any,
) -> Entry:
    """Record one line; `by=None` means the platform itself did it.

    `data` must be JSON of plain words and whole numbers, with nothing personal in it.
    """
    line = Line(subject, verb, by, at, data, str(about), personal or {}, device, time_source)
    with transaction.atomic():
        [entry] = _entries([line], now())
        entry.save(force_insert=True)
    return entry


def record_many(lines: Sequence[Line], *, recorded_at: datetime | None = None) -> list[Entry]:
    """Record lines in order; with `record` the one way into the ledger, for bulk writers too.

    What comes back has no number of its own yet: the log gives places, not this.
    """
    if not lines:
        return []
    with transaction.atomic():
        made = _entries(lines, recorded_at or now())
        insert_rows(made, _COLUMNS)
    return made


def _entries(lines: Sequence[Line], moment: datetime) -> list[Entry]:
    keys = keys_for({line.about for line in lines if line.about})
    _renew(keys, {line.about for line in lines if line.personal})
    return [_entry(line, keys, moment) for line in lines]


def salt_for(secret: str, entry: uuid.UUID, name: str) -> bytes:
    """The salt of one commitment: 16 bytes that only the holder of the person's key can derive."""
    raw = base64.b64decode(secret)
    derived = hmac.new(raw, f"{entry}\0{name}".encode(), hashlib.sha256).digest()
    return derived[:SALT_BYTES]


@transaction.atomic
def destroy_key(ref: str, *, by: User | None, at: datetime) -> None:
    """Make every commitment about a person unopenable for good, and say so in the ledger.

    `ref` is a person's uid, or the ledger subject of something else that has a key (a class).
    """
    SubjectKey.objects.update_or_create(ref=ref, defaults={"secret": "", "destroyed_at": at})
    record(ref if "/" in ref else f"person/{ref}", "key_destroyed", by=by, at=at)


def rfc3339(moment: datetime) -> str:
    """UTC with microseconds: one spelling for one moment."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def keys_for(refs: Iterable[str]) -> dict[str, SubjectKey]:
    """The keys of these, made where there is none; one that was destroyed stays destroyed."""
    wanted = set(refs)
    if not wanted:
        return {}
    found = {key.ref: key for key in _keys.rows(wanted)}
    missing = [SubjectKey(ref=ref, secret=_fresh_secret()) for ref in sorted(wanted - found.keys())]
    if missing:
        SubjectKey.objects.bulk_create(missing, ignore_conflicts=True)
        names = [key.ref for key in missing]
        found |= SubjectKey.objects.in_bulk(names, field_name="ref")
    return found


def _renew(keys: Mapping[str, SubjectKey], refs: Iterable[str]) -> None:
    """Somebody comes back after the key was destroyed: a fresh secret for what comes from now on.

    It opens nothing of what was committed to before (`queries.openings` gives out what opens).
    """
    for ref in refs:
        if not keys[ref].secret:
            keys[ref].secret = _fresh_secret()
            keys[ref].save(update_fields=["secret"])


def _fresh_secret() -> str:
    return base64.b64encode(secrets.token_bytes(32)).decode()


def _entry(line: Line, keys: Mapping[str, SubjectKey], moment: datetime) -> Entry:
    uid = uuid.uuid4()
    actor = f"user/{line.by.uid}" if line.by else SYSTEM
    leaf = canonical(
        {
            "v": 1,
            "id": str(uid),
            "subject": line.subject,
            "verb": line.verb,
            "actor": actor,
            "at": rfc3339(line.at),
            "clock": str(line.time_source),
            "device": line.device,
            "recorded": rfc3339(moment),
            "data": dict(line.data),
            "commitments": _commitments(line, keys, uid),
        }
    )
    if len(leaf) > LONGEST_LEAF:
        raise ValueError(f"a leaf of {len(leaf)} bytes; name what is large by its hash instead")
    return Entry(
        uid=uid,
        subject=line.subject,
        verb=line.verb,
        actor=actor,
        at=line.at,
        recorded_at=moment,
        time_source=line.time_source,
        device=line.device,
        about=keys.get(line.about),
        leaf=leaf.decode(),
        leaf_hash=leaf_hash(leaf, settings.ANLAN_LOG_ALG),
        alg=settings.ANLAN_LOG_ALG,
    )


def _commitments(line: Line, keys: Mapping[str, SubjectKey], uid: uuid.UUID) -> dict[str, str]:
    if not line.personal:
        return {}
    secret = keys[line.about].secret
    return {
        name: commitment(salt_for(secret, uid, name), value)
        for name, value in line.personal.items()
    }

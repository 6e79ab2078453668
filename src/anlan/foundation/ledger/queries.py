"""Reading the ledger: time lines in plain Chinese, leaves for archives."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any

from django.conf import settings
from django.db.models import Exists, F, Max, OuterRef, QuerySet
from django.utils.module_loading import import_string

from anlan.foundation.accounts.models import Grant, Role, User
from anlan.foundation.ledger.models import Entry, TimeSource, Witness
from anlan.foundation.ledger.services import SYSTEM, salt_for
from anlan.lib.masking import mask_name
from anlan.proofs.canonical import opens


@dataclass(frozen=True)
class Happening:
    """One line of a time line, ready to be read."""

    at: datetime
    recorded_at: datetime
    who: str
    sentence: str
    clock: str
    hash: str
    verb: str


def entries_of(subjects: Iterable[str]) -> QuerySet[Entry]:
    """Every entry about these subjects, in the order in which they were written."""
    return Entry.objects.filter(subject__in=list(subjects)).order_by("id")


def timeline(subjects: Iterable[str], *, limit: int | None = None) -> list[Happening]:
    """The newest `limit` happenings (all when None), oldest first."""
    found = entries_of(subjects)
    entries = list(found) if limit is None else list(reversed(found.reverse()[:limit]))
    names = _names({entry.actor for entry in entries})
    return [_happening(entry, names) for entry in entries]


def openings(entry: Entry, personal: Mapping[str, Any]) -> list[dict[str, Any]]:
    """What an archive needs to open an entry's commitments: every value that does open one.

    Empty once the key is destroyed, and stays so if the person later came back. A value that was
    corrected since stays closed, rather than accuse anybody of tampering.
    """
    if entry.about is None or not entry.about.secret:
        return []
    held = json.loads(entry.leaf)["commitments"]
    salts = {name: salt_for(entry.about.secret, entry.uid, name) for name in personal}
    return [
        {"entry": str(entry.uid), "name": name, "salt": salts[name].hex(), "value": value}
        for name, value in personal.items()
        if name in held and opens(held[name], salts[name], value)
    ]


def witnesses() -> QuerySet[Witness]:
    """Everybody who watches or has watched, those still at it first, with what they signed last."""
    marked = Witness.objects.annotate(
        signed_at=Max("cosignatures__at"), signed_size=Max("cosignatures__checkpoint__size")
    )
    return marked.order_by(F("retired_at").asc(nulls_first=True), "id")


@lru_cache(maxsize=1)
def _sentences() -> dict[str, str]:
    known: dict[str, str] = {}
    for dotted in settings.ANLAN_SENTENCES:
        known.update(import_string(dotted))
    return known


class _Gentle(dict[str, Any]):
    def __missing__(self, key: str) -> str:
        return "…"


def sentence(verb: str, data: Mapping[str, Any]) -> str:
    """The plain sentence for a verb and its data; the verb itself when no room has named it."""
    pattern = _sentences().get(verb, verb)
    return pattern.format_map(_Gentle(data))


def _happening(entry: Entry, names: Mapping[str, str]) -> Happening:
    return Happening(
        at=entry.at,
        recorded_at=entry.recorded_at,
        who=names.get(entry.actor, "平台"),
        sentence=sentence(entry.verb, json.loads(entry.leaf)["data"]),
        clock="" if entry.time_source == TimeSource.SERVER else entry.get_time_source_display(),
        hash=bytes(entry.leaf_hash).hex(),
        verb=entry.verb,
    )


def _names(actors: set[str]) -> dict[str, str]:
    """Staff by name, for what they do they answer for; everybody else masked."""
    uids = [actor.split("/", 1)[1] for actor in actors if actor != SYSTEM]
    staff = Grant.objects.filter(user=OuterRef("pk")).exclude(role=Role.LEARNER)
    users = User.objects.filter(uid__in=uids).annotate(is_staff=Exists(staff))
    rows = users.values_list("uid", "name", "is_staff")
    return {f"user/{uid}": name if known else mask_name(name) for uid, name, known in rows}

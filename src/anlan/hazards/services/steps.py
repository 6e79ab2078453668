"""What every step of a hazard shares: its act, its ledger line, its clock, whom it tells."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from django.urls import reverse

from anlan.foundation.accounts.models import User
from anlan.foundation.files.models import StoredFile
from anlan.foundation.ledger.services import record_many
from anlan.foundation.notices.services import tell_others
from anlan.foundation.rules.queries import rulebook
from anlan.hazards.lines import hazard_line
from anlan.hazards.models import Act, ActKind, Hazard
from anlan.lib.dates import local_date


def write_act(
    hazard: Hazard,
    kind: ActKind,
    *,
    by: User | None,
    at: datetime,
    words: str = "",
    photos: Sequence[StoredFile] = (),
    **data: str,
) -> Act:
    """The act with its words and photos, and the ledger line that names both by hash."""
    act = Act.objects.create(hazard=hazard, kind=kind, words=words, by=by, at=at)
    act.photos.set(photos)
    verb = f"hazard_{kind.value}"
    record_many([hazard_line(hazard, verb, by, at, words=words, photos=photos, **data)])
    return act


def clock(hazard: Hazard, key: str, at: datetime) -> datetime:
    """When a step is due: days by the rule, which may differ by grade."""
    value = rulebook(local_date(at), scope=hazard.industry).ruling(f"hazard.{key}").value
    days = value[hazard.grade] if isinstance(value, dict) else value
    return at + timedelta(days=float(days))


def tell_about(
    hazard: Hazard, users: Iterable[User | None], title: str, *, at: datetime, but: User | None
) -> None:
    """A notice for each of them except who did it."""
    tell_others(
        users,
        title,
        hazard.subject,
        body=f"{hazard.organization.name}，{hazard.place}：{hazard.what[:80]}",
        url=reverse("hazards:hazard", args=[hazard.uid]),
        at=at,
        but=but,
    )

"""What every step of a visit shares: its deed, its ledger line, its clock, whom it tells."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from django.urls import reverse

from anlan.foundation.accounts.models import User
from anlan.foundation.files.models import StoredFile
from anlan.foundation.ledger.services import record_many
from anlan.foundation.notices.services import tell_others
from anlan.foundation.rules.queries import rulebook
from anlan.hazards.queries.hazards import officers_of
from anlan.lib.dates import local_date
from anlan.organizations.models import Organization
from anlan.visits.lines import visit_line
from anlan.visits.models import Deed, DeedKind, Visit


def write_deed(
    visit: Visit,
    kind: DeedKind,
    *,
    by: User | None,
    at: datetime,
    words: str = "",
    photos: Sequence[StoredFile] = (),
    **data: object,
) -> Deed:
    """The deed with its words and photos, and the ledger line that names both by hash."""
    deed = Deed.objects.create(visit=visit, kind=kind, words=words[:500], by=by, at=at)
    deed.photos.set(photos)
    verb = f"visit_{kind.value}"
    record_many([visit_line(visit, verb, by, at, words=words, photos=photos, **data)])
    return deed


def clock(visit: Visit, key: str, at: datetime) -> datetime:
    """When a step is due: days by the rule."""
    return at + timedelta(days=days_by_rule(visit.organization, key, at))


def days_by_rule(organization: Organization, key: str, at: datetime) -> int:
    book = rulebook(local_date(at), scope=organization.key_industry)
    return book.whole(f"visits.{key}")


def tell_about(
    visit: Visit, users: Iterable[User | None], title: str, *, at: datetime, but: User | None
) -> None:
    """A notice for each of them except who did it."""
    tell_others(
        users,
        title,
        visit.subject,
        body=f"{visit.organization.name}：{visit.wish[:80]}",
        url=reverse("visits:visit", args=[visit.uid]),
        at=at,
        but=but,
    )


def officers(visit: Visit) -> list[User]:
    return officers_of(visit.organization)

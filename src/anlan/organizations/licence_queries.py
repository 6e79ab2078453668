"""Reads of licence photographs: whose, how many wait, which are past their time."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from hashlib import sha256

from django.db.models import QuerySet

from anlan.foundation.rules.queries import rulebook
from anlan.lib.dates import local_date
from anlan.organizations.licences import LABELS, Compared, Reading, compared
from anlan.organizations.models import LicencePhoto, Organization, PhotoStatus


def photographs() -> QuerySet[LicencePhoto]:
    """Rows without their pictures: these are opened one at a time, when they are needed."""
    return LicencePhoto.objects.defer("content")


def photo_of(organization: Organization) -> LicencePhoto | None:
    """The newest photograph of the organisation's licence, erased or not."""
    rows = photographs().filter(organization=organization)
    return rows.select_related("organization").order_by("-at", "-id").first()


def photo_of_draft(key: str) -> LicencePhoto | None:
    """What a visitor has photographed for the registration that is being typed."""
    rows = photographs().filter(draft=draft_hash(key), organization=None)
    return rows.order_by("-at", "-id").first()


def draft_hash(key: str) -> str:
    """Kept instead of the key: a stolen table opens nobody's guide."""
    return sha256(f"anlan.licence.{key}".encode()).hexdigest()


def reading_of(photo: LicencePhoto) -> Reading:
    return Reading.from_text(photo.reading, photo.sure)


def compare(photo: LicencePhoto, typed: Mapping[str, object], on: datetime) -> list[Compared]:
    """The photograph against what was typed; nothing while it has not been read, or is erased."""
    if photo.status != PhotoStatus.READ or photo.erased_at is not None:
        return []
    least = rulebook(local_date(on)).number("vision.text_sure_min")
    return compared(reading_of(photo), typed, sure_min=least)


def typed_of(organization: Organization) -> dict[str, object]:
    """What the organisation says of itself, by the names that can be compared."""
    return {name: getattr(organization, name) or "" for name in LABELS}


def waiting() -> QuerySet[LicencePhoto]:
    """To be read, the longest waiting first."""
    rows = photographs().filter(status=PhotoStatus.WAITING, erased_at=None)
    return rows.select_related("organization").order_by("at", "id")


def loose() -> QuerySet[LicencePhoto]:
    """Photographs of registrations that nobody has handed in."""
    return photographs().filter(organization=None)


def settled_long_ago(at: datetime) -> QuerySet[LicencePhoto]:
    """Compared by somebody, and the hours after it are over."""
    hours = rulebook(local_date(at)).whole("licence.photo_hours")
    return _kept().filter(settled_at__lte=at - timedelta(hours=hours))


def too_old(at: datetime) -> QuerySet[LicencePhoto]:
    """Kept as long as any may be, compared or not."""
    days = rulebook(local_date(at)).whole("licence.photo_days_max")
    return _kept().filter(at__lte=at - timedelta(days=days))


def left_behind(at: datetime) -> QuerySet[LicencePhoto]:
    """Of a guide that was given up."""
    hours = rulebook(local_date(at)).whole("licence.loose_hours")
    return loose().filter(at__lte=at - timedelta(hours=hours))


def _kept() -> QuerySet[LicencePhoto]:
    rows = photographs().filter(organization__isnull=False, erased_at=None)
    return rows.select_related("organization")

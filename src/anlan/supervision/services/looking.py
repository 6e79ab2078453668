"""Going over classes with the detectors, and printing photos for them."""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction

from anlan.classes.models import TrainingClass
from anlan.foundation.rules.queries import rulebook
from anlan.lib.dates import local_date
from anlan.supervision.detectors import doubts_in
from anlan.supervision.models import Look, PhotoPrint, Ticket
from anlan.supervision.pictures import code_of
from anlan.supervision.queries import Photo
from anlan.supervision.services.tickets import raise_doubt


def look_over(classes: Sequence[TrainingClass], *, at: datetime) -> list[Ticket]:
    """Everything the detectors say of these classes becomes a ticket or grows one."""
    doubts = list(doubts_in(classes, rulebook(local_date(at))))
    with transaction.atomic():
        found = [raise_doubt(doubt, by=None, at=at) for doubt in doubts]
        for klass in classes:
            Look.objects.update_or_create(klass=klass, defaults={"at": at})
    return found


def print_photos(photos: Sequence[Photo], *, at: datetime) -> int:
    """Keep the prints of these photos; derived, so it writes no ledger line."""
    rows = [
        PhotoPrint(
            file=one.file,
            klass_id=one.klass_id,
            source=one.source,
            code=code_of(one.file.path),
            at=at,
        )
        for one in photos
    ]
    PhotoPrint.objects.bulk_create(rows, ignore_conflicts=True)
    return len(rows)

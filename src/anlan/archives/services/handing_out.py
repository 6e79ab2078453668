"""Handing out archives: they hold names and ID numbers, so each time is written down."""

from datetime import datetime

from django.db import transaction

from anlan.archives.models import Archive
from anlan.foundation.accounts.models import User
from anlan.foundation.files.models import StoredFile
from anlan.foundation.ledger.services import record


@transaction.atomic
def hand_out(archive: Archive, *, by: User, at: datetime) -> StoredFile:
    """The archive's file, with a ledger line that says who took it."""
    about = archive.enrolment.person.uid if archive.enrolment else ""
    record(
        archive.subject,
        "archive_handed_out",
        by=by,
        at=at,
        about=about,
        version=archive.version,
        seal=archive.manifest_sha256,
    )
    return archive.file

"""Who opened a narrative: once a person, case and day."""

from datetime import datetime

from django.db import transaction

from anlan.foundation.accounts.models import User
from anlan.foundation.ledger import services as ledger
from anlan.injuries.models import Case, NarrativeRead
from anlan.lib.dates import local_date


@transaction.atomic
def note_read(case: Case, *, by: User, at: datetime) -> bool:
    """Write down that the narrative or photos were shown; whether it is the first time today.

    A line of its own subject, so that the case's history of steps stays readable.
    """
    found = NarrativeRead.objects.filter(case=case, by=by, day=local_date(at))
    if found.exists():
        return False
    made = NarrativeRead(case=case, by=by, day=local_date(at), at=at)
    if not NarrativeRead.objects.bulk_create([made], ignore_conflicts=True):
        return False
    about = str(case.person.uid) if case.person is not None else ""
    ledger.record(f"{case.subject}/narrative", "narrative_read", by=by, at=at, about=about)
    return True

"""Reading what names people is written down: once a person, case and day."""

from datetime import datetime

from anlan.foundation.accounts.models import User
from anlan.foundation.ledger import services as ledger
from anlan.foundation.ledger.queries import entries_of
from anlan.injuries.models import Case
from anlan.lib.dates import day_bounds, local_date

NARRATIVE_READ = "narrative_read"


def note_reading(case: Case, *, by: User, at: datetime) -> None:
    """The narrative was shown to `by`."""
    first, last = day_bounds(local_date(at))
    mine = entries_of([case.subject]).filter(verb=NARRATIVE_READ, actor=f"user/{by.uid}")
    if not mine.filter(at__gte=first, at__lt=last).exists():
        ledger.record(case.subject, NARRATIVE_READ, by=by, at=at)

"""Deciding on two items that read alike."""

from datetime import datetime

from django.db import transaction

from anlan.assessments.models import Item, KeptPair
from anlan.foundation.accounts.models import User
from anlan.foundation.ledger.services import record


@transaction.atomic
def keep_both(first: Item, second: Item, *, by: User, at: datetime) -> None:
    """Both stay; they aren't shown as twins again. Deciding so twice is no harm."""
    _pair, made = KeptPair.objects.get_or_create(
        first=first, second=second, defaults={"by": by, "at": at}
    )
    if made:
        record(first.bank.subject, "twins_kept", by=by, at=at, first=first.key, second=second.key)

"""The end of retention: keys are destroyed, sealed bytes and proofs stay as they are."""

from datetime import datetime

from anlan.archives.queries import keys_past_retention
from anlan.foundation.ledger.services import destroy_key
from anlan.lib.dates import local_date

MOST_A_ROUND = 500


def destroy_ended_keys(at: datetime) -> int:
    """Job: destroy every key whose last archive is past its retention; each is a ledger line.

    A person's key goes when the last class ends that the person was in, a class's with its own.
    What was handed out before, opened copies and derived keys, cannot be called back.
    """
    due = keys_past_retention(local_date(at))[:MOST_A_ROUND]
    for ref in due:
        destroy_key(ref, by=None, at=at)
    return len(due)

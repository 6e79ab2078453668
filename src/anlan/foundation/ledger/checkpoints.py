"""Which checkpoint to show: the newest, the one for all witnesses, the best for a proof."""

import base64
from collections import Counter
from datetime import datetime, timedelta

from anlan.foundation.ledger.models import Checkpoint, Cosignature, TimeStamp
from anlan.foundation.rules.queries import rulebook
from anlan.lib.dates import local_date
from anlan.proofs.stamps import KIND

ROUND_MINUTES = "ledger.round_minutes"
LOOKED_AT = 200  # cosignatures and stamps; the first few rounds after an entry hold the best


def newest() -> Checkpoint | None:
    return Checkpoint.objects.last()


def of_the_round(at: datetime) -> Checkpoint | None:
    """The last one before the round began: it stays the same for minutes, so that witnesses who
    come at different times, and the time stamp, all meet at one checkpoint.
    """
    minutes = rulebook(local_date(at)).whole(ROUND_MINUTES)
    began = datetime.min.replace(tzinfo=at.tzinfo)
    start = at - (at - began) % timedelta(minutes=minutes)
    return Checkpoint.objects.filter(at__lt=start).last()


def witnessed() -> Checkpoint | None:
    """The newest of those with most cosignatures, among the latest that any witness signed."""
    lines = Cosignature.objects.order_by("-checkpoint__size").values_list("checkpoint", flat=True)
    votes = Counter(lines[:LOOKED_AT])
    if not votes:
        return None
    most = max(votes.values())
    return Checkpoint.objects.filter(pk__in=[pk for pk, n in votes.items() if n == most]).last()


def best_for(position: int) -> Checkpoint | None:
    """What proves most about the entry at a place: most witnesses, then a time stamp, then the
    earliest (nearest to the fact); the newest when nobody outside has signed any yet.
    """
    covering = Checkpoint.objects.filter(size__gt=position)
    lines = Cosignature.objects.filter(checkpoint__in=covering).order_by("checkpoint__size")
    votes = Counter(lines.values_list("checkpoint", flat=True)[:LOOKED_AT])
    stamps = TimeStamp.objects.filter(checkpoint__in=covering).order_by("checkpoint__size")
    stamped = set(stamps.values_list("checkpoint", flat=True)[:LOOKED_AT])
    found = covering.filter(pk__in=[*votes, *stamped])
    if not found:
        return covering.last()
    return max(found, key=lambda one: (votes[one.pk], one.pk in stamped, -one.size))


def full_note(checkpoint: Checkpoint) -> str:
    """The note with the lines of every witness."""
    lines = checkpoint.cosignatures.order_by("id").values_list("line", flat=True)
    return checkpoint.note + "".join(lines)


def stamps_of(checkpoint: Checkpoint) -> list[dict[str, str]]:
    """As receipts carry them."""
    tokens = checkpoint.stamps.order_by("id").values_list("token", flat=True)
    return [{"kind": KIND, "token": base64.b64encode(bytes(token)).decode()} for token in tokens]

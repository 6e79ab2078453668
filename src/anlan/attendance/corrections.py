"""Putting a mark right after somebody has looked at both versions; the ledger keeps both."""

from datetime import datetime

from django.db import transaction

from anlan.attendance.models import Mark, MarkKind
from anlan.foundation.accounts.models import User
from anlan.foundation.ledger.models import TimeSource
from anlan.foundation.ledger.services import record, rfc3339
from anlan.lib.refusals import NotAllowed


@transaction.atomic
def correct_mark(
    mark: Mark,
    *,
    at: datetime,
    time_source: TimeSource,
    device: str,
    reason: str,
    by: User,
    decided_at: datetime,
) -> Mark:
    """Give a mark another time, by another clock. The order of in and out must stay.

    Who made it and by what proof is left as it was; the reason is committed to.
    """
    mark.refresh_from_db(from_queryset=Mark.objects.select_for_update())
    _require_order(mark, at)
    before, mark.at = mark.at, at
    mark.time_source, mark.device = time_source, device[:64]
    mark.late = mark.kind == MarkKind.IN and at > mark.register.late_after
    mark.save(update_fields=["at", "time_source", "device", "late"])
    record(
        mark.register.subject,
        "mark_corrected",
        by=by,
        at=decided_at,
        about=mark.person.uid,
        personal={**mark.person.committed, "reason": reason},
        kind=str(MarkKind(mark.kind).label),
        before=rfc3339(before),
        after=rfc3339(at),
        clock=str(time_source),
    )
    return mark


def _require_order(mark: Mark, at: datetime) -> None:
    register = mark.register
    since, until = register.opens_at, register.ends_at
    if mark.kind == MarkKind.OUT:
        since, until = register.starts_at, register.closes_at
    other = Mark.objects.filter(register=register, person=mark.person).exclude(pk=mark.pk).first()
    wrong_way = other is not None and (
        at < other.at if mark.kind == MarkKind.OUT else at > other.at
    )
    if wrong_way or not since <= at <= until:
        raise NotAllowed(
            f"这个{MarkKind(mark.kind).label}时间不在「{register.title}」的时间内，"
            "或与另一条记录先后颠倒。",
            "请改选「两份都留底」，写明情况。",
        )

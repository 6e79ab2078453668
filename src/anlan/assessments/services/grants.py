"""A person's decision to give more time, where the server has no proof of its own."""

from datetime import datetime, timedelta

from django.db import transaction

from anlan.assessments.lines import sitting_line
from anlan.assessments.models import EventKind, Sitting, SittingStatus, TimeGrant
from anlan.assessments.services.answers import count_apart
from anlan.assessments.services.events import note_event
from anlan.assessments.services.hands import lock, refusal_to_go_on
from anlan.foundation.accounts.models import User
from anlan.foundation.ledger.services import record_many
from anlan.foundation.rules.queries import rulebook
from anlan.lib.dates import local_date
from anlan.lib.prepared import update_rows
from anlan.lib.refusals import BadInput


@transaction.atomic
def grant_time(sitting: Sitting, *, minutes: int, reason: str, by: User, at: datetime) -> TimeGrant:
    """Move the deadline, from now on if it has passed; before the start, the end of the window.

    Answers that came too late but lie before the new deadline are taken in: the person who grants
    has judged that they were given in time.
    """
    most = rulebook(local_date(at), scope=sitting.industry).whole("exam.grant_minutes_max")
    if not reason.strip():
        raise BadInput("请写明补时原因。", "例如：考场停电 10 分钟，监考人员在场。")
    if not 1 <= minutes <= most:
        raise BadInput(f"每次补时 1 至 {most} 分钟。", "需要更长时间的，请另行安排考试。")
    lock(sitting)
    more = timedelta(minutes=minutes)
    if sitting.status == SittingStatus.READY:
        sitting.closes_at = max(sitting.closes_at, at) + more
        update_rows([sitting], ["closes_at"])
    else:
        _move_deadline(sitting, more, at)
    grant = TimeGrant(
        sitting=sitting, seconds=minutes * 60, reason=reason.strip()[:200], by=by, at=at
    )
    grant.save()
    detail = {"seconds": grant.seconds, "reason": grant.reason}
    note_event(sitting, EventKind.TIME_GRANTED, at=at, client=f"grant:{grant.pk}", detail=detail)
    words = {"seconds": str(grant.seconds), "reason": grant.reason}
    record_many([sitting_line(sitting, "sitting_extended", by, at, **words)])
    return grant


def _move_deadline(sitting: Sitting, more: timedelta, at: datetime) -> None:
    refused = refusal_to_go_on(sitting)
    if refused:
        raise refused
    if sitting.deadline is None:
        raise ValueError("a running sitting has a deadline")
    sitting.deadline = max(sitting.deadline, at) + more
    update_rows([sitting], ["deadline"])
    count_apart(sitting, at=at)

"""A person decides between two versions. Both stay; the ledger says which counts, and why."""

from datetime import datetime
from typing import Any

from django.db import transaction

from anlan.foundation.accounts.models import User
from anlan.foundation.ledger.services import record as write_line
from anlan.kits.models import DEEDS, Choice, Conflict, Kind, Why
from anlan.kits.services.applying import Contradiction, Same, apply
from anlan.kits.services.judging import let_out
from anlan.lib.refusals import BadInput, NotAllowed, Refused


def choices_for(conflict: Conflict) -> list[Choice]:
    """What can be decided about a conflict, the gentlest first.

    A result that stands is not exchanged for another, whoever asks: that is what make-ups are for.
    """
    record = conflict.record
    offered = [Choice.SERVER, Choice.BOTH]
    stands = conflict.why == Why.MARKED or (conflict.why == Why.SAT and _has_score(conflict))
    if record.kind in DEEDS and not stands and conflict.why != Why.SHAPE:
        offered.insert(1, Choice.TABLET)
        if record.steady_at is not None:
            offered.insert(1, Choice.STEADY)
    return offered


def _has_score(conflict: Conflict) -> bool:
    return any(label == "成绩" for label, _value in conflict.ours)


@transaction.atomic
def decide(
    conflict: Conflict, choice: Choice, *, reason: str, by: User, at: datetime, alike: bool = False
) -> int:
    """Decide one conflict; with `alike` the same for all of its kind on this tablet and kit.

    Returns how many were decided. Raises `Refused` when the tablet's version can't be taken; then
    none was.
    """
    if not reason.strip():
        raise BadInput("请写明理由。", "例如：现场核对，学员 8 点 20 分到。")
    found = [conflict, *(_others(conflict) if alike else ())]
    for one in found:
        _decide(one, choice, reason.strip()[:200], by, at)
    return len(found)


def _others(conflict: Conflict) -> list[Conflict]:
    open_ones = Conflict.objects.filter(
        why=conflict.why, choice="", record__kit=conflict.record.kit
    ).exclude(pk=conflict.pk)
    found = open_ones.select_related("record__kit__klass", "record__kit__by", "record__tablet")
    return list(found.order_by("record__no"))


def _decide(conflict: Conflict, choice: Choice, reason: str, by: User, at: datetime) -> None:
    row = Conflict.objects.select_for_update().get(pk=conflict.pk)
    if row.choice:
        raise NotAllowed("这条记录已经核对过了。", "请刷新页面查看。")
    if choice not in choices_for(conflict):
        raise BadInput("这条记录不能这样处理。", "请在给出的选项里选。")
    if choice in (Choice.TABLET, Choice.STEADY):
        _take(conflict, choice, by, at)
    row.choice, row.reason, row.decided_by, row.decided_at = choice, reason, by, at
    row.save(update_fields=["choice", "reason", "decided_by", "decided_at"])
    record = conflict.record
    write_line(
        record.kit.klass.subject,
        "kit_conflict_decided",
        by=by,
        at=at,
        about=record.person.uid if record.person else "",
        personal=_committed(conflict, reason) if record.person else {},
        why=str(Why(conflict.why).label),
        choice=str(Choice(choice).label),
        kit=str(record.kit.uid),
        record=record.hash,
    )


def _committed(conflict: Conflict, reason: str) -> dict[str, Any]:
    """Reason and the server's version name people: the ledger commits to them, no more."""
    person = conflict.record.person
    known = person.committed if person else {}
    return {**known, "reason": reason, "server": conflict.ours}


def _take(conflict: Conflict, choice: Choice, by: User, at: datetime) -> None:
    record = conflict.record
    when = record.steady_at if choice == Choice.STEADY and record.steady_at else record.at
    try:
        apply(record, at=when, decided=(by, at))
    except Same:
        return
    except Contradiction as still:
        raise Refused(str(still), "可改选「两份都留底」，写明情况。") from still
    if record.kind == Kind.IN:
        let_out(record, at)

"""认定 step by step: applied, papers brought, accepted or declined, suspended, resumed, decided."""

from datetime import date, datetime
from typing import Any

from django.db import transaction

from anlan.foundation.accounts.models import User
from anlan.foundation.ledger import services as ledger
from anlan.foundation.rules.queries import rulebook
from anlan.injuries.clocks import Terms, application_due, due, last_day
from anlan.injuries.models import (
    Case,
    Recognition,
    RecognitionOutcome,
    RecognitionStatus,
    Suspension,
)
from anlan.injuries.services.records import pauses_of
from anlan.injuries.states import ACCEPTING, RECOGNITION_STEPS, RESUMING
from anlan.lib.dates import local_date
from anlan.lib.refusals import BadInput, Refused
from anlan.lib.states import advance

_ANEW: dict[str, Any] = {  # what a new application after a declined one begins with
    "papers_asked_on": None,
    "papers_complete_on": None,
    "declined_on": None,
    "clause": "",
}


@transaction.atomic
def apply_recognition(
    case: Case, *, by_employer: bool, on: date, by: User, at: datetime
) -> Recognition:
    """An application came in. One past its own term is recorded too, and said to be late: whether
    there is a reason for it is for the official to weigh (工伤保险条例 17; 法释 2014-9, 7).

    After one that was declined another may come; the former stands in the ledger.
    """
    _refuse_day(on, case.injured_on, "受伤日期", at)
    former = Recognition.objects.select_for_update().filter(case=case).first()
    if former is not None and former.status != RecognitionStatus.DECLINED:
        raise Refused("这件案件已有认定申请。", "请在现有的认定记录上办理。")
    terms = terms_on(on)
    said: dict[str, Any] = {
        "by_employer": by_employer,
        "applied_on": on,
        "due_on": last_day(on, terms.acceptance),
    }
    if former is None:
        record = Recognition.objects.create(case=case, **said)
    else:
        _refuse_day(on, former.declined_on, "不予受理的日期", at)
        advance(former, RecognitionStatus.APPLIED, RECOGNITION_STEPS, **said, **_ANEW)
        record = former
    late = on > application_due(case.injured_on, by_employer=by_employer, terms=terms)
    _write(record, "recognition_applied", by, at, on=on.isoformat(), late=late)
    return record


@transaction.atomic
def ask_papers(record: Recognition, *, on: date, by: User, at: datetime) -> Recognition:
    """Papers are missing; until they come no clock runs against the authority."""
    _refuse_day(on, record.applied_on, "申请日期", at)
    advance(
        record,
        RecognitionStatus.PAPERS_ASKED,
        RECOGNITION_STEPS,
        papers_asked_on=on,
        due_on=None,
    )
    _write(record, "papers_asked", by, at, on=on.isoformat())
    return record


@transaction.atomic
def bring_papers(record: Recognition, *, on: date, by: User, at: datetime) -> Recognition:
    """All that was missing came: 15 days anew to accept or decline (工伤认定办法 8)."""
    _refuse_day(on, record.papers_asked_on, "通知补正的日期", at)
    last = last_day(on, terms_on(on).acceptance)
    advance(
        record,
        RecognitionStatus.PAPERS_HERE,
        RECOGNITION_STEPS,
        papers_complete_on=on,
        due_on=last,
    )
    _write(record, "papers_brought", by, at, on=on.isoformat())
    return record


@transaction.atomic
def decline(record: Recognition, *, on: date, clause: str, by: User, at: datetime) -> Recognition:
    """Not accepted, with the reason that the written answer gives (工伤认定办法 8)."""
    if not clause.strip():
        raise BadInput("不予受理要写明理由。", "例如：超过一年申请时限。")
    _refuse_day(on, _last_step(record), "上一步的日期", at)
    late = record.due_on is not None and on > record.due_on
    reason = clause.strip()[:60]
    advance(
        record,
        RecognitionStatus.DECLINED,
        RECOGNITION_STEPS,
        declined_on=on,
        clause=reason,
        due_on=None,
    )
    said = {"on": on.isoformat(), "late": late, "reason": reason}  # it outlives a new application
    _write(record, "recognition_declined", by, at, **said)
    return record


@transaction.atomic
def accept(
    record: Recognition, *, on: date, clear: bool = False, by: User, at: datetime
) -> Recognition:
    """Accepted: 60 days for the decision from here, 15 where facts and duties are clear."""
    _refuse_day(on, _last_step(record), "上一步的日期", at)
    terms = terms_on(on)
    changes: dict[str, Any] = {"accepted_on": on, "clear": clear}
    if record.status == RecognitionStatus.PAPERS_ASKED:
        changes["papers_complete_on"] = on
    changes["due_on"] = due(on, terms.decision_clear if clear else terms.decision)
    advance(record, RecognitionStatus.ACCEPTED, ACCEPTING, **changes)
    _write(record, "recognition_accepted", by, at, on=on.isoformat(), clear=clear)
    return record


@transaction.atomic
def suspend(record: Recognition, *, on: date, reason: str, by: User, at: datetime) -> Recognition:
    """The clock stands until another authority has concluded (工伤保险条例 20)."""
    if not reason.strip():
        raise BadInput("中止要写明原因。", "例如：等待交通事故责任认定书。")
    ended = [pause.until for pause in pauses_of(record) if pause.until]
    _refuse_day(on, max([*ended, record.accepted_on or on]), "受理或上次恢复的日期", at)
    advance(record, RecognitionStatus.SUSPENDED, RECOGNITION_STEPS, due_on=None)
    Suspension.objects.create(recognition=record, since=on, reason=reason.strip()[:200])
    _write(record, "recognition_suspended", by, at, on=on.isoformat())
    return record


@transaction.atomic
def resume(record: Recognition, *, on: date, by: User, at: datetime) -> Recognition:
    """The clock runs again; the last day moves by exactly the days it stood."""
    standing = record.suspensions.filter(until=None).order_by("-since").first()
    if standing is None:
        raise Refused("这件认定没有中止。", "请刷新页面查看最新状态。")
    _refuse_day(on, standing.since, "中止日期", at)
    standing.until = on
    standing.save(update_fields=["until"])
    accepted = record.accepted_on or standing.since
    terms = terms_on(accepted)
    term = terms.decision_clear if record.clear else terms.decision
    last = due(accepted, term, pauses_of(record))
    advance(record, RecognitionStatus.ACCEPTED, RESUMING, due_on=last)
    _write(record, "recognition_resumed", by, at, on=on.isoformat())
    return record


@transaction.atomic
def decide(
    record: Recognition, *, on: date, outcome: str, clause: str = "", by: User, at: datetime
) -> Recognition:
    """The decision, with the clause it rests on. A clock that stands has to be set going first."""
    if outcome not in RecognitionOutcome.values:
        raise BadInput("认定结论不在可选范围内。", "请从列表里选一项。")
    _refuse_day(on, record.accepted_on, "受理日期", at)
    late = record.due_on is not None and on > record.due_on
    advance(
        record,
        RecognitionStatus.DECIDED,
        RECOGNITION_STEPS,
        decided_on=on,
        outcome=outcome,
        clause=clause.strip()[:60],
        due_on=None,
    )
    said = str(RecognitionOutcome(outcome).label)
    _write(record, "recognition_decided", by, at, on=on.isoformat(), outcome=said, late=late)
    return record


def _last_step(record: Recognition) -> date | None:
    """The day of the last step before acceptance."""
    return record.papers_complete_on or record.papers_asked_on or record.applied_on


def terms_on(day: date) -> Terms:
    """The terms in force on a day."""
    return Terms.of(rulebook(day))


def _refuse_day(on: date, not_before: date | None, what: str, at: datetime) -> None:
    if on > local_date(at):
        raise BadInput("日期晚于今天。", "请填写实际发生的日期。")
    if not_before is not None and on < not_before:
        raise BadInput(f"日期 {on} 早于{what} {not_before}。", "请核对日期，其余内容已保留。")


def _write(record: Recognition, verb: str, by: User, at: datetime, **data: Any) -> None:
    Case.objects.filter(pk=record.case_id).update(changed_at=at)
    ledger.record(record.case.subject, verb, by=by, at=at, **data)

"""鉴定: applied for once an injury is recognised, extended once, graded; reviewed after a year."""

from datetime import date, datetime
from typing import Any

from django.db import transaction

from anlan.foundation.accounts.models import User
from anlan.foundation.ledger import services as ledger
from anlan.injuries.clocks import last_day, years_later
from anlan.injuries.models import (
    Appraisal,
    AppraisalStatus,
    Case,
    Recognition,
    RecognitionOutcome,
)
from anlan.injuries.services.recognising import terms_on
from anlan.injuries.states import APPRAISAL_STEPS
from anlan.lib.dates import local_date
from anlan.lib.refusals import BadInput, Refused
from anlan.lib.states import advance

RECOGNISED = (RecognitionOutcome.RECOGNISED, RecognitionOutcome.DEEMED)
WORST = 10


@transaction.atomic
def apply_appraisal(case: Case, *, on: date, by: User, at: datetime) -> Appraisal:
    """The first 鉴定, or a review of the last one a year after its conclusion (条例 28)."""
    _refuse_future(on, at)
    recognised = Recognition.objects.filter(case=case, outcome__in=RECOGNISED).first()
    if recognised is None:
        raise Refused("还没有认定为工伤，不能申请劳动能力鉴定。", "请先办结工伤认定。")
    last = case.appraisals.order_by("-no").first()
    if last is not None:
        _refuse_early_review(last, on)
    elif recognised.decided_on and on < recognised.decided_on:
        raise BadInput(f"日期 {on} 早于认定决定 {recognised.decided_on}。", "请核对日期。")
    record = Appraisal.objects.create(
        case=case,
        no=last.no + 1 if last else 1,
        applied_on=on,
        due_on=last_day(on, terms_on(on).appraisal),
    )
    _write(record, "appraisal_applied", by, at, no=record.no, on=on.isoformat())
    return record


@transaction.atomic
def extend_appraisal(record: Appraisal, *, by: User, at: datetime) -> Appraisal:
    """Thirty days more, once (条例 25)."""
    applied = record.applied_on or local_date(at)
    terms = terms_on(applied)
    last = last_day(applied, terms.appraisal + terms.appraisal_extension)
    advance(record, AppraisalStatus.EXTENDED, APPRAISAL_STEPS, due_on=last)
    _write(record, "appraisal_extended", by, at, no=record.no)
    return record


@transaction.atomic
def grade(record: Appraisal, *, on: date, grade: int, by: User, at: datetime) -> Appraisal:
    """The conclusion by GB/T 16180: 1 is the worst, 10 the least, 0 reaches no grade."""
    _refuse_future(on, at)
    if not 0 <= grade <= WORST:
        raise BadInput("伤残等级应为一级到十级，或未达级。", "请从列表里选一项。")
    if record.applied_on and on < record.applied_on:
        raise BadInput(f"日期 {on} 早于申请日期 {record.applied_on}。", "请核对日期。")
    late = record.due_on is not None and on > record.due_on
    advance(
        record, AppraisalStatus.DECIDED, APPRAISAL_STEPS, decided_on=on, grade=grade, due_on=None
    )
    _write(record, "appraisal_graded", by, at, no=record.no, on=on.isoformat(), late=late)
    return record


def _refuse_early_review(last: Appraisal, on: date) -> None:
    if last.status != AppraisalStatus.DECIDED:
        raise Refused("上一次鉴定还没有结论。", "请先办结，再申请复查。")
    if last.decided_on is None:
        return
    first = years_later(last.decided_on, terms_on(on).review_years)
    if on < first:
        raise Refused(f"距上次鉴定结论不满一年，{first} 起才能申请复查。", "请到期后再申请。")


def _refuse_future(on: date, at: datetime) -> None:
    if on > local_date(at):
        raise BadInput("日期晚于今天。", "请填写实际发生的日期。")


def _write(record: Appraisal, verb: str, by: User, at: datetime, **data: Any) -> None:
    Case.objects.filter(pk=record.case_id).update(changed_at=at)
    ledger.record(record.case.subject, verb, by=by, at=at, **data)

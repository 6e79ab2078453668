"""Records as a file brings them: what its days say decides the state and the clock."""

from typing import Any

from anlan.injuries.clocks import Pause, Terms, due, last_day
from anlan.injuries.models import (
    Appraisal,
    AppraisalStatus,
    Case,
    Recognition,
    RecognitionStatus,
)


def recognition_from(
    case: Case, found: Recognition | None, said: dict[str, Any], terms: Terms
) -> Recognition:
    """An unsaved 认定 with the file's columns; one that stands still here goes on standing."""
    record = found or Recognition(case=case)
    accepted = record.accepted_on
    for name, value in said.items():
        setattr(record, name, value)
    stands = record.status == RecognitionStatus.SUSPENDED
    if record.decided_on:
        record.status, record.due_on = RecognitionStatus.DECIDED, None
    elif record.accepted_on and not stands and record.accepted_on != accepted:
        record.status = RecognitionStatus.ACCEPTED
        term = terms.decision_clear if record.clear else terms.decision
        record.due_on = due(record.accepted_on, term, pauses_of(record))
    elif record.applied_on and record.status == RecognitionStatus.APPLIED:
        record.due_on = last_day(record.applied_on, terms.acceptance)
    return record


def appraisal_from(
    case: Case, found: Appraisal | None, said: dict[str, Any], terms: Terms
) -> Appraisal:
    """An unsaved 鉴定, the first of its case. A grade without a day counts as a conclusion."""
    record = found or Appraisal(case=case)
    for name, value in said.items():
        setattr(record, name, value)
    if record.decided_on or record.grade is not None:
        record.status, record.due_on = AppraisalStatus.DECIDED, None
    elif record.applied_on:
        record.due_on = last_day(record.applied_on, terms.appraisal)
    return record


def pauses_of(record: Recognition) -> list[Pause]:
    """The suspensions of a 认定 for its clock; none of one that isn't saved yet."""
    if record.pk is None:
        return []
    return [
        Pause(since, until) for since, until in record.suspensions.values_list("since", "until")
    ]

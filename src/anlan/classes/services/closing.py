"""Closing a class: only with complete evidence; the figures are frozen as they stand."""

from datetime import datetime

from django.db import transaction
from django.db.models import Sum

from anlan.attendance.queries import attendances
from anlan.classes import queries
from anlan.classes.checks import Gap
from anlan.classes.evidence import missing_evidence
from anlan.classes.models import Closing, Status, TrainingClass
from anlan.classes.results import Result, results_of
from anlan.classes.services.reviews import touched
from anlan.classes.states import STEPS
from anlan.foundation.accounts.models import User
from anlan.foundation.ledger.services import record
from anlan.foundation.notices.services import tell
from anlan.lib.refusals import Refused
from anlan.lib.states import advance
from anlan.trainers.services import record_outcome


class EvidenceMissing(Refused):
    """The class can't be closed; `gaps` says exactly what is missing."""

    def __init__(self, gaps: list[Gap]) -> None:
        super().__init__(f"还有 {len(gaps)} 项证据不齐，不能结班。", "请按清单补齐后再结班。")
        self.gaps = gaps


@transaction.atomic
def close_class(klass: TrainingClass, *, by: User, at: datetime) -> Closing:
    """结班: evidence first, then the figures, then no more changes."""
    if gaps := missing_evidence(klass, at=at):
        raise EvidenceMissing(gaps)
    advance(klass, Status.CLOSED, STEPS, closed_at=at)
    closing = _figures(klass, by, at)
    closing.save()
    _record_outcomes(klass, closing, at)
    record(
        klass.subject,
        "class_closed",
        by=by,
        at=at,
        enrolled=closing.enrolled,
        attended=closing.attended,
        attendances=closing.attendances,
        passed=closing.passed,
        passed_first=closing.passed_first,
    )
    tell(
        touched(klass),
        f"培训班已结班：{klass.title}",
        body="成绩和证明可以查看了。",
        url=f"/classes/{klass.uid}/",
        at=at,
        dedupe=f"closed/{klass.uid}",
    )
    return closing


def _figures(klass: TrainingClass, by: User, at: datetime) -> Closing:
    results: list[Result] = list(results_of(klass).values())
    ratings = klass.surveys.aggregate(
        a=Sum("useful", default=0),
        b=Sum("clear", default=0),
        c=Sum("place", default=0),
        d=Sum("recommend", default=0),
    )
    return Closing(
        klass=klass,
        enrolled=len(results),
        attended=sum(r.attended for r in results),
        attendances=attendances(
            queries.registers_of(klass), [one.enrolment.person_id for one in results]
        ),
        sat=sum(r.sat for r in results),
        passed_first=sum(r.passed_first for r in results),
        passed=sum(r.passed for r in results),
        made_up=sum(r.passed and not r.passed_first for r in results),
        surveys=klass.surveys.count(),
        rating_sum=sum(ratings.values()),
        hours=sum(session.hours for session in klass.sessions.all()),
        by=by,
        at=at,
    )


def _record_outcomes(klass: TrainingClass, closing: Closing, at: datetime) -> None:
    clear = klass.surveys.aggregate(total=Sum("clear", default=0))["total"]
    for trainer in {session.trainer for session in queries.sessions_of(klass)}:
        record_outcome(
            trainer,
            occasion=klass.uid,
            sat=closing.sat,
            passed=closing.passed_first,
            ratings=closing.surveys,
            rating_sum=clear,
            at=at,
        )

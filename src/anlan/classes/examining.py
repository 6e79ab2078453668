"""What an examiner finds to mark."""

from datetime import datetime
from typing import Any

from django.db.models import QuerySet

from anlan.classes.models import Enrolment, EnrolmentStatus, Status, Trial
from anlan.foundation.accounts.models import Role, ScopeKind, User
from anlan.foundation.accounts.queries import reach
from anlan.lib.dates import day_bounds, local_date


def practicals_waiting_for(user: User, *, at: datetime) -> QuerySet[Trial]:
    """Unmarked practicals of the examiner's organisations, due by the end of today."""
    own = reach(user).keys(ScopeKind.ORGANIZATION, Role.EXAMINER)
    waiting = Trial.objects.filter(
        practical__at__isnull=True,
        practical__opens_at__lt=day_bounds(local_date(at))[1],
        enrolment__klass__provider__uid__in=own,
        enrolment__klass__status=Status.RUNNING,
        enrolment__status=EnrolmentStatus.ENROLLED,
    ).exclude(practical=None)
    found = waiting.select_related(
        "practical__checklist", "enrolment__person", "enrolment__organization", "enrolment__klass"
    )
    return found.order_by("enrolment__klass_id", "practical__opens_at", "id")


def trial_to_examine(enrolment: Enrolment) -> Trial | None:
    """The latest try that holds a practical: to be marked, or to be read when it has been."""
    held = enrolment.trials.filter(practical__isnull=False).order_by("no")
    return held.select_related("practical__checklist", "practical__examiner").last()


def items_missed(trial: Trial | None) -> list[dict[str, Any]]:
    """The checklist's items that a marked practical did not meet, the critical ones first."""
    if trial is None or trial.practical is None:
        return []
    marks = trial.practical.marks
    missed = [i for i in trial.practical.checklist.items if not marks.get(i["key"], True)]
    return sorted(missed, key=lambda item: not item["critical"])

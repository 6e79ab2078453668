"""What ran out is told to the district: found by a query, once a step."""

from datetime import datetime

from django.db import transaction

from anlan.hazards.models import ActKind, Hazard, Status
from anlan.hazards.queries import hazards as queries
from anlan.hazards.services.steps import tell_about, write_act

STEPS = {
    Status.REPORTED: "受理",
    Status.ACCEPTED: "指派",
    Status.ASSIGNED: "整改",
    Status.RECTIFIED: "复查",
    Status.CLOSED: "复访",
}


@transaction.atomic
def escalate(hazard: Hazard, *, at: datetime) -> bool:
    """Tell the district; False when somebody was faster or the step has been taken meanwhile."""
    same = Hazard.objects.filter(
        pk=hazard.pk, status=hazard.status, due_at=hazard.due_at, escalated_at__isnull=True
    )
    if not same.update(escalated_at=at):
        return False
    hazard.escalated_at = at
    step = STEPS[Status(hazard.status)]
    write_act(hazard, ActKind.ESCALATED, by=None, at=at, words=f"{step}超期", step=step)
    title = f"隐患{step}超期（{hazard.get_grade_display()}）"
    told = queries.officials_of(hazard)
    if hazard.status != Status.CLOSED:  # a revisit is not the enterprise's to do
        told = [*told, *queries.officers_of(hazard.organization)]
    tell_about(hazard, told, title, at=at, but=None)
    return True

"""A step that has run out is told to the district, once."""

from datetime import datetime

from django.db import transaction

from anlan.visits.models import DeedKind, Visit
from anlan.visits.queries import visits as queries
from anlan.visits.services.steps import tell_about, write_deed


@transaction.atomic
def escalate(visit: Visit, *, at: datetime) -> bool:
    """Whether it was this call that told them."""
    rows = Visit.objects.filter(
        pk=visit.pk, status=visit.status, due_at=visit.due_at, escalated_at__isnull=True
    )
    if not rows.update(escalated_at=at):
        return False
    step = visit.get_status_display()
    write_deed(visit, DeedKind.ESCALATED, by=None, at=at, words=step, step=step)
    told = [*queries.officials_of(visit.organization), visit.expert]
    tell_about(visit, told, f"专家诊疗超期：{step}", at=at, but=None)
    return True

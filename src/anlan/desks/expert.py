"""The expert's desk, for who has another one too; alone, the expert's first page is the phone's."""

from datetime import datetime

from django.urls import reverse

from anlan.desks.shape import SHOWN, Desk, Figure
from anlan.foundation.accounts.models import User
from anlan.foundation.ui.parts import Todo
from anlan.lib.dates import day_bounds, local_date
from anlan.visits.models import Status, Visit
from anlan.visits.queries import visits
from anlan.visits.states import MADE

ACTS = {
    Status.REQUESTED: "派专家",
    Status.ASSIGNED: "提时间",
    Status.PROPOSED: "选时间",
    Status.BOOKED: "去诊疗",
    Status.RUNNING: "逐项检查",
    Status.VISITED: "写报告",
    Status.SIGNED: "签收",
    Status.CONTESTED: "答复异议",
}


def desk_of(user: User, at: datetime) -> Desk:
    own = visits.visits_by(user)
    waiting = visits.waiting_for(user, at).select_related("organization").order_by("due_at", "id")
    todos = [visit_todo(one) for one in waiting]
    year = day_bounds(local_date(at).replace(month=1, day=1))[0]
    made = own.filter(status__in=MADE, ended_at__gte=year).count()
    href = reverse("visits:today")
    return Desk(
        todos=todos[:SHOWN],
        figures=[Figure("本年度诊疗", made, href, unit="次")],
        quiet="没有要办的诊疗。",
        waiting=len(todos),
        rest_href=href,
    )


def visit_todo(visit: Visit) -> Todo:
    """One visit as it waits for somebody; the act is that of its state."""
    return Todo(
        f"专家诊疗：{visit.organization.name}",
        reverse("visits:visit", args=[visit.uid]),
        ACTS.get(Status(visit.status), "查看"),
        str(visit.get_status_display()),
        visit.due_at,
    )

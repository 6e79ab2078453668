"""专家诊疗与自查: the visits made and booked, the next self-inspection, what they found open."""

from datetime import datetime, time
from uuid import UUID

from django.urls import reverse

from anlan.desks.enterprise_file.shape import Asked, Line, Section, Sign
from anlan.desks.expert import visit_todo
from anlan.foundation.ui.formats import cn_date
from anlan.foundation.ui.parts import Todo
from anlan.lib.dates import at_shanghai, local_date
from anlan.visits.queries import visits
from anlan.visits.queries.ahead import NextSteps, next_steps

LAST_MINUTE = time(23, 59)
MOST_STEPS = 20


def section(asked: Asked) -> Section:
    ahead = next_steps(asked.organization, asked.at)
    late = ahead.inspection_overdue
    return Section(
        "visits",
        "诊疗与自查",
        [
            _visit("下次上门", ahead.next_visit, ahead.next_visit_uid, "还没有约定"),
            _visit("上次上门", ahead.last_visit, ahead.last_visit_uid, "还没有专家来过"),
            Line(
                "下次自查",
                f"{cn_date(ahead.inspection_due)} 前" if ahead.inspection_due else "—",
                "已过期" if late else "",
                "stop" if late else "",
            ),
            Line("查出未销号", f"{ahead.open_findings} 条", "自查和专家查出、还没有销号的隐患"),
        ],
        steps=_steps(asked, ahead),
        signs=[Sign("自查已过期" if late else "自查没有过期", late)],
        source="自查周期由规则定；上门以专家到企业现场的时间为准。",
        href=reverse("visits:ask") if asked.own else "",
        act="请专家上门" if asked.own else "",
    )


def _visit(label: str, moment: datetime | None, uid: UUID | None, none: str) -> Line:
    if moment is None or uid is None:
        return Line(label, "—", none)
    return Line(label, cn_date(local_date(moment)), href=reverse("visits:visit", args=[uid]))


def _steps(asked: Asked, ahead: NextSteps) -> list[Todo]:
    """What waits for the reader's own hand; a self-inspection is the officer's."""
    waiting = visits.waiting_for(asked.user, asked.at).filter(organization=asked.organization)
    steps = [visit_todo(one) for one in waiting.order_by("due_at", "id")[:MOST_STEPS]]
    if asked.own and ahead.inspection_due:
        last = at_shanghai(ahead.inspection_due, LAST_MINUTE)
        steps.append(Todo("企业自查", reverse("visits:mine"), "去自查", "", last))
    return steps

"""The life of a checklist's version and of a visit.

待派专家 → 待提时间 → 待选时间 → 已约定 → 现场诊疗 → 待出报告 → 待企业签收 → 整改跟踪 → 已办结
              ↑          │          │                              ⇅
              └──────────┴──────────┘ none fits, moved          企业有异议
before it begins, or broken off → 已取消
"""

from anlan.lib.states import Steps
from anlan.visits.models import Issue, Status

ISSUE_STEPS: Steps = {Issue.DRAFT: {Issue.ISSUED}, Issue.ISSUED: set()}

VISIT_STEPS: Steps = {
    Status.REQUESTED: {Status.ASSIGNED, Status.CANCELLED},
    Status.ASSIGNED: {Status.ASSIGNED, Status.PROPOSED, Status.CANCELLED},
    Status.PROPOSED: {Status.BOOKED, Status.ASSIGNED, Status.CANCELLED},
    Status.BOOKED: {Status.RUNNING, Status.ASSIGNED, Status.CANCELLED},
    Status.RUNNING: {Status.VISITED, Status.CANCELLED},
    Status.VISITED: {Status.SIGNED},
    Status.SIGNED: {Status.RECEIVED, Status.CONTESTED},
    Status.CONTESTED: {Status.SIGNED},
    Status.RECEIVED: {Status.CONCLUDED},
    Status.CONCLUDED: set(),
    Status.CANCELLED: set(),
}


def out_of(since: Status) -> Steps:
    """The steps of one state, for a verb that starts from it alone."""
    return {since: VISIT_STEPS[since]}


BEFORE = (Status.REQUESTED, Status.ASSIGNED, Status.PROPOSED, Status.BOOKED)
MADE = (Status.VISITED, Status.SIGNED, Status.CONTESTED, Status.RECEIVED, Status.CONCLUDED)
OPEN = tuple(one for one in Status if one not in (Status.CONCLUDED, Status.CANCELLED))

"""The whole life of a class on one screen.

草稿 → 待区县审核 → 待市级审批 → 报名中 → 进行中 → 已结班
         ↓ ↑ 退回修改 ←┘           └──────┴→ 已取消
"""

from anlan.classes.models import ChangeStatus, Status
from anlan.lib.states import Steps

STEPS: Steps = {
    Status.DRAFT: {Status.SUBMITTED, Status.CANCELLED},
    Status.SUBMITTED: {Status.REVIEWED, Status.RETURNED, Status.CANCELLED},
    Status.REVIEWED: {Status.APPROVED, Status.RETURNED, Status.CANCELLED},
    Status.RETURNED: {Status.SUBMITTED, Status.CANCELLED},
    Status.APPROVED: {Status.RUNNING, Status.CANCELLED},
    Status.RUNNING: {Status.CLOSED, Status.CANCELLED},
    Status.CLOSED: set(),
    Status.CANCELLED: set(),
}

CHANGE_STEPS: Steps = {
    ChangeStatus.ASKED: {ChangeStatus.GRANTED, ChangeStatus.REFUSED, ChangeStatus.WITHDRAWN},
    ChangeStatus.GRANTED: set(),
    ChangeStatus.REFUSED: set(),
    ChangeStatus.WITHDRAWN: set(),
}

EDITABLE = (Status.DRAFT, Status.RETURNED)
UNDECIDED = (Status.DRAFT, Status.SUBMITTED, Status.REVIEWED, Status.RETURNED)
UNDER_WAY = (Status.APPROVED, Status.RUNNING)
BOOKABLE = (Status.APPROVED,)
SHOWN_AS_STEPS = (
    Status.DRAFT,
    Status.SUBMITTED,
    Status.REVIEWED,
    Status.APPROVED,
    Status.RUNNING,
    Status.CLOSED,
)

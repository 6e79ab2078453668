"""The life of a hazard, of a tip and of a reward.

    待受理 → 待指派 → 整改中 ⇄ 待复查 → 已销号      已销号 → 待指派: still there, or opened again
       └→ 不予受理 → 待受理

Nothing is closed but by a re-check, and no re-check by who rectified (`services.rectifying`).
"""

from anlan.hazards.models import RewardStatus, Status, TipStatus
from anlan.lib.states import Steps

HAZARD_STEPS: Steps = {
    Status.REPORTED: {Status.ACCEPTED, Status.DECLINED},
    Status.DECLINED: {Status.REPORTED},
    Status.ACCEPTED: {Status.ASSIGNED},
    Status.ASSIGNED: {Status.RECTIFIED},
    Status.RECTIFIED: {Status.CLOSED, Status.ASSIGNED},
    Status.CLOSED: {Status.ACCEPTED},
}


def out_of(since: Status) -> Steps:
    """The steps of one state: two verbs lead to 待指派 and two to 整改中, each from its own."""
    return {since: HAZARD_STEPS[since]}


OPEN = (Status.REPORTED, Status.ACCEPTED, Status.ASSIGNED, Status.RECTIFIED)
# Where a hazard goes when it is opened again.
REOPENED = {Status.DECLINED: Status.REPORTED, Status.CLOSED: Status.ACCEPTED}

TIP_STEPS: Steps = {
    TipStatus.RECEIVED: {TipStatus.VERIFYING, TipStatus.DISMISSED},
    TipStatus.VERIFYING: {TipStatus.CONFIRMED, TipStatus.UNFOUNDED},
    TipStatus.CONFIRMED: set(),
    TipStatus.UNFOUNDED: {TipStatus.VERIFYING},
    TipStatus.DISMISSED: {TipStatus.VERIFYING},
}
TIP_OPEN = (TipStatus.RECEIVED, TipStatus.VERIFYING)

REWARD_STEPS: Steps = {
    RewardStatus.PROPOSED: {RewardStatus.APPROVED, RewardStatus.RETURNED},
    RewardStatus.APPROVED: {RewardStatus.PAID},
    RewardStatus.RETURNED: set(),
    RewardStatus.PAID: set(),
}

"""The life of a declaration, of an exemplar and of an objection.

    待核实 → 已核实      待核实, 已核实 → 已退回 → 待核实

    待区县核查 → 待市级决定 → 公示中 → 已命名 → 已到期, 已续期
        ↑  └→ 退回补正 ←┘        │       ⇅
        └──────┘              ↓    待决定是否撤销 → 已撤销, 已到期
                      objection upheld: back to 待市级决定

Only a person names and only a person withdraws; the clock alone ends what has run out.
"""

from anlan.exemplars.models import ObjectionStatus, Stand, Status
from anlan.lib.states import Steps

DECLARATION_STEPS: Steps = {
    Stand.DECLARED: {Stand.VERIFIED, Stand.RETURNED},
    Stand.VERIFIED: {Stand.RETURNED},
    Stand.RETURNED: {Stand.DECLARED},
}

EXEMPLAR_STEPS: Steps = {
    Status.APPLIED: {Status.EXAMINED, Status.RETURNED, Status.CANCELLED},
    Status.EXAMINED: {Status.ANNOUNCED, Status.RETURNED, Status.REFUSED, Status.CANCELLED},
    Status.RETURNED: {Status.APPLIED, Status.CANCELLED},
    Status.ANNOUNCED: {Status.NAMED, Status.EXAMINED, Status.CANCELLED},
    Status.NAMED: {Status.DOUBTED, Status.EXPIRED, Status.RENEWED},
    Status.DOUBTED: {Status.NAMED, Status.WITHDRAWN, Status.EXPIRED},
}

OBJECTION_STEPS: Steps = {
    ObjectionStatus.OPEN: {ObjectionStatus.DISMISSED, ObjectionStatus.UPHELD},
}


def out_of(since: Status) -> Steps:
    """The steps of one state: three verbs lead to 待市级决定 or 已命名, each from its own."""
    return {since: EXEMPLAR_STEPS[since]}

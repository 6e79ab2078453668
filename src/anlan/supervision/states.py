"""The life of a ticket, of a spot check and of a call-back.

待指派 → 核实中 → 待机构说明 → 机构已说明 → 认定属实 / 已排除 → 已结案
            └────────────┴→ 已排除            new evidence opens what was settled: → 待指派

Nothing is confirmed before the provider was asked.
"""

from anlan.lib.states import Steps
from anlan.supervision.models import CallStatus, CheckStatus, TicketStatus

DECIDING = {TicketStatus.CONFIRMED, TicketStatus.DISMISSED}

TICKET_STEPS: Steps = {
    TicketStatus.OPEN: {TicketStatus.ASSIGNED},
    TicketStatus.ASSIGNED: {TicketStatus.ASSIGNED, TicketStatus.ASKED, TicketStatus.DISMISSED},
    TicketStatus.ASKED: {TicketStatus.EXPLAINED, *DECIDING},
    TicketStatus.EXPLAINED: {TicketStatus.ASKED, *DECIDING},
    TicketStatus.CONFIRMED: {TicketStatus.CLOSED},
    TicketStatus.DISMISSED: {TicketStatus.CLOSED, TicketStatus.OPEN},
    TicketStatus.CLOSED: {TicketStatus.OPEN},
}
# Where a ticket waits for somebody to look into it.
UNDECIDED = (
    TicketStatus.OPEN,
    TicketStatus.ASSIGNED,
    TicketStatus.ASKED,
    TicketStatus.EXPLAINED,
)
UNFINISHED = (*UNDECIDED, TicketStatus.CONFIRMED, TicketStatus.DISMISSED)
SETTLED = (TicketStatus.DISMISSED, TicketStatus.CLOSED)

CHECK_STEPS: Steps = {
    CheckStatus.PLANNED: {CheckStatus.DONE, CheckStatus.CANCELLED},
    CheckStatus.DONE: set(),
    CheckStatus.CANCELLED: set(),
}

CALL_STEPS: Steps = {
    CallStatus.WAITING: {CallStatus.REACHED, CallStatus.NOT_REACHED, CallStatus.REFUSED},
    CallStatus.NOT_REACHED: {CallStatus.REACHED, CallStatus.NOT_REACHED, CallStatus.REFUSED},
    CallStatus.REACHED: set(),
    CallStatus.REFUSED: set(),
}

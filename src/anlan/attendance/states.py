"""The life of a request for leave."""

from anlan.attendance.models import LeaveStatus
from anlan.lib.states import Steps

LEAVE_STEPS: Steps = {
    LeaveStatus.ASKED: {LeaveStatus.GRANTED, LeaveStatus.REFUSED, LeaveStatus.WITHDRAWN},
    LeaveStatus.GRANTED: set(),
    LeaveStatus.REFUSED: set(),
    LeaveStatus.WITHDRAWN: set(),
}

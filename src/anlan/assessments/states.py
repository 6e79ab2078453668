"""The life of a sitting."""

from anlan.assessments.models import SittingStatus
from anlan.lib.states import Steps

SITTING_STEPS: Steps = {
    SittingStatus.READY: {SittingStatus.STARTED, SittingStatus.LAPSED, SittingStatus.VOID},
    SittingStatus.STARTED: {SittingStatus.SUBMITTED, SittingStatus.VOID},
    SittingStatus.SUBMITTED: set(),
    SittingStatus.LAPSED: set(),
    SittingStatus.VOID: set(),
}

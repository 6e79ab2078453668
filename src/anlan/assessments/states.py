"""The life of a sitting, of its review and of an appeal."""

from anlan.assessments.models import AppealStatus, ReviewStatus, SittingStatus
from anlan.lib.states import Steps

# A result is voided and restored by a person only: `services.results`. A paper that nobody handed
# in goes back to where it was.
SITTING_STEPS: Steps = {
    SittingStatus.READY: {
        SittingStatus.STARTED,
        SittingStatus.ON_PAPER,
        SittingStatus.LAPSED,
        SittingStatus.VOID,
    },
    SittingStatus.STARTED: {SittingStatus.SUBMITTED, SittingStatus.VOID},
    SittingStatus.ON_PAPER: {SittingStatus.STARTED, SittingStatus.READY, SittingStatus.VOID},
    SittingStatus.SUBMITTED: set(),
    SittingStatus.LAPSED: set(),
    SittingStatus.VOID: set(),
}
RESULT_STEPS: Steps = {
    SittingStatus.SUBMITTED: {SittingStatus.VOID},
    SittingStatus.VOID: {SittingStatus.SUBMITTED},
}
UNDECIDED_REVIEWS = (ReviewStatus.WAITING, ReviewStatus.ASKED, ReviewStatus.HEARD)
REVIEW_STEPS: Steps = {
    ReviewStatus.WAITING: {ReviewStatus.ASKED, ReviewStatus.NORMAL},
    ReviewStatus.ASKED: {ReviewStatus.HEARD, ReviewStatus.NORMAL, ReviewStatus.RETAKE},
    ReviewStatus.HEARD: {ReviewStatus.NORMAL, ReviewStatus.RETAKE},
    ReviewStatus.NORMAL: set(),
    ReviewStatus.RETAKE: set(),
}
APPEAL_STEPS: Steps = {
    AppealStatus.OPEN: {AppealStatus.UPHELD, AppealStatus.CORRECTED},
    AppealStatus.UPHELD: set(),
    AppealStatus.CORRECTED: set(),
}

"""The lives of a sitting, its review and appeal, of an item and a bank file."""

from anlan.assessments.models import (
    AppealStatus,
    BankUploadStatus,
    ItemStatus,
    ReviewStatus,
    SittingStatus,
)
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
ITEM_STEPS: Steps = {
    ItemStatus.DRAFT: {ItemStatus.REVIEW, ItemStatus.RETIRED},
    ItemStatus.REVIEW: {ItemStatus.IN_USE, ItemStatus.DRAFT, ItemStatus.RETIRED},
    ItemStatus.IN_USE: {ItemStatus.RETIRED},
    ItemStatus.RETIRED: set(),
}
BANK_UPLOAD_STEPS: Steps = {
    BankUploadStatus.UPLOADED: {
        BankUploadStatus.READ,
        BankUploadStatus.FAILED,
        BankUploadStatus.DISCARDED,
    },
    BankUploadStatus.READ: {BankUploadStatus.CONFIRMED, BankUploadStatus.DISCARDED},
    BankUploadStatus.CONFIRMED: {BankUploadStatus.DONE, BankUploadStatus.FAILED},
    BankUploadStatus.DONE: set(),
    BankUploadStatus.DISCARDED: set(),
    BankUploadStatus.FAILED: set(),
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

"""The lives of a sitting, an item and a bank file."""

from anlan.assessments.models import BankUploadStatus, ItemStatus, SittingStatus
from anlan.lib.states import Steps

SITTING_STEPS: Steps = {
    SittingStatus.READY: {SittingStatus.STARTED, SittingStatus.LAPSED, SittingStatus.VOID},
    SittingStatus.STARTED: {SittingStatus.SUBMITTED, SittingStatus.VOID},
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

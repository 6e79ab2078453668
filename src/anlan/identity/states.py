"""The lives of a roster upload, a wish to be deleted, an impact assessment."""

from anlan.identity.models import DeletionStatus, ImpactStatus, UploadStatus
from anlan.lib.states import Steps

ROSTER_STEPS: Steps = {
    UploadStatus.UPLOADED: {UploadStatus.QUEUED, UploadStatus.DISCARDED},
    UploadStatus.QUEUED: {UploadStatus.IMPORTING, UploadStatus.DISCARDED},
    UploadStatus.IMPORTING: {UploadStatus.DONE, UploadStatus.FAILED},
    UploadStatus.DONE: set(),
    UploadStatus.FAILED: set(),
    UploadStatus.DISCARDED: set(),
}

DELETION_STEPS: Steps = {
    DeletionStatus.ASKED: {
        DeletionStatus.GRANTED,
        DeletionStatus.REFUSED,
        DeletionStatus.WITHDRAWN,
    },
    DeletionStatus.GRANTED: {DeletionStatus.DONE, DeletionStatus.WITHDRAWN},
    DeletionStatus.REFUSED: set(),
    DeletionStatus.WITHDRAWN: set(),
    DeletionStatus.DONE: set(),
}

IMPACT_STEPS: Steps = {
    ImpactStatus.DRAFT: {ImpactStatus.SUBMITTED},
    ImpactStatus.SUBMITTED: {ImpactStatus.APPROVED, ImpactStatus.RETURNED},
    ImpactStatus.RETURNED: {ImpactStatus.SUBMITTED},
    ImpactStatus.APPROVED: set(),
}

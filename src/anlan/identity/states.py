"""The lives of sealed uploads, faces, a card's back, checks, calls, wishes, assessments."""

from anlan.identity.models import (
    BackStatus,
    CallStatus,
    CheckStatus,
    DeletionStatus,
    FaceStatus,
    ImpactStatus,
    SealedStatus,
    UploadStatus,
    WishStatus,
)
from anlan.lib.states import Steps

ROSTER_STEPS: Steps = {
    UploadStatus.UPLOADED: {UploadStatus.QUEUED, UploadStatus.DISCARDED},
    UploadStatus.QUEUED: {UploadStatus.IMPORTING, UploadStatus.DISCARDED},
    UploadStatus.IMPORTING: {UploadStatus.DONE, UploadStatus.FAILED},
    UploadStatus.DONE: set(),
    UploadStatus.FAILED: set(),
    UploadStatus.DISCARDED: set(),
}

SEALED_STEPS: Steps = {
    SealedStatus.UPLOADED: {SealedStatus.QUEUED, SealedStatus.DISCARDED},
    SealedStatus.QUEUED: {SealedStatus.RUNNING, SealedStatus.DISCARDED},
    SealedStatus.RUNNING: {SealedStatus.DONE, SealedStatus.FAILED},
    SealedStatus.DONE: set(),
    SealedStatus.FAILED: set(),
    SealedStatus.DISCARDED: set(),
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

WISH_STEPS: Steps = {
    WishStatus.RECORDED: {WishStatus.ASKED, WishStatus.TAKEN, WishStatus.WITHDRAWN},
    WishStatus.ASKED: {WishStatus.DONE, WishStatus.REFUSED, WishStatus.WITHDRAWN},
    WishStatus.TAKEN: set(),
    WishStatus.DONE: set(),
    WishStatus.REFUSED: set(),
    WishStatus.WITHDRAWN: set(),
}

IMPACT_STEPS: Steps = {
    ImpactStatus.DRAFT: {ImpactStatus.SUBMITTED},
    ImpactStatus.SUBMITTED: {ImpactStatus.APPROVED, ImpactStatus.RETURNED},
    ImpactStatus.RETURNED: {ImpactStatus.SUBMITTED},
    ImpactStatus.APPROVED: set(),
}

FACE_STEPS: Steps = {
    FaceStatus.WAITING: {
        FaceStatus.RETAKE,
        FaceStatus.REVIEW,
        FaceStatus.OPEN,
        FaceStatus.ENDED,
    },
    FaceStatus.REVIEW: {FaceStatus.OPEN, FaceStatus.REFUSED, FaceStatus.ENDED},
    FaceStatus.OPEN: {FaceStatus.ENDED},
    FaceStatus.RETAKE: set(),
    FaceStatus.REFUSED: set(),
    FaceStatus.ENDED: set(),
}

# A card is renewed and photographed again: nothing of it is final.
BACK_STEPS: Steps = {
    BackStatus.WAITING: {BackStatus.RETAKE, BackStatus.READ},
    BackStatus.RETAKE: {BackStatus.WAITING},
    BackStatus.READ: {BackStatus.WAITING},
}

# No step leads from `open` to a refusal: a machine never turns anybody away, a person may.
CHECK_STEPS: Steps = {
    CheckStatus.OPEN: {CheckStatus.PASSED, CheckStatus.REVIEW},
    CheckStatus.REVIEW: {CheckStatus.CONFIRMED, CheckStatus.NOT_CONFIRMED},
    CheckStatus.NOT_CONFIRMED: {CheckStatus.APPEALED},
    CheckStatus.APPEALED: {CheckStatus.CONFIRMED, CheckStatus.UPHELD},
    CheckStatus.PASSED: set(),
    CheckStatus.CONFIRMED: set(),
    CheckStatus.UPHELD: set(),
}

# Back from the desk's hands to the queue when the desk falls silent or gives it back.
CALL_STEPS: Steps = {
    CallStatus.WAITING: {CallStatus.TAKEN, CallStatus.ENDED},
    CallStatus.TAKEN: {CallStatus.TALKING, CallStatus.WAITING, CallStatus.ENDED},
    CallStatus.TALKING: {CallStatus.WAITING, CallStatus.ENDED},
    CallStatus.ENDED: set(),
}

"""The lives of a roster upload, a face and an identity check."""

from anlan.identity.models import CheckStatus, FaceStatus, UploadStatus
from anlan.lib.states import Steps

ROSTER_STEPS: Steps = {
    UploadStatus.UPLOADED: {UploadStatus.QUEUED, UploadStatus.DISCARDED},
    UploadStatus.QUEUED: {UploadStatus.IMPORTING, UploadStatus.DISCARDED},
    UploadStatus.IMPORTING: {UploadStatus.DONE, UploadStatus.FAILED},
    UploadStatus.DONE: set(),
    UploadStatus.FAILED: set(),
    UploadStatus.DISCARDED: set(),
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

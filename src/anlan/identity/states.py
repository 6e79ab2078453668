"""The life of a roster upload."""

from anlan.identity.models import UploadStatus
from anlan.lib.states import Steps

ROSTER_STEPS: Steps = {
    UploadStatus.UPLOADED: {UploadStatus.QUEUED, UploadStatus.DISCARDED},
    UploadStatus.QUEUED: {UploadStatus.IMPORTING, UploadStatus.DISCARDED},
    UploadStatus.IMPORTING: {UploadStatus.DONE, UploadStatus.FAILED},
    UploadStatus.DONE: set(),
    UploadStatus.FAILED: set(),
    UploadStatus.DISCARDED: set(),
}

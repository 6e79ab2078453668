"""The lives of an organisation's registration and of a licence's photograph."""

from anlan.lib.states import Steps
from anlan.organizations.models import PhotoStatus, Status

STEPS: Steps = {
    Status.PENDING: {Status.APPROVED, Status.RETURNED},
    Status.RETURNED: {Status.PENDING},
    Status.APPROVED: {Status.SUSPENDED},
    Status.SUSPENDED: {Status.APPROVED},
}

PHOTO_STEPS: Steps = {
    PhotoStatus.WAITING: {PhotoStatus.READ, PhotoStatus.RETAKE},
    PhotoStatus.READ: set(),
    PhotoStatus.RETAKE: set(),
}

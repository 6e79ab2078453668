"""The life of an organisation's registration."""

from anlan.lib.states import Steps
from anlan.organizations.models import Status

STEPS: Steps = {
    Status.PENDING: {Status.APPROVED, Status.RETURNED},
    Status.RETURNED: {Status.PENDING},
    Status.APPROVED: {Status.SUSPENDED},
    Status.SUSPENDED: {Status.APPROVED},
}

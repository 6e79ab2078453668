"""The lives of a certificate and of a run over many."""

from anlan.archives.models import CertificateStatus, RunStatus
from anlan.lib.states import Steps

STEPS: Steps = {
    CertificateStatus.VALID: {CertificateStatus.REVOKED},
    CertificateStatus.REVOKED: set(),
}

RUN_STEPS: Steps = {
    RunStatus.OPEN: {RunStatus.DONE, RunStatus.STOPPED},
    RunStatus.DONE: {RunStatus.OPEN},  # what failed is tried again
    RunStatus.STOPPED: {RunStatus.OPEN},
}

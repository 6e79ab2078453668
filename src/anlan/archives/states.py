"""The life of a certificate."""

from anlan.archives.models import CertificateStatus
from anlan.lib.states import Steps

STEPS: Steps = {
    CertificateStatus.VALID: {CertificateStatus.REVOKED},
    CertificateStatus.REVOKED: set(),
}

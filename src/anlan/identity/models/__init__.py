"""Real people, where they work, and what opens their accounts."""

from anlan.identity.models.logins import LoginCode
from anlan.identity.models.people import (
    FIELD_NAMES,
    Employment,
    Person,
    Reveal,
    id_index,
    phone_index,
)
from anlan.identity.models.rights import (
    DeletionRequest,
    DeletionStatus,
    ImpactAssessment,
    ImpactStatus,
    PersonalExport,
    Retained,
)
from anlan.identity.models.rosters import RosterUpload, UploadStatus

__all__ = [
    "FIELD_NAMES",
    "DeletionRequest",
    "DeletionStatus",
    "Employment",
    "ImpactAssessment",
    "ImpactStatus",
    "LoginCode",
    "Person",
    "PersonalExport",
    "Retained",
    "Reveal",
    "RosterUpload",
    "UploadStatus",
    "id_index",
    "phone_index",
]

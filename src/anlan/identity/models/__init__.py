"""Real people, where they work, and what opens their accounts."""

from anlan.identity.models.cards import BackStatus, CardBack
from anlan.identity.models.checks import (
    CheckStatus,
    Face,
    FaceConsent,
    FaceStatus,
    FaceTry,
    IdentityCheck,
    Pictures,
    Purpose,
    Route,
)
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
    "BackStatus",
    "CardBack",
    "CheckStatus",
    "DeletionRequest",
    "DeletionStatus",
    "Employment",
    "Face",
    "FaceConsent",
    "FaceStatus",
    "FaceTry",
    "IdentityCheck",
    "ImpactAssessment",
    "ImpactStatus",
    "LoginCode",
    "Person",
    "PersonalExport",
    "Pictures",
    "Purpose",
    "Retained",
    "Reveal",
    "RosterUpload",
    "Route",
    "UploadStatus",
    "id_index",
    "phone_index",
]

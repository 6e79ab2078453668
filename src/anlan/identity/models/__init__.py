"""Real people, where they work, and what opens their accounts."""

from anlan.identity.models.checks import (
    CheckStatus,
    Face,
    FaceConsent,
    FaceStatus,
    FaceTry,
    How,
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
from anlan.identity.models.video import CallEnd, CallStatus, Side, VideoCall, VideoSignal

__all__ = [
    "FIELD_NAMES",
    "CallEnd",
    "CallStatus",
    "CheckStatus",
    "DeletionRequest",
    "DeletionStatus",
    "Employment",
    "Face",
    "FaceConsent",
    "FaceStatus",
    "FaceTry",
    "How",
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
    "Side",
    "UploadStatus",
    "VideoCall",
    "VideoSignal",
    "id_index",
    "phone_index",
]

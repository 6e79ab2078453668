"""Real people, where they work, and what opens their accounts."""

from anlan.identity.models.cards import BackStatus, CardBack
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
from anlan.identity.models.insured import (
    InsuredCheck,
    InsuredList,
    InsuredPerson,
    SealedStatus,
)
from anlan.identity.models.logins import LoginCode
from anlan.identity.models.outside import NetworkAnswer, NetworkCheck
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
from anlan.identity.models.wishes import (
    CORRECTIONS,
    OPEN_WISHES,
    PastIdentity,
    Seen,
    Wish,
    WishKind,
    WishStatus,
    WishWay,
)

__all__ = [
    "CORRECTIONS",
    "FIELD_NAMES",
    "OPEN_WISHES",
    "BackStatus",
    "CallEnd",
    "CallStatus",
    "CardBack",
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
    "InsuredCheck",
    "InsuredList",
    "InsuredPerson",
    "LoginCode",
    "NetworkAnswer",
    "NetworkCheck",
    "PastIdentity",
    "Person",
    "PersonalExport",
    "Pictures",
    "Purpose",
    "Retained",
    "Reveal",
    "RosterUpload",
    "Route",
    "SealedStatus",
    "Seen",
    "Side",
    "UploadStatus",
    "VideoCall",
    "VideoSignal",
    "Wish",
    "WishKind",
    "WishStatus",
    "WishWay",
    "id_index",
    "phone_index",
]

"""Item banks, papers drawn from them, sittings, and practical checks. Knows no class."""

from anlan.assessments.models.assisted import (
    IdentityProof,
    PaperKeying,
    PaperSheet,
    TabletSitting,
)
from anlan.assessments.models.banks import (
    Bank,
    BankUpload,
    BankUploadStatus,
    CodeKind,
    Difficulty,
    Item,
    ItemCode,
    ItemKind,
    ItemStatus,
    KeptPair,
)
from anlan.assessments.models.papers import ItemFigures, PaperRule
from anlan.assessments.models.practicals import Checklist, Practical
from anlan.assessments.models.reviews import (
    Appeal,
    AppealStatus,
    EventKind,
    EventTally,
    KeyCorrection,
    ReviewStatus,
    ScoreCause,
    ScoreChange,
    ScoreState,
    SittingEvent,
    SittingReview,
)
from anlan.assessments.models.sittings import Sitting, SittingStatus
from anlan.assessments.models.time import LateAnswer, Outage, OutageKind, Pulse, TimeGrant

__all__ = [
    "Appeal",
    "AppealStatus",
    "Bank",
    "BankUpload",
    "BankUploadStatus",
    "Checklist",
    "CodeKind",
    "Difficulty",
    "EventKind",
    "EventTally",
    "IdentityProof",
    "Item",
    "ItemCode",
    "ItemFigures",
    "ItemKind",
    "ItemStatus",
    "KeptPair",
    "KeyCorrection",
    "LateAnswer",
    "Outage",
    "OutageKind",
    "PaperKeying",
    "PaperRule",
    "PaperSheet",
    "Practical",
    "Pulse",
    "ReviewStatus",
    "ScoreCause",
    "ScoreChange",
    "ScoreState",
    "Sitting",
    "SittingEvent",
    "SittingReview",
    "SittingStatus",
    "TabletSitting",
    "TimeGrant",
]

"""Item banks, papers drawn from them, sittings, and practical checks. Knows no class."""

from anlan.assessments.models.assisted import (
    IdentityProof,
    PaperKeying,
    PaperSheet,
    TabletSitting,
)
from anlan.assessments.models.banks import Bank, BankUpload, Item, ItemKind
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

__all__ = [
    "Appeal",
    "AppealStatus",
    "Bank",
    "BankUpload",
    "Checklist",
    "EventKind",
    "EventTally",
    "IdentityProof",
    "Item",
    "ItemKind",
    "KeyCorrection",
    "PaperKeying",
    "PaperSheet",
    "Practical",
    "ReviewStatus",
    "ScoreCause",
    "ScoreChange",
    "ScoreState",
    "Sitting",
    "SittingEvent",
    "SittingReview",
    "SittingStatus",
    "TabletSitting",
]

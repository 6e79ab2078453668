"""隐患 and 举报: what is dangerous, who puts it right by when, and what somebody dared to tell."""

from anlan.hazards.models.hazards import (
    Act,
    ActKind,
    Grade,
    Hazard,
    Rectification,
    Source,
    Status,
)
from anlan.hazards.models.tips import (
    ContactReveal,
    Reward,
    RewardStatus,
    Tip,
    TipKind,
    TipMessage,
    TipMode,
    TipStatus,
)

__all__ = [
    "Act",
    "ActKind",
    "ContactReveal",
    "Grade",
    "Hazard",
    "Rectification",
    "Reward",
    "RewardStatus",
    "Source",
    "Status",
    "Tip",
    "TipKind",
    "TipMessage",
    "TipMode",
    "TipStatus",
]

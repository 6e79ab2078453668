"""Item banks, papers drawn from them, sittings, and practical checks. Knows no class."""

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
from anlan.assessments.models.sittings import Sitting, SittingStatus
from anlan.assessments.models.time import LateAnswer, Outage, OutageKind, Pulse, TimeGrant

__all__ = [
    "Bank",
    "BankUpload",
    "BankUploadStatus",
    "Checklist",
    "CodeKind",
    "Difficulty",
    "Item",
    "ItemCode",
    "ItemFigures",
    "ItemKind",
    "ItemStatus",
    "KeptPair",
    "LateAnswer",
    "Outage",
    "OutageKind",
    "PaperRule",
    "Practical",
    "Pulse",
    "Sitting",
    "SittingStatus",
    "TimeGrant",
]

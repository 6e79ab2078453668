"""Item banks, papers drawn from them, sittings, and practical checks. Knows no class."""

from anlan.assessments.models.banks import Bank, BankUpload, Item, ItemKind
from anlan.assessments.models.practicals import Checklist, Practical
from anlan.assessments.models.sittings import Sitting, SittingStatus
from anlan.assessments.models.time import LateAnswer, Outage, OutageKind, Pulse, TimeGrant

__all__ = [
    "Bank",
    "BankUpload",
    "Checklist",
    "Item",
    "ItemKind",
    "LateAnswer",
    "Outage",
    "OutageKind",
    "Practical",
    "Pulse",
    "Sitting",
    "SittingStatus",
    "TimeGrant",
]

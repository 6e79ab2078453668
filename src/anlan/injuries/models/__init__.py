"""Injury cases, and the three kinds of record on them: 快报, 认定, 鉴定. Knows no class."""

from anlan.injuries.models.cases import (
    Case,
    CaseVersion,
    Circumstance,
    NarrativeRead,
    Severity,
)
from anlan.injuries.models.coding import (
    CodeReview,
    CoderStatus,
    CoderVersion,
    CodeSuggestion,
    Recoding,
    SuggestionStatus,
    Target,
    Why,
)
from anlan.injuries.models.imports import (
    Batch,
    BatchStatus,
    DateOrder,
    EmployerName,
    Figure,
    Source,
    SourceKind,
    WaitingHeadcount,
)
from anlan.injuries.models.records import (
    Appraisal,
    AppraisalStatus,
    Recognition,
    RecognitionOutcome,
    RecognitionStatus,
    Report,
    Suspension,
)

__all__ = [
    "Appraisal",
    "AppraisalStatus",
    "Batch",
    "BatchStatus",
    "Case",
    "CaseVersion",
    "Circumstance",
    "CodeReview",
    "CodeSuggestion",
    "CoderStatus",
    "CoderVersion",
    "DateOrder",
    "EmployerName",
    "Figure",
    "NarrativeRead",
    "Recoding",
    "Recognition",
    "RecognitionOutcome",
    "RecognitionStatus",
    "Report",
    "Severity",
    "Source",
    "SourceKind",
    "SuggestionStatus",
    "Suspension",
    "Target",
    "WaitingHeadcount",
    "Why",
]

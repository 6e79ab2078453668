"""Injury cases, and the three kinds of record on them: 快报, 认定, 鉴定. Knows no class."""

from anlan.injuries.models.cases import Case, CaseVersion, Circumstance, Severity
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
from anlan.injuries.models.imports import Batch, BatchStatus, DateOrder, Source
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
    "Recoding",
    "Recognition",
    "RecognitionOutcome",
    "RecognitionStatus",
    "Report",
    "Severity",
    "Source",
    "SuggestionStatus",
    "Suspension",
    "Target",
    "Why",
]

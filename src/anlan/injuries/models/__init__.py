"""Injury cases, and the three kinds of record on them: 快报, 认定, 鉴定. Knows no class."""

from anlan.injuries.models.cases import (
    Case,
    CaseVersion,
    Circumstance,
    NarrativeRead,
    Severity,
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
    "DateOrder",
    "EmployerName",
    "Figure",
    "NarrativeRead",
    "Recognition",
    "RecognitionOutcome",
    "RecognitionStatus",
    "Report",
    "Severity",
    "Source",
    "SourceKind",
    "Suspension",
    "WaitingHeadcount",
]

"""Injury cases, and the three kinds of record on them: 快报, 认定, 鉴定. Knows no class."""

from anlan.injuries.models.cases import Case, CaseVersion, Circumstance, Severity
from anlan.injuries.models.imports import Batch, BatchStatus, Source
from anlan.injuries.models.records import (
    Appraisal,
    Recognition,
    RecognitionOutcome,
    Report,
    Suspension,
)

__all__ = [
    "Appraisal",
    "Batch",
    "BatchStatus",
    "Case",
    "CaseVersion",
    "Circumstance",
    "Recognition",
    "RecognitionOutcome",
    "Report",
    "Severity",
    "Source",
    "Suspension",
]

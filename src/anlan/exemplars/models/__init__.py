"""示范企业: what enterprises declare, what they are measured by, who is named as an example."""

from anlan.exemplars.models.declarations import (
    DeclaredMeasure,
    Drill,
    MeasureKey,
    Proof,
    Shutdown,
    Spending,
    Stand,
)
from anlan.exemplars.models.exemplars import (
    Check,
    Exemplar,
    ExemplarNumber,
    Objection,
    ObjectionStatus,
    Status,
)
from anlan.exemplars.models.indicators import IndicatorValue

__all__ = [
    "Check",
    "DeclaredMeasure",
    "Drill",
    "Exemplar",
    "ExemplarNumber",
    "IndicatorValue",
    "MeasureKey",
    "Objection",
    "ObjectionStatus",
    "Proof",
    "Shutdown",
    "Spending",
    "Stand",
    "Status",
]

"""Reads. What other rooms ask stands here: `measures_of`, `next_steps`, `inspection_due`."""

from anlan.visits.queries.ahead import NextSteps, inspection_due, next_steps
from anlan.visits.queries.inspections import MeasureRow, measures_of

__all__ = ["MeasureRow", "NextSteps", "inspection_due", "measures_of", "next_steps"]

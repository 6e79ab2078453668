"""Lists, walks and visits: what is looked at, what was found, an expert from request to end."""

from anlan.visits.models.checklists import Checklist, Issue, Item, MeasureKey
from anlan.visits.models.inspections import Answer, Inspection, Kind, Measure, Outcome
from anlan.visits.models.visits import Deed, DeedKind, Slot, Status, Visit

__all__ = [
    "Answer",
    "Checklist",
    "Deed",
    "DeedKind",
    "Inspection",
    "Issue",
    "Item",
    "Kind",
    "Measure",
    "MeasureKey",
    "Outcome",
    "Slot",
    "Status",
    "Visit",
]

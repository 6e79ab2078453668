"""What this room does: fill banks, hold sittings, mark practicals."""

from anlan.assessments.services.banks import import_bank, open_bank, retire_item
from anlan.assessments.services.carried import HasResult, file_carried_sitting
from anlan.assessments.services.own_bank import load_checklists, load_own_bank
from anlan.assessments.services.practicals import mark_practical, schedule_practicals
from anlan.assessments.services.schedule import (
    lapse_missed,
    schedule_sittings,
    submit_overdue,
    void_sitting,
)
from anlan.assessments.services.sittings import (
    prepare_sitting,
    save_answer,
    save_answers,
    start_sitting,
    submit_sitting,
)

__all__ = [
    "HasResult",
    "file_carried_sitting",
    "import_bank",
    "lapse_missed",
    "load_checklists",
    "load_own_bank",
    "mark_practical",
    "open_bank",
    "prepare_sitting",
    "retire_item",
    "save_answer",
    "save_answers",
    "schedule_practicals",
    "schedule_sittings",
    "start_sitting",
    "submit_overdue",
    "submit_sitting",
    "void_sitting",
]

"""What this room does: fill banks, hold sittings, mark practicals."""

from anlan.assessments.services.answers import save_answer, save_answers
from anlan.assessments.services.banks import import_bank, open_bank, retire_item, touch_bank
from anlan.assessments.services.grants import grant_time
from anlan.assessments.services.outages import keep_pulse, record_outage, spread_outages
from anlan.assessments.services.own_bank import load_checklists, load_own_bank
from anlan.assessments.services.practicals import mark_practical, schedule_practicals
from anlan.assessments.services.schedule import (
    lapse_missed,
    schedule_sittings,
    submit_overdue,
    void_sitting,
)
from anlan.assessments.services.starting import prepare_due, prepare_sitting, start_sitting
from anlan.assessments.services.submission import submit_sitting

__all__ = [
    "grant_time",
    "import_bank",
    "keep_pulse",
    "lapse_missed",
    "load_checklists",
    "load_own_bank",
    "mark_practical",
    "open_bank",
    "prepare_due",
    "prepare_sitting",
    "record_outage",
    "retire_item",
    "save_answer",
    "save_answers",
    "schedule_practicals",
    "schedule_sittings",
    "spread_outages",
    "start_sitting",
    "submit_overdue",
    "submit_sitting",
    "touch_bank",
    "void_sitting",
]

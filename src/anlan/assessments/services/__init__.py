"""What this room does: fill banks, hold sittings, look at them, answer appeals, mark practicals."""

from anlan.assessments.services.appeals import (
    correct_by_appeal,
    correct_key,
    correct_result,
    make_appeal,
    uphold,
)
from anlan.assessments.services.banks import import_bank, open_bank, retire_item
from anlan.assessments.services.own_bank import load_checklists, load_own_bank
from anlan.assessments.services.papers_keyed import (
    decide_differences,
    file_scan,
    key_in,
    print_papers,
    withdraw_paper,
)
from anlan.assessments.services.practicals import mark_practical, schedule_practicals
from anlan.assessments.services.results import restore_result, settle_held, void_result
from anlan.assessments.services.reviews import (
    ask_learner,
    decide_review,
    explain,
    note_event,
    open_review,
    weigh_events,
)
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
from anlan.assessments.services.tablets import claim_tablet, lock_tablet, open_tablet

__all__ = [
    "ask_learner",
    "claim_tablet",
    "correct_by_appeal",
    "correct_key",
    "correct_result",
    "decide_differences",
    "decide_review",
    "explain",
    "file_scan",
    "import_bank",
    "key_in",
    "lapse_missed",
    "load_checklists",
    "load_own_bank",
    "lock_tablet",
    "make_appeal",
    "mark_practical",
    "note_event",
    "open_bank",
    "open_review",
    "open_tablet",
    "prepare_sitting",
    "print_papers",
    "restore_result",
    "retire_item",
    "save_answer",
    "save_answers",
    "schedule_practicals",
    "schedule_sittings",
    "settle_held",
    "start_sitting",
    "submit_overdue",
    "submit_sitting",
    "uphold",
    "void_result",
    "void_sitting",
    "weigh_events",
    "withdraw_paper",
]

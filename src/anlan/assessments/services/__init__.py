"""What this room does: fill banks, hold sittings, look at them, answer appeals, mark practicals."""

from anlan.assessments.services.analysis import analyse_items
from anlan.assessments.services.answers import save_answer, save_answers
from anlan.assessments.services.appeals import (
    correct_by_appeal,
    correct_key,
    correct_result,
    make_appeal,
    uphold,
)
from anlan.assessments.services.banks import open_bank, retire_item, touch_bank
from anlan.assessments.services.carried import HasResult, file_carried_sitting
from anlan.assessments.services.events import note_event
from anlan.assessments.services.exports import export_bank
from anlan.assessments.services.grants import grant_time
from anlan.assessments.services.items import Written, code_items, rewrite_item, write_item
from anlan.assessments.services.outages import keep_pulse, record_outage, spread_outages
from anlan.assessments.services.own_bank import load_checklists, load_own_bank
from anlan.assessments.services.paper_rules import end_paper_rule, set_paper_rule
from anlan.assessments.services.papers_keyed import (
    decide_differences,
    file_scan,
    key_in,
    print_papers,
    withdraw_paper,
)
from anlan.assessments.services.practicals import mark_practical, schedule_practicals
from anlan.assessments.services.results import restore_result, settle_held, void_result
from anlan.assessments.services.review import approve_items, return_item, submit_item
from anlan.assessments.services.reviews import (
    ask_learner,
    decide_review,
    explain,
    open_review,
    weigh_events,
)
from anlan.assessments.services.schedule import (
    lapse_missed,
    schedule_sittings,
    submit_overdue,
    void_sitting,
)
from anlan.assessments.services.starting import prepare_due, prepare_sitting, start_sitting
from anlan.assessments.services.submission import submit_sitting
from anlan.assessments.services.tablets import claim_tablet, lock_tablet, open_tablet
from anlan.assessments.services.twins import keep_both
from anlan.assessments.services.uploads import (
    AT_ONCE,
    READ_AT_ONCE,
    confirm_upload,
    discard_upload,
    import_bank,
    import_upload,
    read_upload,
    upload_bank,
    work_on,
)

__all__ = [
    "AT_ONCE",
    "READ_AT_ONCE",
    "HasResult",
    "Written",
    "analyse_items",
    "approve_items",
    "ask_learner",
    "claim_tablet",
    "code_items",
    "confirm_upload",
    "correct_by_appeal",
    "correct_key",
    "correct_result",
    "decide_differences",
    "decide_review",
    "discard_upload",
    "end_paper_rule",
    "explain",
    "export_bank",
    "file_carried_sitting",
    "file_scan",
    "grant_time",
    "import_bank",
    "import_upload",
    "keep_both",
    "keep_pulse",
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
    "prepare_due",
    "prepare_sitting",
    "print_papers",
    "read_upload",
    "record_outage",
    "restore_result",
    "retire_item",
    "return_item",
    "rewrite_item",
    "save_answer",
    "save_answers",
    "schedule_practicals",
    "schedule_sittings",
    "set_paper_rule",
    "settle_held",
    "spread_outages",
    "start_sitting",
    "submit_item",
    "submit_overdue",
    "submit_sitting",
    "touch_bank",
    "uphold",
    "upload_bank",
    "void_result",
    "void_sitting",
    "weigh_events",
    "withdraw_paper",
    "work_on",
    "write_item",
]

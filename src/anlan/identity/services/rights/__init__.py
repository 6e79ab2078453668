"""A person's rights: taking the own data along, being deleted, and what the law keeps."""

from anlan.identity.services.rights.codes import confirm_by_code, send_rights_code
from anlan.identity.services.rights.deletions import (
    ask_deletion,
    carry_out,
    decide_deletion,
    remind_overdue,
    withdraw_deletion,
)
from anlan.identity.services.rights.desk import (
    forget_scans,
    hand_over_copy,
    open_scan,
    open_words,
    renew_copy,
)
from anlan.identity.services.rights.erasing import end_restriction, reveal_retained
from anlan.identity.services.rights.exports import ask_export, end_export, make_export, take_export
from anlan.identity.services.rights.impacts import (
    change_impact,
    decide_impact,
    draft_impact,
    revise_impact,
    submit_impact,
)
from anlan.identity.services.rights.wishes import (
    Asked,
    answer_wish,
    ask_correction,
    confirm_by_colleague,
    confirm_by_phone,
    record_wish,
    remind_overdue_wish,
    send_wish_code,
    withdraw_wish,
)

__all__ = [
    "Asked",
    "answer_wish",
    "ask_correction",
    "ask_deletion",
    "ask_export",
    "carry_out",
    "change_impact",
    "confirm_by_code",
    "confirm_by_colleague",
    "confirm_by_phone",
    "decide_deletion",
    "decide_impact",
    "draft_impact",
    "end_export",
    "end_restriction",
    "forget_scans",
    "hand_over_copy",
    "make_export",
    "open_scan",
    "open_words",
    "record_wish",
    "remind_overdue",
    "remind_overdue_wish",
    "renew_copy",
    "reveal_retained",
    "revise_impact",
    "send_rights_code",
    "send_wish_code",
    "submit_impact",
    "take_export",
    "withdraw_deletion",
    "withdraw_wish",
]

"""A person's rights: taking the own data along, being deleted, and what the law keeps."""

from anlan.identity.services.rights.codes import confirm_by_code, send_rights_code
from anlan.identity.services.rights.deletions import (
    ask_deletion,
    carry_out,
    decide_deletion,
    remind_overdue,
    withdraw_deletion,
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

__all__ = [
    "ask_deletion",
    "ask_export",
    "carry_out",
    "change_impact",
    "confirm_by_code",
    "decide_deletion",
    "decide_impact",
    "draft_impact",
    "end_export",
    "end_restriction",
    "make_export",
    "remind_overdue",
    "reveal_retained",
    "revise_impact",
    "send_rights_code",
    "submit_impact",
    "take_export",
    "withdraw_deletion",
]

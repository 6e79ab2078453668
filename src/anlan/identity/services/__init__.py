"""Writes of this room, by sub-topic; other rooms import from here."""

from anlan.identity.services.bulk import NewHand, Outcome, enrol_people
from anlan.identity.services.login import (
    ensure_account,
    leave_everywhere,
    log_in_by_card,
    log_in_by_code,
    send_login_code,
)
from anlan.identity.services.people import (
    change_phone,
    employ,
    leave,
    register_person,
    reveal,
)
from anlan.identity.services.rosters import (
    choose_columns,
    confirm_roster,
    discard_roster,
    forget_files,
    import_roster,
    note_roster_export,
    seal_clear_file,
    upload_roster,
)

__all__ = [
    "NewHand",
    "Outcome",
    "change_phone",
    "choose_columns",
    "confirm_roster",
    "discard_roster",
    "employ",
    "enrol_people",
    "ensure_account",
    "forget_files",
    "import_roster",
    "leave",
    "leave_everywhere",
    "log_in_by_card",
    "log_in_by_code",
    "note_roster_export",
    "register_person",
    "reveal",
    "seal_clear_file",
    "send_login_code",
    "upload_roster",
]

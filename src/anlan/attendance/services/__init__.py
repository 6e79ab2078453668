"""Registers, marks, checks, phones, pauses and leave: what is written here."""

from anlan.attendance.services.absences import (
    ask_leave,
    come_back,
    decide_leave,
    go_out,
    withdraw_leave,
)
from anlan.attendance.services.checks import confirm_mark, mark_in, strike_mark
from anlan.attendance.services.phones import device_index, is_strange, release_phone
from anlan.attendance.services.registers import (
    SHEET_ENDINGS,
    SHEET_MB,
    Occasion,
    file_sheet,
    keep_sheet,
    move_register,
    open_register,
    open_registers,
    place_register,
)
from anlan.attendance.services.signing import (
    AlreadySigned,
    Signing,
    Verdict,
    address_index,
    forget_addresses,
    keep_marks,
    sign_in,
    sign_many,
    sign_out,
    weigh,
)

__all__ = [
    "SHEET_ENDINGS",
    "SHEET_MB",
    "AlreadySigned",
    "Occasion",
    "Signing",
    "Verdict",
    "address_index",
    "ask_leave",
    "come_back",
    "confirm_mark",
    "decide_leave",
    "device_index",
    "file_sheet",
    "forget_addresses",
    "go_out",
    "is_strange",
    "keep_marks",
    "keep_sheet",
    "mark_in",
    "move_register",
    "open_register",
    "open_registers",
    "place_register",
    "release_phone",
    "sign_in",
    "sign_many",
    "sign_out",
    "strike_mark",
    "weigh",
    "withdraw_leave",
]

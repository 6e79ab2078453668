"""Registers and marks, pauses and leave, and whose phone is whose. Knows no class."""

from anlan.attendance.models.absences import Leave, LeaveStatus, Pause
from anlan.attendance.models.devices import Device
from anlan.attendance.models.registers import (
    Mark,
    MarkFacts,
    MarkKind,
    OtherPhone,
    Proof,
    Register,
    Sheet,
    StruckMark,
    fresh_secret,
)

__all__ = [
    "Device",
    "Leave",
    "LeaveStatus",
    "Mark",
    "MarkFacts",
    "MarkKind",
    "OtherPhone",
    "Pause",
    "Proof",
    "Register",
    "Sheet",
    "StruckMark",
    "fresh_secret",
]

"""What this room does: pack kits, take in what they bring back, let a person decide."""

from anlan.kits.services.deciding import choices_for, decide
from anlan.kits.services.packing import Wish, contents_of, note_kept, pack_kit
from anlan.kits.services.photos import receive_photo
from anlan.kits.services.receiving import NotThisTablet, Taken, receive
from anlan.kits.services.tablets import pass_gap, register_tablet, stop_tablet, wait_no_longer

__all__ = [
    "NotThisTablet",
    "Taken",
    "Wish",
    "choices_for",
    "contents_of",
    "decide",
    "note_kept",
    "pack_kit",
    "pass_gap",
    "receive",
    "receive_photo",
    "register_tablet",
    "stop_tablet",
    "wait_no_longer",
]

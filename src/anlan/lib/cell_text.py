"""What keyboards and spreadsheets do to a number on its way to us, undone in one place."""

from __future__ import annotations

import re
import unicodedata

# Blanks of every width, hyphens, the apostrophe typed to make Excel keep text, invisible marks.
_FILLERS = re.compile(r"[\s\-'\u2019\u200b-\u200f\u202a-\u202e\ufeff]")
_SCIENTIFIC = re.compile(r"\d(\.\d+)?E\+?\d+")


def compact(text: str) -> str:
    """Half-width, upper case, without blanks, hyphens, apostrophes and invisible marks."""
    return _FILLERS.sub("", unicodedata.normalize("NFKC", text)).upper()


def is_scientific(text: str) -> bool:
    """True for ``3.70102E+17``: a long number whose last digits a spreadsheet has thrown away."""
    return _SCIENTIFIC.fullmatch(text) is not None


def is_digits(text: str) -> bool:
    """ASCII digits only; ``str.isdigit`` alone also accepts ²."""
    return text.isascii() and text.isdigit()

"""Prints of kept photos: read gently, whatever was uploaded."""

import warnings
from pathlib import Path

import numpy as np
from PIL import Image, ImageOps, UnidentifiedImageError

from anlan.methods.likeness import print_of, to_hex

LONGEST_SIDE = 512


def code_of(path: Path) -> str:
    """The print of a photo as hex; empty for what is no photo, too flat or too small to tell."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            return _code(path)
    except (OSError, UnidentifiedImageError, SyntaxError, ValueError, Warning):
        return ""  # no picture, or a broken or oversized one: nothing can be said of it


def _code(path: Path) -> str:
    with Image.open(path) as opened:
        opened.draft("L", (LONGEST_SIDE, LONGEST_SIDE))
        upright = ImageOps.exif_transpose(opened).convert("L")
        upright.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
        print_ = print_of(np.asarray(upright))
    return "" if print_ is None else to_hex(print_)

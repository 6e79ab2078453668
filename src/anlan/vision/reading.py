"""Text in a picture: where it stands (PP-OCRv6 det) and what it says (PP-OCRv6 rec).

The two networks come in the wheel `rapidocr`; they are run here directly, because turning a picture
is decided by what can be read and not by the shape of single boxes (`upright.py`). One thread.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import cv2
import numpy as np
import onnxruntime
from numpy.typing import NDArray

from anlan.vision.models import TEXT_FINDER, TEXT_READER
from anlan.vision.pictures import Picture
from anlan.vision.sessions import session_of

Floats = NDArray[np.float32]
Quad = NDArray[np.float64]  # four corners (x, y)

FINDER_SIDE = 736  # longer side of what the finder sees; a card's smallest letters are 20 px then
STEP = 32  # the finder's sides are multiples of this
INK, BOX, GROW = 0.3, 0.5, 1.6  # as the networks were published: ink, mean of a box, widening
LEAST_BOX = 3.0  # pixels of the finder's picture
LINE_HEIGHT, LEAST_WIDTH, MOST_WIDTH = 48, 96, 1600


@dataclass(frozen=True, slots=True)
class Said:
    """What one line says; `score` is the mean certainty of its characters, `least` the lowest."""

    text: str
    score: float
    least: float


NOTHING = Said("", 0.0, 0.0)


def find_text(picture: Picture, *, side: int = FINDER_SIDE) -> list[Quad]:
    """Rectangles around lines of text, in pixels of the picture, in no particular order."""
    height, width = picture.shape[:2]
    scale = side / max(height, width)
    size = [max(STEP, round(edge * scale / STEP) * STEP) for edge in (width, height)]
    small = cv2.resize(
        picture, size, interpolation=cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR
    )
    ink = _finder().run(
        None, {_finder().get_inputs()[0].name: _as_input(np.asarray(small, np.uint8))}
    )[0][0, 0]
    stretch = np.array([width / size[0], height / size[1]])
    return [quad * stretch for quad in _boxes(np.asarray(ink, np.float32))]


def read_line(strip: Picture) -> Said:
    """One line of text that fills the strip and stands upright."""
    height, width = strip.shape[:2]
    wide = min(max(round(width * LINE_HEIGHT / height), 8), MOST_WIDTH)
    line = cv2.resize(strip, (wide, LINE_HEIGHT))
    padded = np.zeros((1, 3, LINE_HEIGHT, max(-(-wide // STEP) * STEP, LEAST_WIDTH)), np.float32)
    padded[..., :wide] = _as_input(np.asarray(line, np.uint8))
    name = _reader().get_inputs()[0].name
    return _decoded(_reader().run(None, {name: padded})[0][0])


def cut_out(picture: Picture, quad: Quad) -> Picture:
    """The rectangle as a strip: first corner top left, then clockwise as one reads."""
    width = max(int(np.linalg.norm(quad[1] - quad[0])), 4)
    height = max(int(np.linalg.norm(quad[3] - quad[0])), 4)
    goal = np.array([[0, 0], [width, 0], [width, height], [0, height]], np.float32)
    warp = cv2.getPerspectiveTransform(quad.astype(np.float32), goal)
    strip = cv2.warpPerspective(
        picture, warp, (width, height), flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE
    )
    return np.asarray(strip, np.uint8)


def _as_input(picture: NDArray[np.uint8]) -> Floats:
    scaled = (picture.astype(np.float32) / 255 - 0.5) / 0.5
    return np.ascontiguousarray(scaled.transpose(2, 0, 1)[None])


def _boxes(ink: Floats) -> list[Quad]:
    """Rotated rectangles around connected ink, widened to take in whole letters."""
    mask = (ink > INK).astype(np.uint8)
    thick = cv2.dilate(mask, np.ones((2, 2), np.uint8))
    outlines, _ = cv2.findContours(thick, cv2.RETR_LIST, cv2.CHAIN_APPROX_SIMPLE)
    found = []
    for outline in outlines:
        (x, y), (width, height), angle = cv2.minAreaRect(outline)
        if min(width, height) < LEAST_BOX or _mean_ink(ink, outline) < BOX:
            continue
        more = 2 * width * height * GROW / (2 * (width + height))
        corners = cv2.boxPoints(((x, y), (width + more, height + more), angle))
        found.append(np.asarray(corners, np.float64))
    return found


def _mean_ink(ink: Floats, outline: Any) -> float:
    x, y, width, height = cv2.boundingRect(outline)
    inside = np.zeros((height, width), np.uint8)
    cv2.fillPoly(inside, [outline - (x, y)], 1)
    return float(cv2.mean(ink[y : y + height, x : x + width], inside)[0])


def _decoded(chances: Floats) -> Said:
    """Greedy CTC: repeats melt together, blanks (the first letter) fall out."""
    best, certain = chances.argmax(axis=1), chances.max(axis=1)
    fresh = (best != 0) & (best != np.concatenate(([-1], best[:-1])))
    letters, sure = best[fresh], certain[fresh]
    if not len(letters):
        return NOTHING
    text = "".join(_alphabet()[letter] for letter in letters)
    return Said(text, float(sure.mean()), float(sure.min()))


@lru_cache(maxsize=1)
def _alphabet() -> Sequence[str]:
    """The reader carries its own letters; a blank before them, a space behind."""
    carried = _reader().get_modelmeta().custom_metadata_map["character"].splitlines()
    return ["", *carried, " "]


@lru_cache(maxsize=1)
def _finder() -> "onnxruntime.InferenceSession":
    cv2.setNumThreads(1)
    return session_of(TEXT_FINDER)


@lru_cache(maxsize=1)
def _reader() -> "onnxruntime.InferenceSession":
    return session_of(TEXT_READER)

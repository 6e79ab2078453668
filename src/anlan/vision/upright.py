"""A sheet of text turned the right way up, whichever way it lay.

The long boxes tell the direction of the lines, up to half a turn; which of the two ways is up is
decided by evidence, that is by what the longest lines say when they are read both ways. The shape
of single boxes decides nothing: a trial that went by it lost a quarter of the cards at 90°.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from math import cos, radians, sin

import numpy as np
from numpy.typing import NDArray

from anlan.vision.pictures import Picture
from anlan.vision.reading import NOTHING, Quad, Said, cut_out, find_text, read_line

LONG = 2.5  # times its height: a box that tells a direction
WITNESSES = 3  # lines that are read both ways
SPARSE = 0.5  # text that fills less of the picture is looked at again from nearby
AROUND = 0.06  # of the picture, kept around the text
READABLE = 0.5  # mean certainty below which a line is taken for a pattern of the paper
# Words and numbers that stand on the papers that are read here.
TELLING = re.compile(
    r"\d{17}[\dXx]|公民身份|身份号码|居民身份|共和国|签发机关|有效期限|营业执照|信用代码|"
    r"[\dA-Z]{18}|法定代表|经营范围|\d{4}.?\d{2}.?\d{2}-"
)


@dataclass(frozen=True, slots=True)
class Line:
    """One line in the upright frame, in pixels; y grows downwards."""

    text: str
    score: float
    least: float
    left: float
    right: float
    y: float
    height: float
    corners: tuple[tuple[float, float], ...]  # in the picture itself


@dataclass(frozen=True, slots=True)
class Sheet:
    """Every line that could be read, top to bottom; by how many degrees the sheet lay turned."""

    lines: tuple[Line, ...]
    turned: float
    boxes: int


def read_sheet(picture: Picture) -> Sheet:
    """Find, turn, read. No lines where there is no text."""
    quads = _looked_at_nearby(picture, find_text(picture))
    if not quads:
        return Sheet((), 0.0, 0)
    direction = _direction(quads)
    ordered = [_ordered(quad, direction) for quad in quads]
    said, flipped = _read_both_ways(picture, ordered)
    if flipped:
        ordered = [_half_turned(quad) for quad in ordered]
        direction = (direction + 180) % 360
    texts = [known or read_line(cut_out(picture, quad))
             for known, quad in zip(said, ordered, strict=True)]  # fmt: skip
    lines = _placed(ordered, texts, direction)
    return Sheet(tuple(sorted(lines, key=lambda line: line.y)), direction, len(quads))


def _looked_at_nearby(picture: Picture, quads: list[Quad]) -> list[Quad]:
    """Where the text fills only a part of the picture, that part is looked at again, larger."""
    if not quads:
        return quads
    height, width = picture.shape[:2]
    points = np.concatenate(quads)
    edge = AROUND * max(height, width)
    low = np.maximum(points.min(axis=0) - edge, 0).astype(int)
    high = np.minimum(points.max(axis=0) + edge, (width, height)).astype(int)
    if max(high - low) > SPARSE * max(height, width) or min(high - low) < 32:
        return quads
    nearby = find_text(picture[low[1] : high[1], low[0] : high[0]])
    return [quad + low for quad in nearby] or quads


def _direction(quads: Sequence[Quad]) -> float:
    """Degrees by which the lines run, 0 to 180, as the length of the boxes votes."""
    angles, weights = [], []
    for quad in quads:
        sides = quad[1] - quad[0], quad[2] - quad[1]
        long, short = sorted(sides, key=lambda side: -float(np.linalg.norm(side)))
        reach = float(np.linalg.norm(long))
        if reach > LONG * float(np.linalg.norm(short)):
            angles.append(np.arctan2(long[1], long[0]))
            weights.append(reach)
    if not angles:
        return 0.0
    doubled = np.exp(2j * np.array(angles)) * np.array(weights)
    votes = np.abs(np.angle(doubled[:, None] * doubled.conj()[None, :])) < radians(20)
    heaviest = int((votes * np.array(weights)).sum(axis=1).argmax())
    return float(np.degrees(np.angle(doubled[votes[heaviest]].sum())) / 2 % 180)


def _ordered(quad: Quad, direction: float) -> Quad:
    """Corners as one reads along the direction: top left first, then clockwise."""
    along = np.array([cos(radians(direction)), sin(radians(direction))])
    down = np.array([-along[1], along[0]])
    middle = quad.mean(axis=0)
    x, y = (quad - middle) @ along, (quad - middle) @ down
    turns = np.argsort(
        np.arctan2(y, x)
    )  # from -180°: top left, top right, bottom right, bottom left
    start = int(np.argmin((x + y)[turns]))
    return np.asarray(quad[np.roll(turns, -start)])


def _half_turned(quad: Quad) -> Quad:
    return np.asarray(np.roll(quad, 2, axis=0))


def _read_both_ways(picture: Picture, quads: list[Quad]) -> tuple[list[Said | None], bool]:
    """The longest lines read both ways: what they say, and whether the sheet is upside down."""
    reach = [float(np.linalg.norm(quad[1] - quad[0])) for quad in quads]
    witnesses = sorted(range(len(quads)), key=lambda place: -reach[place])[:WITNESSES]
    as_is = [read_line(cut_out(picture, quads[place])) for place in witnesses]
    turned = [read_line(cut_out(picture, _half_turned(quads[place]))) for place in witnesses]
    flipped = _evidence(turned) > _evidence(as_is)
    known: list[Said | None] = [None] * len(quads)
    for place, said in zip(witnesses, turned if flipped else as_is, strict=True):
        known[place] = said
    return known, flipped


def _evidence(lines: Sequence[Said]) -> float:
    """How much speaks for this way up: known words first, then how surely letters were read."""
    told = sum(1 for said in lines if TELLING.search(said.text.replace(" ", "")))
    return 2 * told + sum(said.score * min(len(said.text), 20) for said in lines) / 20


def _placed(quads: list[Quad], texts: Sequence[Said], direction: float) -> list[Line]:
    """Lines in the upright frame, with what perspective bent straightened."""
    along = np.array([cos(radians(direction)), sin(radians(direction))])
    turn = np.stack([along, [-along[1], along[0]]], axis=1)
    upright = [quad @ turn for quad in quads]
    lean, change, middle = _bend(upright)
    lines = []
    for quad, flat, said in zip(quads, upright, texts, strict=True):
        if said is NOTHING or said.score < READABLE or not said.text.strip():
            continue
        x, y = flat.mean(axis=0)
        straight = y - (lean + change * (y - middle[1])) * (x - middle[0])
        height = float(np.linalg.norm(flat[3] - flat[0]))
        lines.append(Line(said.text.strip(), said.score, said.least, float(flat[[0, 3], 0].mean()),
                          float(flat[[1, 2], 0].mean()), float(straight), height,
                          tuple((float(a), float(b)) for a, b in quad)))  # fmt: skip
    return lines


def _bend(upright: Sequence[NDArray[np.float64]]) -> tuple[float, float, NDArray[np.float64]]:
    """Slope of the lines at the middle, and how it changes downwards (perspective)."""
    middle = np.concatenate(list(upright)).mean(axis=0)
    slopes, places, weights = [], [], []
    for quad in upright:
        side = (quad[1] - quad[0] + quad[2] - quad[3]) / 2
        if np.linalg.norm(side) > 2 * LONG * np.linalg.norm(quad[3] - quad[0]):
            slopes.append(side[1] / side[0])
            places.append(quad.mean(axis=0)[1] - middle[1])
            weights.append(float(np.linalg.norm(side)))
    if not slopes:
        return 0.0, 0.0, middle
    spread = max(places) - min(places)
    if len(slopes) < 2 or spread < 2 * float(np.linalg.norm(upright[0][3] - upright[0][0])):
        return float(np.average(slopes, weights=weights)), 0.0, middle
    change, lean = np.polyfit(places, slopes, 1, w=weights)
    return float(lean), float(change), middle

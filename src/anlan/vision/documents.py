"""A photograph of a paper becomes fields, doubts and advice: the door of this room for papers."""

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import date

import cv2
import numpy as np

from anlan.vision.findings import Kind, Paper
from anlan.vision.id_back import parse_back
from anlan.vision.id_card import numbers_in, parse_front
from anlan.vision.layout import compact
from anlan.vision.licence import codes_in, parse_licence
from anlan.vision.pictures import Picture, open_picture
from anlan.vision.thresholds import DEFAULTS, Thresholds
from anlan.vision.upright import Line, Sheet, read_sheet

# Words that tell a paper; two of them do.
SIGNS: dict[Kind, re.Pattern[str]] = {
    "id_front": re.compile(r"公民身份|身份号码|性别|民族|出生|住址|(?<!\d)\d{17}[\dX](?!\d)"),
    "id_back": re.compile(r"签发机关|有效期限|居民身份证|人民共和国|公安局"),
    "licence": re.compile(r"营业执照|信用代码|法定代表人|经营范围|成立日期|注册资本|登记机关"),
}
PARSERS = {"id_front": parse_front, "id_back": parse_back, "licence": parse_licence}
SIGNS_NEEDED = 2
TOUCHING = 2.5  # pixels from the picture's edge
SATURATED = 250


def read_document(
    content: bytes, *, today: date, wanted: Kind | None = None, limits: Thresholds = DEFAULTS
) -> Paper:
    """What an uploaded photograph of a paper says.

    `wanted` is the paper that was asked for; another one is refused as no card. Raises
    :class:`anlan.vision.advice.UnusablePicture` for files that are no photograph.
    """
    picture = open_picture(content).pixels
    sheet = read_sheet(picture)
    kind = _kind(sheet.lines)
    if kind == "none" or (wanted and kind != wanted):
        return Paper("none", advice=_why_unread(picture, sheet, limits), turned=sheet.turned)
    paper = PARSERS[kind](sheet.lines, today=today, limits=limits)
    advice: tuple[str, ...] = ()
    if _two(sheet.lines, kind):
        advice, paper = ("two_cards",), replace(paper, sure=False, age=None)
    elif not paper.sure:
        advice = _why_unread(picture, sheet, limits, found=True)
    elif kind == "licence" and _letters(sheet.lines) < limits.letter_side_min:
        advice, paper = ("card_small",), _guessed(paper)
    return replace(paper, advice=advice, turned=round(sheet.turned, 1))


def _guessed(paper: Paper) -> Paper:
    """A code in so small a print may be right, names and addresses are guesses: none counts."""
    fields = {key: replace(one, confidence=one.confidence / 2) for key, one in paper.fields.items()}
    doubts = tuple(dict.fromkeys((*paper.doubts, "unsure")))
    return replace(paper, fields=fields, sure=False, doubts=doubts)


def _kind(lines: Sequence[Line]) -> Kind:
    signs = {kind: _signs(lines, pattern) for kind, pattern in SIGNS.items()}
    best = max(signs, key=lambda kind: signs[kind])
    return best if signs[best] >= SIGNS_NEEDED else "none"


def _signs(lines: Sequence[Line], pattern: re.Pattern[str]) -> int:
    return len({found for line in lines for found in pattern.findall(compact(line.text).upper())})


def _two(lines: Sequence[Line], kind: Kind) -> bool:
    """Two papers, or both sides of one, in the same photograph."""
    sides = [name for name, pattern in SIGNS.items() if _signs(lines, pattern) >= SIGNS_NEEDED]
    if {"id_front", "id_back"} <= set(sides):
        return True
    said = [compact(line.text) for line in lines]
    twice = {"id_front": "性别", "id_back": "签发机关", "licence": "营业执照"}.get(kind, "")
    many = len(numbers_in(lines)) > 1 or len(codes_in(lines)) > 1
    return many or sum(twice in text for text in said) > 1


def _why_unread(
    picture: Picture, sheet: Sheet, limits: Thresholds, *, found: bool = False
) -> tuple[str, ...]:
    """What was wrong with the photograph, worst first; `no_card` when nothing was."""
    why = []
    part = _around(picture, sheet)
    grey = np.asarray(cv2.cvtColor(part, cv2.COLOR_BGR2GRAY), np.uint8)
    if float(np.percentile(grey, 90)) < 2 * limits.card_dark_max:
        why.append("dark")
    if _glare(grey) > limits.glare_share_max:
        why.append("glare")
    if sheet.lines and _letters(sheet.lines) < limits.letter_side_min:
        why.append("card_small")
    if sheet.boxes and _sharpness(grey) < limits.card_sharp_min:
        why.append("blurred")
    if found and _touches_edge(picture, sheet.lines):
        why.append("cut_off")
    if not found:
        why.append("no_card")
    return tuple(why)


def _around(picture: Picture, sheet: Sheet) -> Picture:
    """The part that holds text, or all of it."""
    points = [corner for line in sheet.lines for corner in line.corners]
    if len(points) < 8:
        return picture
    low = np.maximum(np.min(points, axis=0), 0).astype(int)
    high = np.max(points, axis=0).astype(int)
    part = picture[low[1] : high[1], low[0] : high[0]]
    return part if min(part.shape[:2]) > 16 else picture


def _glare(grey: Picture) -> float:
    """Share of the picture in one blot of pure white."""
    white = (grey >= SATURATED).astype(np.uint8)
    blots = cv2.morphologyEx(white, cv2.MORPH_OPEN, np.ones((9, 9), np.uint8))
    count, _, stats, _ = cv2.connectedComponentsWithStats(blots)
    largest = max((int(stats[i, cv2.CC_STAT_AREA]) for i in range(1, count)), default=0)
    return largest / grey.size


def _sharpness(grey: Picture) -> float:
    scale = 800 / max(grey.shape)
    small = cv2.resize(grey, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    return float(cv2.Laplacian(small, cv2.CV_64F).var())


def _letters(lines: Sequence[Line]) -> float:
    """Height of the usual letter, in pixels; the finder's boxes are half as high again."""
    return float(np.median([line.height for line in lines])) / 1.5


def _touches_edge(picture: Picture, lines: Sequence[Line]) -> bool:
    height, width = picture.shape[:2]
    return any(
        x < TOUCHING or y < TOUCHING or x > width - TOUCHING or y > height - TOUCHING
        for line in lines for x, y in line.corners
    )  # fmt: skip

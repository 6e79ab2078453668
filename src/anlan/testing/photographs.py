"""Photographs of drawn cards: laid on a table, turned, lit badly, shaken, made small."""

from collections.abc import Callable, Mapping
from math import cos, radians, sin
from random import Random

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image

Pixels = NDArray[np.uint8]  # blue, green, red
EDGE = 30  # pixels of table around the card
BLUR, HEAVY_BLUR, SHAKEN = 2.0, 4.0, 11  # of a card 1012 pixels wide
DARKNESS, NOISE = 0.35, 9.0


def photograph(sheet: Image.Image, condition: str, chance: Random) -> bytes:
    """A JPEG of the sheet in one of `CONDITIONS`."""
    return as_jpeg(CONDITIONS[condition](_pixels(sheet), chance), 85)


def as_jpeg(pixels: Pixels, quality: int = 85) -> bytes:
    done, content = cv2.imencode(".jpg", pixels, [cv2.IMWRITE_JPEG_QUALITY, quality])
    assert done
    return content.tobytes()


def on_a_table(
    card: Pixels, chance: Random, *, turned: float = 0.0, perspective: float = 0.0, scale: float = 1
) -> Pixels:
    """The card on a dull ground, `turned` in degrees, corners moved by a share of its width."""
    height, width = card.shape[:2]
    corners = np.array([[0, 0], [width, 0], [width, height], [0, height]], np.float32)
    angle = radians(turned)
    turn = np.array([[cos(angle), -sin(angle)], [sin(angle), cos(angle)]])
    side = int(max(height, width) * 1.4)
    moved = (corners - (width / 2, height / 2)) @ turn.T + side / 2
    moved += [[chance.uniform(-perspective, perspective) * width,
               chance.uniform(-perspective, perspective) * height] for _ in range(4)]  # fmt: skip
    warp = cv2.getPerspectiveTransform(corners, moved.astype(np.float32))
    table = _table(side, chance)
    covered = cv2.warpPerspective(np.full((height, width), 255, np.uint8), warp, (side, side)) > 127
    laid = cv2.warpPerspective(card, warp, (side, side))
    table[covered] = laid[covered]
    low, high = moved.min(axis=0).astype(int) - EDGE, moved.max(axis=0).astype(int) + EDGE
    low, high = np.maximum(low, 0), np.minimum(high, side)
    picture = table[low[1] : high[1], low[0] : high[0]]
    return picture if scale == 1 else _scaled(picture, scale)


def _plain(card: Pixels, chance: Random) -> Pixels:
    return on_a_table(card, chance)


def _tilted(least: float, most: float) -> Callable[[Pixels, Random], Pixels]:
    def lay(card: Pixels, chance: Random) -> Pixels:
        return on_a_table(card, chance, turned=chance.choice((-1, 1)) * chance.uniform(least, most))

    return lay


def _sideways(card: Pixels, chance: Random) -> Pixels:
    return on_a_table(card, chance, turned=chance.choice((90, -90)) + chance.uniform(-3, 3))


def _upside_down(card: Pixels, chance: Random) -> Pixels:
    return on_a_table(card, chance, turned=180 + chance.uniform(-3, 3))


def _aslant(card: Pixels, chance: Random) -> Pixels:
    return on_a_table(card, chance, turned=chance.uniform(-4, 4), perspective=0.06)


def _blurred(reach: float) -> Callable[[Pixels, Random], Pixels]:
    def lay(card: Pixels, chance: Random) -> Pixels:
        wide = reach * card.shape[1] / 1012
        return np.asarray(cv2.GaussianBlur(on_a_table(card, chance), (0, 0), wide), np.uint8)

    return lay


def _shaken(card: Pixels, chance: Random) -> Pixels:
    reach = round(SHAKEN * card.shape[1] / 1012)
    smear = np.zeros((reach, reach), np.float32)
    smear[reach // 2] = 1 / reach
    return np.asarray(cv2.filter2D(on_a_table(card, chance), -1, smear), np.uint8)


def _dark(card: Pixels, chance: Random) -> Pixels:
    laid = on_a_table(card, chance)
    grain = np.random.default_rng(chance.randrange(2**32)).normal(0, NOISE, laid.shape)
    return np.asarray(np.clip(laid * DARKNESS + grain, 0, 255), np.uint8)


def _glaring(card: Pixels, chance: Random) -> Pixels:
    """A lamp mirrored somewhere on the card, a tenth of its size."""
    laid = on_a_table(card, chance)
    height, width = laid.shape[:2]
    y, x = np.mgrid[0:height, 0:width]
    middle_x, middle_y = chance.uniform(0.3, 0.7) * width, chance.uniform(0.3, 0.7) * height
    away = ((x - middle_x) / (width * 0.09)) ** 2 + ((y - middle_y) / (height * 0.09)) ** 2
    return np.asarray(np.clip(laid + 150 * np.exp(-away)[..., None], 0, 255), np.uint8)


def _tiny(card: Pixels, chance: Random) -> Pixels:
    return on_a_table(card, chance, scale=320 / card.shape[1])


CONDITIONS: Mapping[str, Callable[[Pixels, Random], Pixels]] = {
    "clean": _plain,
    "tilt_7": _tilted(3, 7),
    "tilt_20": _tilted(12, 20),
    "turn_90": _sideways,
    "turn_180": _upside_down,
    "perspective": _aslant,
    "blur": _blurred(BLUR),
    "dark": _dark,
    "glare": _glaring,
    "px_320": _tiny,
    "motion": _shaken,
    "heavy_blur": _blurred(HEAVY_BLUR),
}
# A phone held still does better than these; here a refusal is as good as an answer.
HARD = frozenset({"motion", "heavy_blur"})


def _pixels(sheet: Image.Image) -> Pixels:
    return np.asarray(sheet.convert("RGB"), np.uint8)[:, :, ::-1].copy()


def _scaled(picture: Pixels, scale: float) -> Pixels:
    small = cv2.resize(picture, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    return np.asarray(small, np.uint8)


def _table(side: int, chance: Random) -> Pixels:
    grain = np.random.default_rng(chance.randrange(2**32)).normal(0, 14, (side // 8, side // 8, 3))
    base = chance.randint(60, 150)
    ground = cv2.resize(grain, (side, side)) + np.array([base - 15, base, base + 10])
    return np.asarray(np.clip(ground, 0, 255), np.uint8)

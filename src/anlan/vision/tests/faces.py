"""Drawn faces: nobody's. The detector takes them for faces, which is all that the tests need."""

import cv2
import numpy as np

from anlan.vision.faces import Picture

SKIN, HAIR, WHITE, DARK, LIPS = (
    (150, 180, 225),
    (30, 30, 40),
    (255, 255, 255),
    (40, 30, 20),
    (90, 90, 190),
)
Place = tuple[int, int, int]  # centre x, centre y, height


def a_classroom(*faces: Place, width: int = 640, height: int = 480) -> Picture:
    """A grey wall with faces on it, BGR."""
    wall = np.full((height, width, 3), 202, np.uint8)
    for face in faces:
        _draw(wall, *face)
    return np.asarray(cv2.GaussianBlur(wall, (5, 5), 0), np.uint8)


def as_png(picture: Picture) -> bytes:
    return cv2.imencode(".png", picture)[1].tobytes()


def _draw(wall: Picture, x: int, y: int, size: int) -> None:
    def oval(
        dx: float, dy: float, width: float, height: float, colour: tuple[int, int, int]
    ) -> None:
        centre = (x + round(dx * size), y + round(dy * size))
        axes = (round(width * size), round(height * size))
        cv2.ellipse(wall, centre, axes, 0, 0, 360, colour, -1, cv2.LINE_AA)

    oval(0, -0.06, 0.42, 0.5, HAIR)
    oval(0, 0, 0.38, 0.5, SKIN)
    oval(0, -0.42, 0.36, 0.14, HAIR)
    for side in (-1, 1):
        oval(side * 0.15, -0.06, 0.07, 0.035, WHITE)
        oval(side * 0.15, -0.06, 0.032, 0.032, DARK)
        oval(side * 0.15, -0.15, 0.09, 0.015, HAIR)
    oval(0, 0.12, 0.06, 0.025, (110, 140, 190))
    oval(0, 0.25, 0.13, 0.045, LIPS)


def a_portrait(size: int = 300) -> Picture:
    """One drawn face before the wall, with lips, teeth and a nose that have edges: 640 × 480."""
    wall = np.full((480, 640, 3), 202, np.uint8)
    _draw(wall, 320, 240, size)
    for place in range(-4, 5):
        x = 320 + round(place * size * 0.026)
        top, bottom = 240 + round(0.215 * size), 240 + round(0.285 * size)
        cv2.rectangle(wall, (x, top), (x + round(size * 0.016), bottom), WHITE, -1)
    for edge in (0.2, 0.3):
        middle = (320, 240 + round(edge * size))
        cv2.ellipse(wall, middle, (round(0.14 * size), round(0.012 * size)), 0, 0, 360, DARK, -1)
    return np.asarray(cv2.GaussianBlur(wall, (3, 3), 0), np.uint8)

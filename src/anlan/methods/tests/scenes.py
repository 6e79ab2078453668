"""Drawn scenes that stand for photos: rooms, people, noise; the same every time by seed."""

import io
from functools import lru_cache

import numpy as np
from PIL import Image, ImageDraw, ImageFilter


@lru_cache(maxsize=128)
def a_scene(seed: int, *, room: int | None = None) -> Image.Image:
    """A room (its own by `room`) with people in it."""
    size = (320, 240)
    walls = np.random.default_rng(1_000_000 + (seed if room is None else room))
    people = np.random.default_rng(seed)
    width, height = size
    image = Image.new("RGB", size, tuple(int(v) for v in walls.integers(60, 220, 3)))
    drawn = ImageDraw.Draw(image)
    for _ in range(12):
        x, y = int(walls.integers(0, width)), int(walls.integers(0, height))
        wide, high = int(walls.integers(20, 130)), int(walls.integers(20, 100))
        drawn.rectangle((x, y, x + wide, y + high), fill=_colour(walls))
    for _ in range(10):
        x, y = int(people.integers(0, width)), int(people.integers(height // 3, height))
        r = int(people.integers(8, 30))
        drawn.ellipse((x - r, y - r, x + r, y + r), fill=_colour(people))
    grain = np.asarray(image, float) + people.normal(0, 6, (height, width, 1))
    return Image.fromarray(grain.clip(0, 255).astype("uint8")).filter(ImageFilter.GaussianBlur(1))


def jpeg(image: Image.Image, quality: int = 85) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, "JPEG", quality=quality)
    return buffer.getvalue()


def trimmed(image: Image.Image, share: float) -> Image.Image:
    width, height = image.size
    dx, dy = int(width * share), int(height * share)
    return image.crop((dx, dy, width - dx, height - dy))


def _colour(chance: np.random.Generator) -> tuple[int, ...]:
    return tuple(int(v) for v in chance.integers(0, 255, 3))

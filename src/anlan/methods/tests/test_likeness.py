"""Copies of a picture lie close, other pictures far apart."""

import io
from collections.abc import Callable

import numpy as np
import pytest
from PIL import Image

from anlan.methods.likeness import INSETS, WORDS, distances, from_hex, print_of, to_hex
from anlan.methods.tests.scenes import a_scene, jpeg, trimmed

MOST = 24
COPIES: dict[str, Callable[[Image.Image], Image.Image]] = {
    "smaller": lambda one: one.resize((160, 120)),
    "squeezed": lambda one: Image.open(io.BytesIO(jpeg(one, 30))),
    "brighter": lambda one: one.point(lambda v: min(255, int(v * 1.1 + 8))),
    "trimmed": lambda one: trimmed(one, 0.03),
    "all at once": lambda one: Image.open(
        io.BytesIO(jpeg(trimmed(one, 0.02).resize((240, 180)), 40))
    ),
}


def printed(image: Image.Image) -> "np.ndarray[tuple[int], np.dtype[np.uint64]]":
    found = print_of(np.asarray(image.convert("L")))
    assert found is not None
    return found


@pytest.mark.parametrize("how", COPIES)
def test_a_copy_lies_close_to_its_original(how: str) -> None:
    near = 0
    for seed in range(20):
        scene = a_scene(seed)
        near += int(distances(printed(scene), printed(COPIES[how](scene))[None])[0]) <= MOST
    assert near >= 19, f"{near} of 20"


def test_different_pictures_lie_far_apart() -> None:
    prints = np.stack([printed(a_scene(seed)) for seed in range(30)])
    apart = np.stack([distances(one, prints) for one in prints])
    assert int(apart[~np.eye(30, dtype=bool)].min()) > MOST + 10


def test_other_people_in_the_same_room_are_another_picture() -> None:
    apart = [
        int(distances(printed(a_scene(n, room=n)), printed(a_scene(n + 500, room=n))[None])[0])
        for n in range(20)
    ]
    assert min(apart) > MOST


def test_a_blank_or_tiny_picture_has_no_print() -> None:
    assert print_of(np.full((200, 200), 128, dtype=np.uint8)) is None
    assert print_of(np.asarray(a_scene(1).convert("L").resize((40, 40)))) is None


def test_a_print_survives_being_written_down() -> None:
    prints = np.stack([printed(a_scene(seed)) for seed in range(3)])
    texts = [to_hex(one) for one in prints]
    assert {len(text) for text in texts} == {16 * WORDS * len(INSETS)}
    assert (from_hex(texts) == prints).all()

"""Uploads become pixels or are refused, each with what to do instead."""

import zipfile
import zlib
from io import BytesIO

import numpy as np
import pytest
from PIL import Image

from anlan.vision.advice import ADVICE, UnusablePicture
from anlan.vision.pictures import MOST_BYTES, open_picture


def saved(kind: str, size: tuple[int, int] = (200, 100), **more: object) -> bytes:
    stream = BytesIO()
    Image.new("RGB", size, (10, 120, 200)).save(stream, kind, **more)
    return stream.getvalue()


def zipped() -> bytes:
    stream = BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        archive.writestr("run.js", "alert(1)")
    return stream.getvalue()


def moving(kind: str) -> bytes:
    stream = BytesIO()
    frames = [Image.new("RGB", (80, 80), colour) for colour in ("red", "blue")]
    frames[0].save(stream, kind, save_all=True, append_images=frames[1:], duration=100)
    return stream.getvalue()


def bomb(width: int, height: int) -> bytes:
    """A PNG whose head promises more pixels than it has bytes."""

    def chunk(kind: bytes, body: bytes) -> bytes:
        check = zlib.crc32(kind + body).to_bytes(4, "big")
        return len(body).to_bytes(4, "big") + kind + body + check

    head = width.to_bytes(4, "big") + height.to_bytes(4, "big") + bytes((8, 2, 0, 0, 0))
    data = zlib.compress(bytes(1000))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", data) + chunk(b"IEND", b"")


REFUSED = {
    "empty": b"",
    "not_picture": b"no picture at all, whatever its name says",
    "gif": moving("GIF"),
    "animated": moving("WEBP"),
    "heic": b"\0\0\0\x18ftypheic\0\0\0\0mif1heic" + bytes(64),
    "avif": b"\0\0\0\x1cftypavif\0\0\0\0avifmif1" + bytes(64),
    "svg": b'<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"><script/></svg>',
    "pdf": b"%PDF-1.7 ...",
    "tiff": saved("TIFF"),
    "too_heavy": saved("JPEG") + bytes(MOST_BYTES),
    "too_large": bomb(10_000, 5_000),
    "too_small": saved("PNG", (40, 40)),
    "broken": saved("JPEG", (400, 400))[:600],
}


@pytest.mark.parametrize("code", REFUSED)
def test_what_is_no_photograph_is_refused(code: str) -> None:
    with pytest.raises(UnusablePicture) as refused:
        open_picture(REFUSED[code])
    assert refused.value.code == code
    assert (refused.value.message, refused.value.next_step) == ADVICE[code]


@pytest.mark.parametrize(
    "content",
    [
        saved("JPEG") + zipped(),
        saved("PNG") + b"<script>alert(1)</script>",
        saved("PNG") + b"more",
        saved("WEBP") + zipped(),
        saved("JPEG", comment=b"%PDF-1.7"),
        saved("JPEG", comment=b"<?php system($_GET[0]);"),
    ],
)
def test_a_file_that_is_two_at_once_is_refused(content: bytes) -> None:
    with pytest.raises(UnusablePicture) as refused:
        open_picture(content)
    assert refused.value.code == "polyglot"


def test_a_gigantic_picture_is_refused_before_it_is_decoded() -> None:
    """50,000 × 50,000 would be 7.5 GB."""
    with pytest.raises(UnusablePicture) as refused:
        open_picture(bomb(50_000, 50_000))
    assert refused.value.code == "too_large"


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_the_three_kinds_are_opened(kind: str) -> None:
    opened = open_picture(saved(kind))
    assert opened.pixels.shape == (100, 200, 3)
    assert abs(opened.pixels[50, 100].astype(int) - (200, 120, 10)).max() < 8  # blue comes first


def test_the_right_way_up_and_without_what_the_phone_wrote() -> None:
    image = Image.new("RGB", (200, 100), "white")
    image.paste("black", (0, 0, 100, 100))
    exif = Image.Exif()
    exif[0x0112] = 6  # lies on its right side
    exif[0x010F] = "a phone's maker"
    stream = BytesIO()
    image.save(stream, "JPEG", exif=exif)
    opened = open_picture(stream.getvalue())
    assert opened.pixels.shape == (200, 100, 3)
    assert opened.pixels[20, 50].max() < 20
    assert b"maker" not in opened.as_jpeg()
    assert not Image.open(BytesIO(opened.as_jpeg())).getexif()


def test_a_large_photograph_is_made_smaller_and_behind_its_end_may_be_a_film() -> None:
    opened = open_picture(saved("JPEG", (4000, 3000)) + b"\0\0\0\x18ftypmp42" + bytes(5000))
    assert opened.pixels.shape == (1500, 2000, 3)
    assert (opened.width, opened.height) == (4000, 3000)


def test_what_is_transparent_becomes_white() -> None:
    stream = BytesIO()
    Image.new("RGBA", (80, 80), (0, 0, 0, 0)).save(stream, "PNG")
    assert np.all(open_picture(stream.getvalue()).pixels == 255)


def test_every_advice_says_what_happened_and_what_to_do() -> None:
    for said, todo in ADVICE.values():
        assert said.endswith("。")
        assert todo.endswith("。")

"""Uploads become pixels, or are refused before they can do harm.

The content decides, never the name: JPEG, PNG and WebP only. Bytes and pixels are bounded before
anything is decoded. What comes out is pixels the right way up and nothing else: no place, no
phone, no second file hidden behind the first.
"""

import re
import warnings
import zipfile
from dataclasses import dataclass
from io import BytesIO

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageOps

from anlan.vision.advice import UnusablePicture

Picture = NDArray[np.uint8]  # rows, columns, (blue, green, red)

FORMATS = ("JPEG", "PNG", "WEBP")
MOST_BYTES = 15 * 2**20
MOST_PIXELS = 40_000_000
LEAST_SIDE, MOST_SIDE = 64, 20_000
LONGEST_SIDE = 2000  # what goes on; a card is 1000 wide at 300 dots an inch
JPEG_QUALITY = 90
HEAD, TAIL = 1024, 65_557  # a PDF may start in the first, a ZIP ends in the second

# What other files begin with; ISO media (HEIC, AVIF, video) are told by the brand behind "ftyp".
SIGNATURES = (
    (b"GIF8", "gif"), (b"%PDF", "pdf"), (b"II*\0", "tiff"), (b"MM\0*", "tiff"), (b"BM", "tiff"),
    (b"\xff\x0a", "avif"), (b"\0\0\0\x0cJXL ", "avif"),
)  # fmt: skip
HEIC_BRANDS = (b"heic", b"heix", b"hevc", b"heim", b"heis", b"mif1", b"msf1")
MARKUP = re.compile(rb"^\s*(?:\xef\xbb\xbf)?\s*<(?:\?xml|svg|!doctype|html)", re.I)
ACTIVE = re.compile(rb"<script|<\?php|<html|<svg|javascript:", re.I)


@dataclass(frozen=True, slots=True)
class Opened:
    """Pixels, at most 2000 on the longer side, and how large the upload was."""

    pixels: Picture
    width: int
    height: int

    def as_jpeg(self) -> bytes:
        """The picture anew, with nothing of the upload but what one sees."""
        stream = BytesIO()
        Image.fromarray(self.pixels[:, :, ::-1]).save(stream, "JPEG", quality=JPEG_QUALITY)
        return stream.getvalue()


def open_picture(content: bytes, *, longest: int = LONGEST_SIDE) -> Opened:
    """Decode an upload. Raises :class:`UnusablePicture` with what to do instead."""
    require_photograph(content)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            with Image.open(BytesIO(content), formats=FORMATS) as image:
                return _decoded(image, longest)
    except UnusablePicture:
        raise
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise UnusablePicture("too_large") from None
    except (OSError, SyntaxError, ValueError, EOFError, MemoryError, OverflowError):
        raise UnusablePicture("broken") from None


def _decoded(image: Image.Image, longest: int) -> Opened:
    width, height = image.size
    if width * height > MOST_PIXELS or max(width, height) > MOST_SIDE:
        raise UnusablePicture("too_large")
    if min(width, height) < LEAST_SIDE:
        raise UnusablePicture("too_small")
    # A phone's JPEG may hold a second view (MPO); only a moving PNG or WebP is an animation.
    if image.format != "MPO" and getattr(image, "n_frames", 1) > 1:
        raise UnusablePicture("animated")
    image.draft("RGB", (longest, longest))  # a JPEG is decoded no larger than needed
    upright = ImageOps.exif_transpose(image)
    if upright.mode in ("RGBA", "LA", "PA", "P"):
        upright = _on_white(upright)
    picture = upright.convert("RGB")
    picture.thumbnail((longest, longest), Image.Resampling.LANCZOS, reducing_gap=2.0)
    pixels = np.ascontiguousarray(np.asarray(picture, np.uint8)[:, :, ::-1])
    return Opened(pixels, width, height)


def _on_white(image: Image.Image) -> Image.Image:
    layered = image.convert("RGBA")
    ground = Image.new("RGBA", layered.size, (255, 255, 255, 255))
    return Image.alpha_composite(ground, layered)


def require_photograph(content: bytes) -> None:
    """JPEG, PNG or WebP, of bearable weight, and nothing else besides; nothing is decoded."""
    if not content:
        raise UnusablePicture("empty")
    if len(content) > MOST_BYTES:
        raise UnusablePicture("too_heavy")
    kind = _kind(content)
    if kind not in FORMATS:
        raise UnusablePicture(kind)
    if _carries_more(content, kind):
        raise UnusablePicture("polyglot")


def _kind(content: bytes) -> str:
    """One of `FORMATS`, else the code of the refusal."""
    if content.startswith(b"\xff\xd8\xff"):
        return "JPEG"
    if content.startswith(b"\x89PNG\r\n\x1a\n"):
        return "PNG"
    if content[:4] == b"RIFF" and content[8:12] == b"WEBP":
        return "WEBP"
    if content[4:8] == b"ftyp":
        return _brand(content)
    if MARKUP.match(content[:HEAD]):
        return "svg" if b"<svg" in content[:HEAD].lower() else "not_picture"
    return next((code for start, code in SIGNATURES if content.startswith(start)), "not_picture")


def _brand(content: bytes) -> str:
    brands = {content[at : at + 4] for at in range(8, 40, 4)}
    if brands & {b"avif", b"avis"}:
        return "avif"
    return "heic" if brands & set(HEIC_BRANDS) else "not_picture"


def _carries_more(content: bytes, kind: str) -> bool:
    """Whether another reader would take this file for something else.

    Behind a JPEG's end phones put a film or a brightness map; that is thrown away, not refused.
    """
    if b"%PDF-" in content[:HEAD] or ACTIVE.search(content[:HEAD]):
        return True
    if ACTIVE.search(content[-HEAD:]) or _is_zip(content):
        return True
    if kind == "PNG":
        end = content.rfind(b"IEND")
        return end < 0 or len(content) > end + 8
    return kind == "WEBP" and len(content) > int.from_bytes(content[4:8], "little") + 9


def _is_zip(content: bytes) -> bool:
    return b"PK\5\6" in content[-TAIL:] and zipfile.is_zipfile(BytesIO(content))

"""Pictures of items: read gently, written anew, so that nothing but the picture comes in.

Decoding is bounded before it begins; EXIF, comments and whatever else hides in a file stay outside.
Drawings become PNG, photos JPEG. A file that this module wrote is known by its hash and kept as it
is: otherwise a JPEG would change a little with every export and import.
"""

import hashlib
import io
import warnings
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field

from PIL import Image, ImageOps, UnidentifiedImageError

from anlan.assessments.parsing.drafts import Unusable

MOST_PIXELS = 25_000_000
LONGEST_SIDE = 1200
MOST_BYTES = 8 * 1024 * 1024
MOST_PICTURES = 1000  # a file
FEW_COLOURS = 256
FORMATS = ("PNG", "JPEG", "GIF", "BMP", "WEBP")


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture as it will be kept."""

    data: bytes
    ending: str

    @property
    def sha256(self) -> str:
        return hashlib.sha256(self.data).hexdigest()


@dataclass
class Album:
    """The pictures of one file. `known` are hashes of pictures that were kept before."""

    known: Collection[str] = ()
    count: int = 0
    _done: dict[str, Picture] = field(default_factory=dict)

    def keep(self, pieces: Sequence[bytes]) -> Picture | None:
        """One picture for an item; several are set below each other."""
        if not pieces:
            return None
        self.count += len(pieces)
        if self.count > MOST_PICTURES:
            raise Unusable(f"这个文件的图片超过 {MOST_PICTURES} 张，请分成几个文件上传")
        if len(pieces) == 1:
            return self._one(pieces[0])
        return encoded(_below_each_other([_opened(piece) for piece in pieces]))

    def _one(self, piece: bytes) -> Picture:
        name = hashlib.sha256(piece).hexdigest()
        if name not in self._done:
            if name in self.known:
                ending = ".png" if piece.startswith(b"\x89PNG") else ".jpg"
                self._done[name] = Picture(piece, ending)
            else:
                self._done[name] = encoded(_opened(piece))
        return self._done[name]


def _opened(piece: bytes) -> Image.Image:
    if len(piece) > MOST_BYTES:
        raise Unusable(
            f"图片有 {len(piece) / 1024**2:.0f} MB，超过 {MOST_BYTES // 1024**2} MB 的上限"
        )
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            with Image.open(io.BytesIO(piece), formats=FORMATS) as found:
                if found.width * found.height > MOST_PIXELS:
                    raise Unusable(f"图片有 {found.width}×{found.height} 像素，太大")
                upright = ImageOps.exif_transpose(found)
                upright.load()
    except (OSError, UnidentifiedImageError, SyntaxError, ValueError, Image.DecompressionBombError):
        raise Unusable("图片打不开，请换成 png 或 jpg") from None
    return _on_white(upright)


def _on_white(found: Image.Image) -> Image.Image:
    """Opaque, and no larger than a question needs."""
    if found.mode in {"RGBA", "LA", "PA"} or "transparency" in found.info:
        clear = found.convert("RGBA")
        ground = Image.new("RGBA", clear.size, "white")
        found = Image.alpha_composite(ground, clear)
    flat = found.convert("RGB")
    flat.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
    return flat


def _below_each_other(pictures: Sequence[Image.Image]) -> Image.Image:
    width = max(one.width for one in pictures)
    sheet = Image.new("RGB", (width, sum(one.height for one in pictures)), "white")
    top = 0
    for one in pictures:
        sheet.paste(one, (0, top))
        top += one.height
    sheet.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
    return sheet


def encoded(flat: Image.Image) -> Picture:
    """PNG where there are few colours, JPEG where there are many; no metadata either way."""
    buffer = io.BytesIO()
    few = flat.getcolors(FEW_COLOURS) is not None
    bare = Image.frombytes("RGB", flat.size, flat.tobytes())
    if few:
        bare.save(buffer, "PNG", optimize=True)
        return Picture(buffer.getvalue(), ".png")
    bare.save(buffer, "JPEG", quality=85, optimize=True)
    return Picture(buffer.getvalue(), ".jpg")

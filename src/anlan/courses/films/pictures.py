"""Pictures for pages: uploaded ones made small, and the pages of a PDF."""

import io
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pypdfium2
from PIL import Image, ImageOps, UnidentifiedImageError

from anlan.lib.refusals import BadInput

PICTURE_ENDINGS = (".jpg", ".jpeg", ".png", ".webp")
PICTURE_MB = 15
WIDEST = 1280  # a phone held sideways, twice as fine as its dots
QUALITY = 78
MOST_PAGES = 200
MOST_PIXELS = 60_000_000


@dataclass(frozen=True)
class Leaf:
    """A page of a PDF as a picture, with the words that stand on it."""

    no: int
    of: int
    jpeg: bytes
    words: str


def as_jpeg(body: bytes, name: str) -> bytes:
    """A picture as a phone needs it: upright, at most `WIDEST` wide, without what cameras hide."""
    try:
        with Image.open(io.BytesIO(body), formats=["JPEG", "PNG", "WEBP"]) as picture:
            if picture.width * picture.height > MOST_PIXELS:
                raise BadInput(f"「{name}」的像素太大。", "请缩小到 6000 万像素以内后再上传。")
            return _jpeg(ImageOps.exif_transpose(picture))
    except (UnidentifiedImageError, OSError, ValueError) as wrong:
        raise BadInput(f"「{name}」不是能打开的图片。", "请上传 jpg、png 或 webp 图片。") from wrong


def leaves_of(path: Path) -> Iterator[Leaf]:
    """The pages of a PDF; raises `BadInput` with what is wrong with it."""
    try:
        document = pypdfium2.PdfDocument(path)
    except pypdfium2.PdfiumError as wrong:
        locked = "password" in str(wrong).lower()
        said = "这份 PDF 有密码，打不开。" if locked else "这份文件不是能打开的 PDF。"
        raise BadInput(said, "请另存为没有密码的 PDF 后再上传。") from wrong
    try:
        if not 1 <= len(document) <= MOST_PAGES:
            raise BadInput(
                f"这份 PDF 有 {len(document)} 页。", f"每课 1 到 {MOST_PAGES} 页，请拆成几课。"
            )
        for no, page in enumerate(document, start=1):
            wide, high = page.get_size()
            scale = min(WIDEST / wide, 2 * WIDEST / high)
            picture = page.render(scale=scale).to_pil()
            words = page.get_textpage().get_text_bounded()
            yield Leaf(no, len(document), _jpeg(picture), " ".join(words.split())[:4000])
            page.close()
    finally:
        document.close()


def _jpeg(picture: Image.Image) -> bytes:
    if picture.mode in ("RGBA", "LA", "P", "PA"):
        with_alpha = picture.convert("RGBA")
        ground = Image.new("RGBA", with_alpha.size, "white")
        picture = Image.alpha_composite(ground, with_alpha)
    small = picture.convert("RGB")
    small.thumbnail((WIDEST, 2 * WIDEST))
    out = io.BytesIO()
    small.save(out, "JPEG", quality=QUALITY, optimize=True, progressive=True)
    return out.getvalue()

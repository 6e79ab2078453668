"""What stands under a published picture: what it shows, where it is from, whether it is made up."""

import io

from PIL import Image, ImageDraw, ImageFont

from anlan.lib.typeset import BUNDLED_FONTS

FONT = "NotoSansSC-Regular"
INK, PAPER, QUIET, AMBER = (30, 39, 49), (255, 254, 251), (85, 96, 108), (138, 88, 0)
JPEG_QUALITY = 88


def captioned(jpeg: bytes, lines: list[str], *, synthetic: bool) -> bytes:
    """The picture with a strip of text below it, on which nothing of the picture is lost.

    Carries no metadata: a JPEG made here has neither place nor device.
    """
    picture = Image.open(io.BytesIO(jpeg)).convert("RGB")
    size = max(14, picture.width // 44)
    font, gap = _font(size), size // 2
    texts = [(line, INK if no == 0 else QUIET) for no, line in enumerate(lines)]
    if synthetic:
        texts.append(("演示数据，内容均为虚构", AMBER))
    strip = len(texts) * (size + gap) + 2 * gap
    sheet = Image.new("RGB", (picture.width, picture.height + strip), PAPER)
    sheet.paste(picture, (0, 0))
    draw = ImageDraw.Draw(sheet)
    for no, (line, colour) in enumerate(texts):
        at = (gap * 2, picture.height + gap + no * (size + gap))
        draw.text(at, _fitting(line, font, picture.width - 4 * gap), fill=colour, font=font)
    out = io.BytesIO()
    sheet.save(out, "JPEG", quality=JPEG_QUALITY)
    return out.getvalue()


def _font(size: int) -> "ImageFont.FreeTypeFont | ImageFont.ImageFont":
    found = sorted(BUNDLED_FONTS.glob(f"*{FONT}*")) or sorted(BUNDLED_FONTS.glob("*Sans*"))
    return ImageFont.truetype(str(found[0]), size) if found else ImageFont.load_default(size)


def _fitting(line: str, font: "ImageFont.FreeTypeFont | ImageFont.ImageFont", width: int) -> str:
    if font.getlength(line) <= width:
        return line
    while line and font.getlength(line + "…") > width:
        line = line[:-1]
    return line + "…"

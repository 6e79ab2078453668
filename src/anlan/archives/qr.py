"""A QR code for a screen, of a width in pixels: no style sheet is needed to show it."""

import io

import segno
from django.utils.safestring import SafeString, mark_safe

QUIET = 2  # modules around it; the page's own paper adds to them


def qr_svg(text: str, title: str, *, width: int) -> SafeString:
    """White ground, so that it reads in a dark room as well; `title` is read aloud."""
    code = segno.make(text, error="m", micro=False)
    modules = code.symbol_size(border=QUIET)[0]
    buffer = io.BytesIO()
    code.save(
        buffer,
        kind="svg",
        border=QUIET,
        scale=width / modules,
        light="#fff",
        xmldecl=False,
        svgns=False,
        title=title,
    )
    return mark_safe(buffer.getvalue().decode())

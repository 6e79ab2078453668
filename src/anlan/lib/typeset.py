"""Documents that an office files: a typst template and JSON data become a PDF/A-2b.

Data reaches a template only as JSON, so no name, title or remark can become markup. The same
template, fonts and data give the same bytes: the PDF's date is the data's own `made_at`.
"""

import functools
import io
import json
import re
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import cast

import segno
import typst

from anlan.lib.refusals import BadInput

PACKAGE = Path(__file__).resolve().parent.parent  # the root that templates import within
BUNDLED_FONTS = PACKAGE / "dist" / "fonts"
SANS = ("Noto Sans SC", "Noto Sans CJK SC")  # as published by Google, as packaged by Debian
MISSING_GLYPH = re.compile(r'the text [`"]+(.+?)[`"]+ could not be displayed')


class FontsMissingError(RuntimeError):
    """The installation has no Chinese font to print with."""


class UnprintableText(BadInput):
    """A character that no font of the house can draw; PDF/A forbids printing a box instead."""


def typeset(template: Path, data: Mapping[str, object], *, fonts: Path | None = None) -> bytes:
    """The PDF of a template that lies within the package.

    `data` is one of the typed documents; its `made_at` (ISO 8601 with an offset) becomes the
    PDF's date. Raises `UnprintableText`, `FontsMissingError`.
    """
    made_at = datetime.fromisoformat(str(data["made_at"]))
    if made_at.tzinfo is None:
        raise ValueError("made_at needs its offset")
    compiler = typst.Compiler(
        template,
        root=PACKAGE,
        font_paths=_fonts(fonts or BUNDLED_FONTS),
        sys_inputs={"data": json.dumps(data, ensure_ascii=False)},
    )
    try:
        pdf = compiler.compile(
            format="pdf", pdf_standards=["a-2b"], timestamp=int(made_at.timestamp())
        )
    except typst.TypstError as error:
        raise _explained(error) from error
    return cast(bytes, pdf)


def qr_svg(text: str) -> str:
    """A QR code to stand in a document's data; a quarter of it may be lost and it still reads.

    The mask is fixed: trying all eight takes four times as long and every reader takes any.
    """
    buffer = io.BytesIO()
    segno.make(text, error="q", micro=False, mask=3).save(
        buffer, kind="svg", border=0, xmldecl=False
    )
    return buffer.getvalue().decode()


@functools.lru_cache(maxsize=4)
def _fonts(folder: Path) -> typst.Fonts:
    """The house's fonts; until they are built, the same family as the system has it."""
    own = folder.is_dir()
    fonts = typst.Fonts(
        include_system_fonts=not own,
        include_embedded_fonts=False,
        font_paths=[folder] if own else [],
    )
    if not set(SANS) & set(fonts.families()):
        raise FontsMissingError(
            f"no Chinese font in {folder} nor on this system: run `make assets`"
        )
    return fonts


def _explained(error: typst.TypstError) -> Exception:
    match = MISSING_GLYPH.search(error.message)
    if match is None:
        return error
    return UnprintableText(
        f"“{match[1]}”中有字库没有的字，无法印入 PDF。",
        "请把生僻字、表情或造字改成标准汉字（GB 18030）后再生成。",
    )

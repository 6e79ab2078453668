"""GIFT and Aiken."""

import io
import re
import zipfile
from collections.abc import Sequence

from anlan.assessments.models import ItemKind
from anlan.assessments.parsing.aiken import ANSWER, OPTION
from anlan.assessments.parsing.drafts import LETTERS
from anlan.assessments.writing.shown import Shown

_SIGNS = re.compile(r"([\\~=#{}:])")
_LOOKS_FORMATTED = re.compile(r"^\s*\[(html|moodle|plain|markdown)\]|^%|<img\s", re.I)


def gift_of(items: Sequence[Shown]) -> tuple[bytes, str]:
    """(bytes, ending): a text, or a package with the pictures beside it."""
    text = "\n\n".join(map(_gift, items)) + "\n"
    pictures = {one.picture_name: one.picture for one in items if one.picture}
    if not pictures:
        return text.encode(), ".gift.txt"
    return packed({"题库.gift.txt": text.encode(), **pictures}), ".zip"


def packed(files: dict[str, bytes]) -> bytes:
    """A zip whose bytes depend on nothing but its files."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(zipfile.ZipInfo(name, (2026, 1, 1, 0, 0, 0)), content)
    return buffer.getvalue()


def _gift(item: Shown) -> str:
    return f"::{_escaped(item.key)}::{_stem(item)}{{{_answers(item)}{_explained(item)}}}"


def _stem(item: Shown) -> str:
    if item.picture is None:
        return f"[plain]{_escaped(item.stem)}"
    picture = _escaped(f'<img src="@@PLUGINFILE@@/{item.picture_name}">')
    return f"[html]<p>{_escaped(_html(item.stem))}</p>{picture}"


def _answers(item: Shown) -> str:
    if item.kind == ItemKind.JUDGE:
        return "TRUE" if item.answer[0] == 0 else "FALSE"
    lines = [f"{_sign(item, at)}{_option(text)}" for at, text in enumerate(item.options)]
    return "\n" + "\n".join(lines) + "\n"


def _sign(item: Shown, at: int) -> str:
    if item.kind == ItemKind.SINGLE:
        return "=" if at in item.answer else "~"
    share = 100 / len(item.answer)
    return f"~%{share:.5g}%" if at in item.answer else "~%-100%"


def _option(text: str) -> str:
    return f"[plain]{_escaped(text)}" if _LOOKS_FORMATTED.match(text) else _escaped(text)


def _explained(item: Shown) -> str:
    return f"####[plain]{_escaped(item.explanation)}" if item.explanation else ""


def _escaped(text: str) -> str:
    return _SIGNS.sub(r"\\\1", text).replace("\n", "\\n")


def _html(text: str) -> str:
    safe = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return safe.replace("\n", "<br>")


def fits_aiken(item: Shown) -> bool:
    """One right option, words without line ends that would read as something else."""
    lines = [item.stem, *item.options]
    return (
        item.kind != ItemKind.MULTIPLE
        and item.picture is None
        and not any("\n" in line for line in lines)
        and not OPTION.match(item.stem)
        and not ANSWER.match(item.stem)
    )


def aiken_of(items: Sequence[Shown]) -> tuple[bytes, str]:
    """Only what fits; the caller says what doesn't."""
    return "\n".join(map(_aiken, filter(fits_aiken, items))).encode(), ".aiken.txt"


def _aiken(item: Shown) -> str:
    options = [f"{letter}. {text}" for letter, text in zip(LETTERS, item.options, strict=False)]
    return "\n".join([item.stem, *options, f"ANSWER: {item.letters}", ""])

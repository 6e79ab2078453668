"""Templates know what stands below them, and carry no code of their own (strict CSP)."""

import re
from pathlib import Path

from django.urls import URLResolver, get_resolver

from anlan.testing.floors import PACKAGE, may_use, room_of, rooms

FRAME = "anlan.foundation.ui"
TEMPLATES = sorted(PACKAGE.glob("**/templates/**/*.html"))
TAKEN = re.compile(r"""\{%\s*(?:include|extends)\s+["']([^"']+)["']""")
LINKED = re.compile(r"""\{%\s*url\s+["']([\w-]+):""")
COMMENT = re.compile(r"\{#.*?#\}|\{%\s*comment.*?endcomment\s*%\}|<!--.*?-->", re.S)
# What a strict Content-Security-Policy would silently switch off.
INLINE = {
    "script without src": re.compile(
        r"<script(?![^>]*\bsrc=)(?![^>]*type=[\"']application/json)[^>]*>", re.I
    ),
    "style element": re.compile(r"<style\b", re.I),
    "style attribute": re.compile(r"<[^>]*\sstyle\s*=", re.I),
    "event attribute": re.compile(r"<[^>]*\son[a-z]+\s*=\s*[\"']", re.I),
    "javascript: link": re.compile(r"[\"']\s*javascript:", re.I),
}


def test_templates_take_and_link_only_what_stands_below() -> None:
    labels = _labels()
    wrong = [
        f"{path.relative_to(PACKAGE)} → {label}"
        for path in TEMPLATES
        for label in sorted(_named(path))
        if label not in labels or not _may_take(room_of(path), labels[label])
    ]
    assert wrong == []


def test_templates_carry_no_inline_code() -> None:
    wrong = [
        f"{path.relative_to(PACKAGE)}: {what}"
        for path in TEMPLATES
        for what, pattern in INLINE.items()
        if pattern.search(_text(path))
    ]
    assert wrong == []


def test_templates_lie_in_the_folder_of_their_room() -> None:
    wrong = [path for path in TEMPLATES if not _at_home(path)]
    assert wrong == []


def test_there_are_templates_to_look_at() -> None:
    assert len(TEMPLATES) > 20


def _may_take(room: str, other: str) -> bool:
    """`ui` is the frame of every page, also for the rooms that it stands on."""
    return other == FRAME or may_use(room, other)


def _named(path: Path) -> set[str]:
    """Labels of the rooms whose templates or addresses this one names."""
    text = _text(path)
    taken = {name.split("/")[0] for name in TAKEN.findall(text) if "/" in name}
    return taken | set(LINKED.findall(text))


def _at_home(path: Path) -> bool:
    inside = path.relative_to(next(p for p in path.parents if p.name == "templates"))
    if len(inside.parts) == 1:  # 404.html and its like have no folder
        return room_of(path) == FRAME
    return _labels().get(inside.parts[0]) == room_of(path)


def _labels() -> dict[str, str]:
    """First words of template paths and of address names, each with its room."""
    spaces = {
        resolver.namespace: getattr(resolver.urlconf_name, "__name__", "").rpartition(".")[0]
        for resolver in get_resolver().url_patterns
        if isinstance(resolver, URLResolver) and resolver.namespace
    }
    return spaces | rooms()


def _text(path: Path) -> str:
    return COMMENT.sub("", path.read_text("utf-8"))

"""Reads of code lists, from memory after the first.

The lists change only with a release (``services.load_codes``), so a process keeps what it read; an
empty answer is never kept. A running server sees newly loaded lists after its restart.
"""

from __future__ import annotations

import csv
import re
import unicodedata
from collections import defaultdict
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib.resources import files

from anlan.foundation.codes.models import Code, System

_CODE_TEXT = re.compile(r"[A-Z]?\d{1,6}|[A-Z]")
_SECTIONS = "ABCDEFGHIJKLMNOPQRST"  # of GB/T 4754
_CORE = "core"
# GB 6441-2025 replaces GB/T 6441-1986 from this day.
_NEW_ACCIDENT_TYPES = date(2026, 7, 1)


@dataclass(frozen=True, slots=True)
class _Book:
    """One code list, read once: in order, by code (newest version first), by parent."""

    codes: tuple[Code, ...]
    versions: dict[str, list[Code]]
    children: dict[str, list[Code]]


_books: dict[str, _Book] = {}


def forget() -> None:
    """Read every list again when it is next asked for."""
    _books.clear()


def find(system: str, code: str, on: date | None = None) -> Code | None:
    """The version in force on that day, without a day the newest; None if there is none."""
    versions = _book(system).versions.get(code, [])
    return next((found for found in versions if on is None or found.valid_on(on)), None)


def code_name(system: str, code: str, on: date | None = None) -> str:
    """Its name for a screen; a code that the list doesn't know is shown as it is."""
    found = find(system, code, on)
    return found.name if found else code


def is_code(system: str, code: str, on: date | None = None) -> bool:
    return find(system, code, on) is not None


def all_codes(system: str, on: date | None = None) -> list[Code]:
    """The whole list in its own order."""
    return [code for code in _book(system).codes if on is None or code.valid_on(on)]


def choices(system: str, on: date | None = None) -> list[tuple[str, str]]:
    """(code, name) pairs for a form field."""
    return [(code.code, code.name) for code in all_codes(system, on)]


def children(system: str, parent: str = "") -> list[Code]:
    """The codes right below ``parent``, those on top without one."""
    return list(_book(system).children.get(parent, []))


def lineage(system: str, code: str) -> list[Code]:
    """From the top down to the code itself; empty for an unknown code."""
    line: list[Code] = []
    found = find(system, code)
    while found is not None:
        line.insert(0, found)
        found = find(system, found.parent_code) if found.parent_code else None
    return line


def search(system: str, text: str, limit: int = 50) -> list[Code]:
    """By the beginning of a code (C26 or 26) or by two or more characters of the name.

    Names that begin with the text come first. Several words must all be in the name.
    """
    typed = unicodedata.normalize("NFKC", text).strip()
    codes = _book(system).codes
    if _CODE_TEXT.fullmatch(typed.upper()):
        prefix = typed.upper()
        return [
            code
            for code in codes
            if code.code.startswith(prefix) or code.code.lstrip(_SECTIONS).startswith(prefix)
        ][:limit]
    words = typed.split()
    if sum(map(len, words)) < 2:
        return []
    found = [code for code in codes if all(word in code.name for word in words)]
    found.sort(key=lambda code: not code.name.startswith(words[0]))
    return found[:limit]


def city() -> Code | None:
    """The city whose installation this is."""
    return next(iter(children(System.GB_T_2260)), None)


def districts() -> list[Code]:
    """Districts, counties and functional zones of the city, in their official order."""
    above = city()
    return children(System.GB_T_2260, above.code) if above else []


def accident_types(on: date) -> list[Code]:
    """The accident types that hold on that day: of GB/T 6441-1986, later of GB 6441-2025."""
    return all_codes(accident_type_system(on), on)


def accident_type_system(on: date) -> System:
    return System.GB_6441_2025 if on >= _NEW_ACCIDENT_TYPES else System.GB_6441_1986


def key_industry_of(gb4754_code: str, hazardous: bool) -> str:
    """The key industry an enterprise is counted under; the hazardous-chemicals flag wins.

    Only rows of fit ``core`` count, the longest prefix before shorter ones. ``adjacent`` rows (such
    as pharmaceuticals) and ``overlap`` rows (road haulage of dangerous goods, which is transport)
    say where a flag is likely; without the flag they decide nothing.
    """
    if hazardous:
        return "hazchem"
    core = _core_industries()
    code = gb4754_code.strip().upper()
    return next(
        (core[code[:end]] for end in range(len(code), 0, -1) if code[:end] in core), "other"
    )


def _book(system: str) -> _Book:
    book = _books.get(system)
    if book is None:
        rows = Code.objects.filter(system=system).order_by("sort", "code", "-valid_from")
        book = _bound(tuple(rows))
        if book.codes:
            _books[system] = book
    return book


def _bound(codes: tuple[Code, ...]) -> _Book:
    versions: defaultdict[str, list[Code]] = defaultdict(list)
    below: defaultdict[str, list[Code]] = defaultdict(list)
    for code in codes:
        versions[code.code].append(code)
        if versions[code.code][0] is code:
            below[code.parent_code].append(code)
    return _Book(codes=codes, versions=dict(versions), children=dict(below))


@cache
def _core_industries() -> dict[str, str]:
    table = files("anlan.foundation.codes").joinpath("data/key_industry_map.csv")
    with table.open(encoding="utf-8") as lines:
        rows = csv.DictReader(lines)
        return {row["prefix"]: row["key_industry"] for row in rows if row["fit"] == _CORE}

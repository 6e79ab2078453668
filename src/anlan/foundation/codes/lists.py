"""What lists there are, and how the accident types of 1986 become those of 2025.

Both come from files that ship with a release, so they are read from there.
"""

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import cache
from importlib.resources import files

from anlan.foundation.codes.models import Code, System
from anlan.foundation.codes.queries import all_codes, find

_DATA = files("anlan.foundation.codes").joinpath("data")


@dataclass(frozen=True, slots=True)
class CodeList:
    """One list: its name, the days on which it holds, and where it was taken from."""

    system: str
    title: str
    valid_from: date
    valid_to: date | None
    source: str

    def holds_on(self, day: date) -> bool:
        return self.valid_from <= day and (self.valid_to is None or day <= self.valid_to)

    @property
    def size(self) -> int:
        return len(all_codes(self.system))


class Relation(StrEnum):
    """What became of an accident type of 1986."""

    SAME = "same"
    RENAMED = "renamed"
    SPLIT = "split"
    MERGED = "merged"

    @property
    def label(self) -> str:
        return {"same": "不变", "renamed": "改名", "split": "拆分", "merged": "合并"}[self.value]


@dataclass(frozen=True, slots=True)
class Crossing:
    """One way from an old type to a new one. `note` says when it is taken."""

    old: Code
    new: Code
    relation: Relation
    note: str


@cache
def code_lists() -> tuple[CodeList, ...]:
    """Every list that ships, in the order of the file."""
    return tuple(
        CodeList(
            row["system"],
            row["title"],
            date.fromisoformat(row["valid_from"]),
            date.fromisoformat(row["valid_to"]) if row["valid_to"] else None,
            row["shown"],
        )
        for row in _rows("systems")
    )


def code_list(system: str) -> CodeList | None:
    return next((one for one in code_lists() if one.system == system), None)


def crosswalk() -> list[Crossing]:
    """Every way from GB/T 6441-1986 to GB 6441-2025, in the order of the old list.

    Drawn up from the names of both lists; nobody has held it against the printed text of the new
    standard yet, and screens say so.
    """
    found = []
    for row in _rows("crosswalk_1986_2025"):
        old, new = find(System.GB_6441_1986, row["old"]), find(System.GB_6441_2025, row["new"])
        if old is not None and new is not None:
            found.append(Crossing(old, new, Relation(row["relation"]), row["note"]))
    return found


def without_forerunner() -> list[Code]:
    """New types that no old type leads to."""
    led_to = {crossing.new.code for crossing in crosswalk()}
    return [code for code in all_codes(System.GB_6441_2025) if code.code not in led_to]


def counterparts(code: str) -> list[Code]:
    """The new types that an old one may be; several where it was split, so a person decides."""
    return [crossing.new for crossing in crosswalk() if crossing.old.code == code]


def certain_counterpart(code: str) -> Code | None:
    """The one new type that an old one is, where there is only one."""
    found = counterparts(code)
    return found[0] if len(found) == 1 else None


def _rows(name: str) -> Iterator[dict[str, str]]:
    with _DATA.joinpath(f"{name}.csv").open(encoding="utf-8") as lines:
        yield from csv.DictReader(lines)

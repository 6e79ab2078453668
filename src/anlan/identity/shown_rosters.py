"""A roster upload as a screen shows it: the preview, its problems as sentences."""

from dataclasses import dataclass

from anlan.foundation.codes import queries as codes
from anlan.foundation.codes.models import System
from anlan.identity import queries
from anlan.identity.models import RosterUpload
from anlan.identity.rosters import PersonRow, Reading, sentence

FIRST = 20


@dataclass(frozen=True)
class PreviewRow:
    """One row as understood, or what is wrong with it."""

    number: int
    row: PersonRow | None
    role: str
    problem: str


@dataclass(frozen=True)
class Preview:
    """The first rows, and counts and problems of all."""

    rows: list[PreviewRow]
    total: int
    good: int
    bad: int
    problems: list[str]
    notes: list[str]


def preview_of(reading: Reading) -> Preview:
    """What an import would do with this reading today."""
    problems = queries.problems_of(reading)
    rows = [_preview_row(number, reading, problems) for number in reading.numbers[:FIRST]]
    return Preview(
        rows=rows,
        total=len(reading.numbers),
        good=len(reading.numbers) - len(problems),
        bad=len(problems),
        problems=[sentence(number, said) for number, said in sorted(problems.items())],
        notes=reading.notes,
    )


def problem_lines(roster: RosterUpload) -> list[str]:
    """第 37 行：…, in the file's order."""
    rows = sorted((int(number), said) for number, said in roster.problems.items())
    return [sentence(number, said) for number, said in rows]


def _preview_row(number: int, reading: Reading, problems: dict[int, list[str]]) -> PreviewRow:
    if number in problems:
        return PreviewRow(number, None, "", "；".join(problems[number]))
    row = reading.good[number]
    return PreviewRow(number, row, codes.code_name(System.OCCUPATION_ROLE, row.role), "")

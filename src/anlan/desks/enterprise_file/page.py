"""The whole page: next steps of every section by their day, the risk, and the sections."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from anlan.desks.enterprise_file import hazards, injuries, risk, standing, training, visits
from anlan.desks.enterprise_file.shape import Asked, Reader, Section
from anlan.foundation.ui.parts import Todo

# In the order of the page. A room's section is a reader of `Asked`; add it here.
READERS: tuple[Reader, ...] = (
    injuries.section,
    hazards.section,
    visits.section,
    training.section,
    standing.section,
)
SHOWN = 10
THIS_WEEK = timedelta(days=7)


@dataclass(frozen=True)
class EnterpriseFile:
    """`steps` are the nearest; `more` says how many stand behind them, in their sections."""

    steps: Sequence[Todo]
    more: int
    week: int
    sections: Sequence[Section]


def file_of(asked: Asked, readers: Sequence[Reader] = READERS) -> EnterpriseFile:
    """Everything about one enterprise that may be seen; queries don't grow with its records."""
    sections = [read(asked) for read in readers]
    steps = sorted(
        (step for one in sections for step in one.steps),
        key=lambda step: (step.due is None, step.due or asked.at),
    )
    soon = asked.at + THIS_WEEK
    return EnterpriseFile(
        steps=steps[:SHOWN],
        more=len(steps[SHOWN:]),
        week=sum(1 for step in steps if step.due and step.due <= soon),
        sections=[risk.section(asked, sections), *sections],
    )

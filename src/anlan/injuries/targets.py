"""What is coded from narratives, and by which list of codes on which day."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from anlan.foundation.codes import lists
from anlan.foundation.codes import queries as codes
from anlan.foundation.codes.models import Code, System
from anlan.injuries.models import Target

PLACES = {str(target): at for at, target in enumerate(Target)}
_LISTS = {Target.SOURCE: System.INJURY_SOURCE, Target.PART: System.BODY_PART}


@dataclass(frozen=True, slots=True)
class Task:
    """A coder's task: one target by one list. Accident types have a list for each standard."""

    target: str
    system: str

    @property
    def label(self) -> str:
        """事故类别（GB 6441-2025）; the other targets have one list each."""
        name = str(Target(self.target).label)
        return f"{name}（{standard(self.system)}）" if self.target == Target.TYPE else name


TASKS = (
    Task(Target.TYPE, System.GB_6441_2025),
    Task(Target.TYPE, System.GB_6441_1986),
    Task(Target.SOURCE, System.INJURY_SOURCE),
    Task(Target.PART, System.BODY_PART),
)


def standard(system: str) -> str:
    """How a list of accident types is cited."""
    return "GB/T 6441-1986" if system == System.GB_6441_1986 else "GB 6441-2025"


def system_of(target: str, on: date) -> str:
    """The list that a target is coded by on the day of the injury."""
    if target == Target.TYPE:
        return codes.accident_type_system(on)
    return _LISTS[Target(target)]


def word_of(system: str, code: str) -> str:
    return codes.code_name(system, code)


def old_type(code: str, on: date) -> bool:
    """A type of 1986 on a day of the list of 2025, told by its number; 01 to 09 are in both."""
    system = codes.accident_type_system(on)
    return (
        system == System.GB_6441_2025
        and not codes.is_code(system, code)
        and codes.is_code(System.GB_6441_1986, code)
    )


def old_numbers() -> list[str]:
    """Numbers that only the list of 1986 has."""
    newer = {code.code for code in codes.all_codes(System.GB_6441_2025)}
    return [c.code for c in codes.all_codes(System.GB_6441_1986) if c.code not in newer]


def allowed(target: str, on: date, former: str) -> Sequence[Code]:
    """The codes that may be chosen: the day's list; for a type of the old list its counterparts."""
    if target == Target.TYPE and former and old_type(former, on):
        return lists.counterparts(former)
    return codes.all_codes(system_of(target, on))

"""What the house keeps about a person: handed in by every room, by a dotted path in settings.

`ANLAN_PERSONAL_DATA` lists tuples of `PersonalData`, so that this room can show, export and erase
what rooms above it keep without knowing what a class or an injury is. The order is the order in
which a person reads them; erasing goes backwards, so that who somebody is goes last.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache

from django.conf import settings
from django.utils.module_loading import import_string

from anlan.foundation.rules.queries import Ruling, rulebook
from anlan.identity.models import Person
from anlan.lib.dates import local_date

Row = Mapping[str, object]
# Who has seen what: the kinds that a person may filter by.
LOOK_KINDS = {
    "number": "查看遮盖的信息",
    "roster": "导出花名册",
    "archive": "取用培训档案",
    "injury": "查看工伤经过",
    "restricted": "查看受限的身份",
    "network": "核对姓名和身份证号",
    "insured": "核对参保情况",
}
LEAP_DAY = (2, 29)


@dataclass(frozen=True)
class Look:
    """Somebody saw or took something about a person. `kind` is one of `LOOK_KINDS`."""

    at: datetime
    who: str
    what: str
    kind: str
    reason: str = ""


@dataclass(frozen=True)
class Erasure:
    """How many rows were erased at once, and how many stay because they must."""

    erased: int = 0
    kept: int = 0


@dataclass(frozen=True)
class Clock:
    """When a kind of data ends by itself. `due` counts what is past its time at a moment.

    `forget` does a bounded part of it and says how much; none where another job does it already.
    `rule` names the dated rule, in `unit`; empty where each row has a day of its own.
    """

    title: str
    rule: str
    unit: str
    due: Callable[[datetime], int]
    forget: Callable[[datetime], int] | None = None
    job: str = ""


def nothing(person: Person) -> list[str]:
    return []


def never(person: Person, at: datetime) -> date | None:
    return None


def no_end(person: Person, at: datetime) -> int:
    return 0


def no_looks(person: Person) -> Iterable[Look]:
    return ()


@dataclass(frozen=True)
class PersonalData:
    """One kind of data about a person.

    `models` are the tables it answers for, as app_label.Model. `until` is the last day on which the
    law wants what stays (none: nothing has to stay); `law` says which, where no rule's clause does.
    `erase` takes what may go at once; `end` takes the rest when `until` is over. `holds` says, in
    plain Chinese, what has to be over first. `apart` says why a kind is neither exported nor
    erased by person: it stands under its own clock.
    """

    key: str
    title: str
    purpose: str
    basis: str
    models: tuple[str, ...]
    export: Callable[[Person], list[Row]]
    erase: Callable[[Person, datetime], Erasure]
    rule: str = ""
    law: str = ""
    until: Callable[[Person, datetime], date | None] = never
    end: Callable[[Person, datetime], int] = no_end
    holds: Callable[[Person], list[str]] = nothing
    looks: Callable[[Person], Iterable[Look]] = no_looks
    clocks: tuple[Clock, ...] = ()
    apart: str = ""

    def must_stay_until(self, person: Person, at: datetime) -> date | None:
        """The day until which the law keeps some of it; none when nothing of it must stay now."""
        day = self.until(person, at)
        return day if day is not None and day >= local_date(at) else None


def kinds() -> tuple[PersonalData, ...]:
    """Every kind of data that a room has handed in, in reading order."""
    return _kinds(tuple(settings.ANLAN_PERSONAL_DATA))


@lru_cache(maxsize=4)
def _kinds(named: tuple[str, ...]) -> tuple[PersonalData, ...]:
    return tuple(kind for path in named for kind in import_string(path))


def ruling(key: str, at: datetime) -> Ruling:
    return rulebook(local_date(at)).ruling(key)


def years_after(day: date | None, rule: str, at: datetime) -> date | None:
    """The same day so many years later, as the dated rule says; none stays none."""
    if day is None:
        return None
    year = day.year + int(ruling(rule, at).value)
    if (day.month, day.day) == LEAP_DAY:
        return date(year, 3, 1)
    return day.replace(year=year)

"""What a section of the enterprise file is made of."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from anlan.foundation.accounts.models import User
from anlan.foundation.ui.parts import Todo
from anlan.lib.dates import local_date
from anlan.organizations.models import Organization

YEARS = 3  # calendar years that injuries are shown for, this one included


@dataclass(frozen=True)
class Asked:
    """Who looks at which enterprise, and when. `own`: its safety officer, who does the work."""

    user: User
    organization: Organization
    at: datetime
    own: bool

    @property
    def today(self) -> date:
        return local_date(self.at)

    @property
    def years(self) -> list[int]:
        return [self.today.year - n for n in range(YEARS)]


@dataclass(frozen=True)
class Line:
    """One fact: its label, its words, what they mean or leave out, the records behind them."""

    label: str
    value: str
    note: str = ""
    tone: str = ""
    href: str = ""


@dataclass(frozen=True)
class Sign:
    """A sign of risk: in words that are true whether it was `found` or not."""

    words: str
    found: bool


@dataclass(frozen=True)
class Table:
    """A small table; the first column names its rows, the others are figures when `figures`."""

    caption: str
    headers: Sequence[str]
    rows: Sequence[Sequence[str]]
    figures: bool = True


@dataclass(frozen=True)
class Section:
    """One room's part. `steps` are what is to be done, each with the one link that does it.

    `risks` are lines that belong beside the risk, `source` says what the figures are made of.
    """

    key: str
    title: str
    lines: Sequence[Line] = ()
    table: Table | None = None
    steps: Sequence[Todo] = ()
    risks: Sequence[Line] = ()
    signs: Sequence[Sign] = ()
    source: str = ""
    href: str = ""
    act: str = ""


Reader = Callable[[Asked], Section]

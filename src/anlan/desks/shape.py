"""What every desk is made of: what waits, the figures that matter, what comes next."""

from collections.abc import Sequence
from dataclasses import dataclass

from anlan.classes.models import Session
from anlan.foundation.ui.parts import Todo

SHOWN = 8  # things to do on the desk; the rest stands behind a link


@dataclass(frozen=True)
class Figure:
    """One number, with the records behind it."""

    label: str
    value: int | str
    href: str = ""
    note: str = ""
    unit: str = ""


@dataclass(frozen=True)
class Coming:
    """A session of the next days with where to open it; `act` is empty when there is nothing."""

    session: Session
    href: str
    note: str = ""
    act: str = ""
    act_href: str = ""


@dataclass(frozen=True)
class Desk:
    """The first page of one role. `quiet` is said when nothing waits."""

    todos: Sequence[Todo]
    figures: Sequence[Figure]
    quiet: str
    waiting: int = 0
    rest_href: str = ""
    coming: Sequence[Coming] = ()
    coming_title: str = ""
    coming_empty: str = ""

    @property
    def rest(self) -> int:
        """Things that wait and are not shown."""
        return max(self.waiting - len(self.todos), 0)

"""What a detector says: a difference with its plain facts, in neutral words."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TypedDict

from django.db.models import Count, Exists, OuterRef, Q, QuerySet
from django.urls import reverse

from anlan.attendance.models import Mark, MarkKind, Register
from anlan.classes.models import Session, TrainingClass
from anlan.courses.models import Mode
from anlan.foundation.files.models import StoredFile
from anlan.lib.dates import date_weekday_text, half_day_text, moment_range_text
from anlan.organizations.models import Organization
from anlan.supervision.models import TicketKind

Facts = Sequence[tuple[str, str]]


class Link(TypedDict):
    """`own` links lead into the class in question, which its provider may open."""

    label: str
    url: str
    own: bool


class Picture(TypedDict):
    """A kept file to be looked at; `own` as with links."""

    file: str
    label: str
    own: bool


@dataclass(frozen=True)
class Doubt:
    """One difference. `scope` and `kind` name the ticket, `evidence` the line within it.

    `facts` and `said` may be shown to the provider that is asked; `inner` is for officials.
    """

    kind: TicketKind
    provider: Organization
    klass: TrainingClass | None
    evidence: str
    said: str
    facts: Facts
    inner: Facts = ()
    links: Sequence[Link] = ()
    pictures: Sequence[Picture] = ()
    subjects: Sequence[str] = ()
    scope: str = ""

    @property
    def key(self) -> str:
        """One ticket a kind and class (or whatever `scope` says)."""
        scope = self.scope or (str(self.klass.uid) if self.klass else str(self.provider.uid))
        return f"{self.kind.value}/{scope}"


@dataclass(frozen=True)
class Slot:
    """A session with the times at which it really is, by its register."""

    session: Session
    register: Register

    @property
    def later_than(self) -> tuple[datetime, int]:
        return self.register.starts_at, self.session.pk

    @property
    def when(self) -> str:
        return moment_range_text(self.register.starts_at, self.register.ends_at)

    @property
    def name(self) -> str:
        return half_day_text(self.register.starts_at)

    def overlaps(self, other: "Slot") -> bool:
        mine, theirs = self.register, other.register
        return mine.starts_at < theirs.ends_at and theirs.starts_at < mine.ends_at

    def gap(self, other: "Slot") -> timedelta:
        """From the end of the earlier to the beginning of the later; negative while both run."""
        first, then = sorted((self.register, other.register), key=lambda one: one.starts_at)
        return then.starts_at - first.ends_at


def sessions_seen(classes: Sequence[TrainingClass]) -> QuerySet[Session]:
    """Offline sessions of these classes that have a register, each with `present` people."""
    signed = Count(
        "register__marks__person",
        filter=Q(register__marks__kind=MarkKind.IN),
        distinct=True,
    )
    found = Session.objects.filter(
        klass__in=classes, active=True, mode=Mode.OFFLINE, register__isnull=False
    )
    return all_of(found).annotate(present=signed)


def all_of(found: QuerySet[Session]) -> QuerySet[Session]:
    """With everything that a fact names, in order."""
    named = found.select_related("klass__provider", "trainer", "venue", "register")
    return named.order_by("day", "half", "pk")


def slots(found: QuerySet[Session]) -> list[Slot]:
    """Those of the sessions that were really held: somebody signed in."""
    signed = Mark.objects.filter(register=OuterRef("register"), kind=MarkKind.IN)
    found = found.filter(Exists(signed))
    return [Slot(one, one.register) for one in all_of(found) if one.register]


def pairs_with(own: Sequence[Slot], others: Sequence[Slot]) -> Iterator[tuple[Slot, Slot]]:
    """(earlier, later) of every pair of different classes in which one is `own`, once each."""
    seen: set[tuple[int, int]] = set()
    for one in own:
        for other in others:
            first, later = sorted((one, other), key=lambda slot: slot.later_than)
            key = (first.session.pk, later.session.pk)
            if one.session.klass_id != other.session.klass_id and key not in seen:
                seen.add(key)
                yield first, later


def class_link(klass: TrainingClass, *, own: bool = True) -> Link:
    return Link(
        label=f"班次 {klass.number}", url=reverse("classes:record", args=[klass.uid]), own=own
    )


def files_link(klass: TrainingClass, *, own: bool = True) -> Link:
    return Link(label="录像与材料", url=reverse("classes:files", args=[klass.uid]), own=own)


def picture(file: StoredFile, label: str, *, own: bool = True) -> Picture:
    return Picture(file=str(file.uid), label=label, own=own)


def half_day_of(session: Session) -> str:
    """2026年6月5日 周五下午."""
    return f"{date_weekday_text(session.day)}{session.get_half_display()}"


def class_facts(klass: TrainingClass) -> list[tuple[str, str]]:
    return [("班次", f"{klass.title}（{klass.number}）"), ("培训机构", klass.provider.name)]

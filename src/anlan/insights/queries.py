"""The figures of a year's training. What each one means stands in `definitions.py`.

A closed class speaks through its `Closing`, frozen on the day it closed; a running one is counted
from its registers as they stand. A class belongs to the year of its first day.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.db.models import (
    Count,
    Exists,
    F,
    IntegerField,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Sum,
    Value,
)
from django.db.models.functions import Coalesce

from anlan.attendance.models import Mark, MarkKind
from anlan.classes import queries as classes
from anlan.classes.models import Closing, Enrolment, Session, Status, TrainingClass
from anlan.classes.queries import COUNTED
from anlan.foundation.accounts.models import User
from anlan.identity.models import Employment
from anlan.organizations import queries as organizations
from anlan.organizations.models import Kind, Organization
from anlan.organizations.models import Status as OrganizationStatus

HELD = (Status.RUNNING, Status.CLOSED)
ALL_YEARS = 0


@dataclass(frozen=True)
class Slice:
    """人次 of one district and key industry, closed and live classes apart."""

    district: str
    industry: str
    frozen: int
    live: int

    @property
    def attendances(self) -> int:
        return self.frozen + self.live


@dataclass(frozen=True)
class Overview:
    """The desk's figures. `passed` of `finished` learners in closed classes only."""

    running: int
    closed: int
    sessions: int
    people: int
    trained: int
    registered: int
    passed: int
    finished: int
    slices: tuple[Slice, ...]

    @property
    def attendances(self) -> int:
        return sum(one.attendances for one in self.slices)

    @property
    def live(self) -> int:
        return sum(one.live for one in self.slices)

    @property
    def pass_rate(self) -> float | None:
        return self.passed / self.finished if self.finished else None


def held(user: User, year: int) -> QuerySet[TrainingClass]:
    """Classes that the user may see and that have begun; `ALL_YEARS`, or that of the first day."""
    begun = classes.visible_to(user).filter(status__in=HELD)
    if year == ALL_YEARS:
        return begun
    return begun.filter(first_day__range=(date(year, 1, 1), date(year, 12, 31)))


def year_label(year: int) -> str:
    """2026 年, or 历年."""
    return "历年" if year == ALL_YEARS else f"{year} 年"


def years(user: User, today: date) -> list[int]:
    """Years with classes, and this one, the newest first."""
    begun = classes.visible_to(user).filter(status__in=HELD, first_day__isnull=False)
    found = set(begun.order_by().values_list("first_day__year", flat=True).distinct())
    return sorted(found | {today.year}, reverse=True)


def employers(user: User) -> QuerySet[Organization]:
    """Registered enterprises in the user's reach: one a credit code, approved."""
    return organizations.visible_to(user).filter(
        kind=Kind.EMPLOYER, status=OrganizationStatus.APPROVED
    )


def overview(user: User, year: int) -> Overview:
    """Seven queries, whatever the number of classes."""
    found = held(user, year)
    states = found.aggregate(
        running=Count("pk", filter=Q(status=Status.RUNNING)),
        closed=Count("pk", filter=Q(status=Status.CLOSED)),
    )
    sums = Closing.objects.filter(klass__in=found).aggregate(
        passed=Sum("passed", default=0), finished=Sum("enrolled", default=0)
    )
    own = employers(user)
    came = present(found).aggregate(
        people=Count("person", distinct=True),
        trained=Count("organization", distinct=True, filter=Q(organization__in=own)),
    )
    return Overview(
        **states,
        **sums,
        **came,
        sessions=sessions_held(found),
        registered=own.count(),
        slices=tuple(slices(found)),
    )


def present(found: QuerySet[TrainingClass]) -> QuerySet[Enrolment]:
    """Learners who count and have signed in at least once in their class."""
    signed = Mark.objects.filter(
        register__session__klass=OuterRef("klass"), person=OuterRef("person"), kind=MarkKind.IN
    )
    return Enrolment.objects.filter(Exists(signed), klass__in=found, status__in=COUNTED)


def sessions_held(found: QuerySet[TrainingClass]) -> int:
    """场次: half-days at which at least one person signed in."""
    signed = Mark.objects.filter(register=OuterRef("register"), kind=MarkKind.IN)
    return Session.objects.filter(Exists(signed), klass__in=found).count()


def slices(found: QuerySet[TrainingClass]) -> list[Slice]:
    """人次 by district and industry: frozen sums of closed classes, live marks of running ones."""
    frozen = dict(
        _grouped(found.filter(status=Status.CLOSED).annotate(n=F("closing__attendances")), Sum("n"))
    )
    signed = Q(sessions__register__marks__kind=MarkKind.IN)
    running = found.filter(status=Status.RUNNING)
    live = dict(_grouped(running, Count("sessions__register__marks", filter=signed)))
    keys = sorted({*frozen, *live})
    return [Slice(*key, frozen.get(key, 0), live.get(key, 0)) for key in keys]


def _grouped(
    found: QuerySet[TrainingClass], sum_of: Sum | Count
) -> Iterable[tuple[tuple[str, str], int]]:
    rows = found.order_by().values("district", "industry").annotate(total=sum_of)
    return [((r["district"], r["industry"]), r["total"] or 0) for r in rows]


def by_district(rows: Iterable[Slice]) -> dict[str, int]:
    """District code → 人次."""
    total: dict[str, int] = {}
    for one in rows:
        total[one.district] = total.get(one.district, 0) + one.attendances
    return total


def by_industry(rows: Iterable[Slice]) -> dict[str, int]:
    """Key industry code → 人次."""
    total: dict[str, int] = {}
    for one in rows:
        total[one.industry] = total.get(one.industry, 0) + one.attendances
    return total


def with_figures(found: QuerySet[TrainingClass]) -> QuerySet[TrainingClass]:
    """Adds to each row `held` sessions, `attendances`, `people`; for a page, not for all."""
    signed = Mark.objects.filter(register=OuterRef("register"), kind=MarkKind.IN)
    sessions = Session.objects.filter(Exists(signed), klass=OuterRef("pk"))
    marks = Mark.objects.filter(register__session__klass=OuterRef("pk"), kind=MarkKind.IN)
    people = Enrolment.objects.filter(klass=OuterRef("pk"), status__in=COUNTED)
    return (
        found.select_related("provider", "closing")
        .annotate(
            held=_count(sessions, "klass"),
            attendances=Coalesce(
                F("closing__attendances"), _count(marks, "register__session__klass")
            ),
            people=Coalesce(F("closing__enrolled"), _count(people, "klass")),
        )
        .order_by("-first_day", "-id")
    )


def covered(
    user: User, year: int, *, district: str = "", industry: str = "", trained: str = ""
) -> QuerySet[Organization]:
    """Enterprises, each with `workers` on its roster and `trained` people this year."""
    came = present(held(user, year)).filter(organization=OuterRef("pk"))
    rows = employers(user)
    if district:
        rows = rows.filter(district=district)
    if industry:
        rows = rows.filter(key_industry=industry)
    if trained:
        sent = present(held(user, year)).values("organization")
        rows = rows.filter(pk__in=sent) if trained == "yes" else rows.exclude(pk__in=sent)
    workers = Employment.objects.filter(organization=OuterRef("pk"), until=None)
    return rows.annotate(
        workers=_count(workers, "organization"),
        trained=_count(came, "organization", what="person"),
    ).order_by("name", "id")


def _count(rows: QuerySet, group: str, what: str = "pk") -> Coalesce:  # type: ignore[type-arg]
    """A correlated count that doesn't multiply with its neighbours."""
    counted = rows.order_by().values(group).annotate(n=Count(what, distinct=True)).values("n")
    return Coalesce(Subquery(counted, output_field=IntegerField()), Value(0))

"""Reading a timetable: what is still to be placed, which half-days are free, the grid on screen."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import Q, QuerySet

from anlan.classes.checks import Gap
from anlan.classes.models import HalfDay, Session, TrainingClass
from anlan.courses.models import Mode, Module
from anlan.lib.dates import weekday_name
from anlan.resources.models import Venue, VenueKind
from anlan.trainers.models import Trainer, TrainerStatus

SATURDAY = 5
# Where a search for free half-days gives up: nobody plans a class further ahead.
LOOK_AHEAD = timedelta(days=120)


@dataclass(frozen=True)
class Load:
    """One module of the syllabus: hours it needs and hours that stand on the timetable."""

    module: Module
    placed: int

    @property
    def left(self) -> int:
        return max(0, self.module.hours - self.placed)


@dataclass(frozen=True)
class Cell:
    """One half-day of the grid, with what is wrong about it."""

    day: date
    half: HalfDay
    session: Session | None
    wrong: tuple[str, ...] = ()


@dataclass(frozen=True)
class Day:
    day: date
    cells: tuple[Cell, ...]

    @property
    def weekend(self) -> bool:
        return self.day.weekday() >= SATURDAY

    @property
    def name(self) -> str:
        return weekday_name(self.day)


def loads(klass: TrainingClass, sessions: Iterable[Session]) -> list[Load]:
    """Every module of the class's syllabus in order."""
    placed: Counter[int] = Counter()
    for session in sessions:
        placed[session.module_id] += session.hours
    places = klass.syllabus.places.select_related("module").order_by("order")
    return [Load(place.module, placed[place.module_id]) for place in places]


def days(
    sessions: Iterable[Session], gaps: Iterable[Gap], since: date, count: int = 14
) -> list[Day]:
    """The grid from `since`: `count` days of two half-days."""
    by_slot = {session.slot: session for session in sessions}
    wrong: dict[str, list[str]] = defaultdict(list)
    for gap in gaps:
        wrong[gap.slot].append(gap.text)
    return [
        Day(
            day,
            tuple(
                Cell(day, half, by_slot.get(slot), tuple(wrong[slot]))
                for half in HalfDay
                for slot in [f"{day.isoformat()}/{half}"]
            ),
        )
        for day in (since + timedelta(days=n) for n in range(count))
    ]


def next_half_day(sessions: Sequence[Session], earliest: date) -> tuple[date, HalfDay]:
    """The working half-day after the last that stands; the first morning when none does."""
    if sessions:
        last = sessions[-1]
        if last.half == HalfDay.MORNING:
            return last.day, HalfDay.AFTERNOON
        earliest = last.day + timedelta(days=1)
    while earliest.weekday() >= SATURDAY:
        earliest += timedelta(days=1)
    return earliest, HalfDay.MORNING


def trainers_for(klass: TrainingClass) -> QuerySet[Trainer]:
    """The provider's trainers who teach today."""
    found = Trainer.objects.filter(provider=klass.provider, status=TrainerStatus.ACTIVE)
    return found.order_by("name")


def venues_for(klass: TrainingClass) -> QuerySet[Venue]:
    """The provider's own rooms and grounds, and enterprises' sites in the class's district."""
    site = Q(kind=VenueKind.SITE, district=klass.district)
    usable = Venue.objects.filter(Q(owner=klass.provider) | site, retired_at=None)
    return usable.order_by("kind", "name")


def free_half_days(
    klass: TrainingClass, since: date, trainer: Trainer, venue: Venue | None
) -> Iterator[tuple[date, HalfDay]]:
    """Working half-days on which class, trainer and room are all free, from `since` on."""
    held = Q(trainer=trainer)
    if venue:
        held |= Q(venue=venue, mode=Mode.OFFLINE)
    others = Q(active=True) & held
    span = Session.objects.filter(day__range=(since, since + LOOK_AHEAD))
    busy = set(span.filter(others | Q(klass=klass)).values_list("day", "half"))
    for n in range(LOOK_AHEAD.days):
        day = since + timedelta(days=n)
        if day.weekday() >= SATURDAY:
            continue
        yield from ((day, half) for half in HalfDay if (day, half.value) not in busy)

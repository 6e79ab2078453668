"""What a learner learns online: the lessons of some modules, and how far each has come."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import ROUND_FLOOR, Decimal

from django.db.models import Count, Q, Sum

from anlan.courses.models import Audience, Lesson, Module, Progress
from anlan.identity.models import Person

HALF = Decimal("0.5")


@dataclass(frozen=True)
class Step:
    """One lesson on the learner's way; `reached` is the second up to which it is learned."""

    lesson: Lesson
    reached: float
    completed_at: datetime | None

    @property
    def begun(self) -> bool:
        return self.reached > 0 and self.completed_at is None

    @property
    def minutes_left(self) -> int:
        return max(1, -(-int(self.lesson.seconds - self.reached) // 60))


@dataclass(frozen=True)
class Learned:
    """All that somebody has learned online, whatever class it was for."""

    lessons: int
    minutes: int


def steps_of(
    person: Person, modules: Iterable[Module], *, owners: Iterable[int], at: datetime
) -> list[Step]:
    """The published lessons of these modules, the city's and the owners', in teaching order."""
    order = {module.pk: place for place, module in enumerate(modules)}
    lessons = Lesson.objects.filter(
        Q(owner=None) | Q(owner__in=list(owners)),
        module__in=list(order),
        published_at__lte=at,
        retired_at=None,
    )
    lessons = lessons.exclude(audience=Audience.STUDENTS).defer("pages")
    found = sorted(lessons, key=lambda one: (order[one.module_id], one.order, one.pk))
    if not found:
        return []
    known = {one.lesson_id: one for one in Progress.objects.filter(person=person, lesson__in=found)}
    return [_step(one, known.get(one.pk)) for one in found]


def next_step(steps: Sequence[Step]) -> Step | None:
    """What was begun goes before what was not."""
    left = [one for one in steps if one.completed_at is None]
    return next((one for one in left if one.begun), left[0] if left else None)


def online_hours(module: Module, steps: Iterable[Step]) -> Decimal:
    """学时 earned in a module by its lessons: its hours × completed ÷ all seconds, to the half."""
    own = [one for one in steps if one.lesson.module_id == module.pk]
    total = sum(one.lesson.seconds for one in own)
    if not total:
        return Decimal(0)
    done = sum(one.lesson.seconds for one in own if one.completed_at is not None)
    return (Decimal(module.hours * done) / total / HALF).to_integral_value(ROUND_FLOOR) * HALF


def learned_by(person: Person) -> Learned:
    """Completed lessons, and the real time that they took."""
    rows = Progress.objects.filter(person=person, completed_at__isnull=False)
    sums = rows.aggregate(lessons=Count("pk"), spent=Sum("spent"))
    return Learned(sums["lessons"], round((sums["spent"] or 0) / 60))


def _step(lesson: Lesson, progress: Progress | None) -> Step:
    if progress is None:
        return Step(lesson, 0, None)
    return Step(lesson, progress.reached, progress.completed_at)

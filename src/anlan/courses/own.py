"""What a learner reads: the own syllabi, their lessons, and how far each has come."""

import math
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from django.db.models import Q

from anlan.courses.models import (
    SLOT_SECONDS,
    Audience,
    Lesson,
    Module,
    Progress,
    Style,
    Syllabus,
)
from anlan.courses.shelves import sees
from anlan.courses.taught import taught_to
from anlan.foundation.accounts.models import User
from anlan.identity.models import Employment, Person
from anlan.identity.queries import person_of

SHORT = (Style.MICRO, Style.ANIMATION)


@dataclass(frozen=True)
class Line:
    """A lesson with how far its learner has come; `percent` of the slots, 100 when completed."""

    lesson: Lesson
    percent: int
    completed: bool

    @property
    def minutes(self) -> int:
        return max(1, round(self.lesson.seconds / 60))

    @property
    def begun(self) -> bool:
        return self.percent > 0 and not self.completed


@dataclass(frozen=True)
class Part:
    """A module with its open lessons."""

    module: Module
    lines: tuple[Line, ...]


@dataclass(frozen=True)
class Course:
    """One syllabus as its learner reads it."""

    syllabus: Syllabus
    parts: tuple[Part, ...]

    @property
    def lines(self) -> list[Line]:
        return [line for part in self.parts for line in part.lines]

    @property
    def done(self) -> int:
        return sum(line.completed for line in self.lines)

    @property
    def minutes(self) -> int:
        return round(sum(line.lesson.seconds for line in self.lines) / 60)

    @property
    def next(self) -> Line | None:
        """What was begun goes before what was not."""
        left = [line for line in self.lines if not line.completed]
        return next((line for line in left if line.begun), left[0] if left else None)


def courses_of(user: User) -> list[Course]:
    """The syllabi of the own trade and role, and of the own classes."""
    person = person_of(user)
    if person is None:
        return []
    rows = Syllabus.objects.filter(_own(person)).distinct().prefetch_related("places__module")
    return _courses(user, person, sorted(rows, key=lambda one: one.key))


def course_of(user: User, uid: UUID) -> Course:
    """Any syllabus may be read; progress is the reader's own."""
    found = Syllabus.objects.prefetch_related("places__module").get(uid=uid)
    return _courses(user, person_of(user), [found])[0]


def short_ones(user: User) -> list[Line]:
    """Micro-courses and animations of the city: for everybody, students above all."""
    rows = Lesson.objects.filter(sees(user), owner=None, style__in=SHORT)
    return _lines(rows.order_by("-published_at", "id"), person_of(user))


def _own(person: Person) -> Q:
    wanted = Q(pk__in=[one.syllabus for one in taught_to([person.pk])])
    for job in Employment.objects.filter(person=person, until=None).select_related("organization"):
        wanted |= Q(industry=job.organization.key_industry, role=job.role)
    return wanted


def _courses(user: User, person: Person | None, syllabi: list[Syllabus]) -> list[Course]:
    modules = {place.module for one in syllabi for place in one.places.all()}
    rows = Lesson.objects.filter(sees(user), module__in=modules).exclude(audience=Audience.STUDENTS)
    shelf: dict[int, list[Line]] = defaultdict(list)
    for line in _lines(rows.order_by("owner", "order", "id"), person):
        shelf[line.lesson.module_id].append(line)
    return [
        Course(
            one,
            tuple(
                Part(place.module, tuple(shelf[place.module.pk]))
                for place in one.places.all()
                if shelf.get(place.module.pk)
            ),
        )
        for one in syllabi
    ]


def _lines(lessons: Iterable[Lesson], person: Person | None) -> list[Line]:
    found = list(lessons)
    rows = Progress.objects.filter(person=person, lesson__in=found) if person else []
    known = {one.lesson_id: one for one in rows}
    return [_line(one, known.get(one.pk)) for one in found]


def _line(lesson: Lesson, progress: Progress | None) -> Line:
    if progress is None:
        return Line(lesson, 0, False)
    if progress.completed_at is not None:
        return Line(lesson, 100, True)
    slots = max(1, math.ceil(lesson.seconds / SLOT_SECONDS))
    return Line(lesson, min(99, progress.seen * 100 // slots), False)

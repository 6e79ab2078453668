"""补学时: what half-days made up elsewhere are worth, and where one may be made up.

A half-day made up is worth what was missed of it, at most what was earned at the other class's
half-day on the same module, or all of it once the module's online lessons are done. All together
never more than the rule's share of the class (`makeup.hours_share_max`).
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.db.models import Q, QuerySet

from anlan.attendance.queries import worths
from anlan.classes.models import Enrolment, HoursMadeUp, Session, Status
from anlan.courses.models import Lesson, Progress
from anlan.foundation.rules.queries import Rulebook


@dataclass(frozen=True)
class Credit:
    """One half-day made up: what it is worth now, 0 while it is only arranged."""

    made: HoursMadeUp
    hours: Decimal
    words: str


def credits_of(
    people: Sequence[Enrolment], *, planned: int, rules: Rulebook
) -> dict[int, list[Credit]]:
    """Enrolment id → half-days made up with their worth. One read while there are none."""
    arranged = HoursMadeUp.objects.filter(enrolment__in=people, withdrawn_at=None)
    rows = list(
        arranged.select_related(
            "enrolment", "session__register", "session__module", "host__register", "host__klass"
        )
    )
    if not rows:
        return {}
    missed, elsewhere = _worths(rows, own=True), _worths(rows, own=False)
    learned = _learned(rows)
    most = Decimal(str(rules.number("makeup.hours_share_max"))) * planned
    found: dict[int, list[Credit]] = defaultdict(list)
    left: dict[int, Decimal] = defaultdict(lambda: most)
    for row in rows:
        person = row.enrolment.person_id
        earned = missed.get((row.session.register_id or 0, person), Decimal(0))
        lacking = max(Decimal(0), row.session.hours - earned)
        if row.host:
            got = elsewhere.get((row.host.register_id or 0, person), Decimal(0))
        else:
            got = lacking if (row.session.module_id, person) in learned else Decimal(0)
        hours = min(lacking, got, left[row.enrolment_id])
        left[row.enrolment_id] -= hours
        found[row.enrolment_id].append(Credit(row, hours, _words(row, hours)))
    return dict(found)


def hosts_for(session: Session, *, at: datetime) -> QuerySet[Session]:
    """Half-days of the provider's other classes on the same module that are still to come."""
    found = Session.objects.filter(
        module=session.module_id,
        klass__provider=session.klass.provider_id,
        klass__status__in=(Status.APPROVED, Status.RUNNING),
        register__ends_at__gt=at,
        active=True,
    ).exclude(klass=session.klass_id)
    return found.select_related("klass", "register", "venue").order_by("day", "half")


def guests_of(session: Session) -> list[Enrolment]:
    """Learners of other classes who make up hours at this half-day."""
    rows = HoursMadeUp.objects.filter(host=session, withdrawn_at=None)
    found = rows.select_related("enrolment__person", "enrolment__organization", "enrolment__klass")
    return [row.enrolment for row in found]


def lessons_of(session: Session) -> QuerySet[Lesson]:
    """The online lessons that stand for a half-day: of its module, the city's or the provider's."""
    mine = Q(owner=None) | Q(owner=session.klass.provider_id)
    found = Lesson.objects.filter(mine, module=session.module_id, retired_at=None)
    return found.filter(published_at__isnull=False)


def _worths(rows: Iterable[HoursMadeUp], *, own: bool) -> dict[tuple[int, int], Decimal]:
    sessions = [row.session if own else row.host for row in rows]
    registers = [one.register for one in sessions if one and one.register]
    return worths(registers, {row.enrolment.person_id for row in rows})


def _learned(rows: Iterable[HoursMadeUp]) -> set[tuple[int, int]]:
    """(module, person) of whom every online lesson is completed."""
    online = [row for row in rows if row.host is None]
    if not online:
        return set()
    modules = {row.session.module_id for row in online}
    lessons: dict[int, set[int]] = defaultdict(set)
    live = Lesson.objects.filter(module__in=modules, retired_at=None, published_at__isnull=False)
    for pk, module in live.values_list("pk", "module_id"):
        lessons[module].add(pk)
    people = {row.enrolment.person_id for row in online}
    done = Progress.objects.filter(person__in=people, lesson__module__in=modules)
    seen: dict[int, set[int]] = defaultdict(set)
    for person, lesson in done.exclude(completed_at=None).values_list("person_id", "lesson_id"):
        seen[person].add(lesson)
    return {
        (module, person)
        for module, wanted in lessons.items()
        for person in people
        if wanted and wanted <= seen[person]
    }


def _words(row: HoursMadeUp, hours: Decimal) -> str:
    where = f"{row.host.klass.number} 班" if row.host else "线上课"
    if hours:
        return f"已在{where}补 {hours.normalize():f} 学时"
    return f"已安排在{where}补，还没有补上"

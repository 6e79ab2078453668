"""Providers that train more people in a month than their rooms can hold.

The case that this answers: 25 classes and 2,600 certificates in two months, and no premises.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, time

from django.db.models import Count, Q, QuerySet
from django.urls import reverse

from anlan.archives.models import Certificate
from anlan.attendance.models import MarkKind
from anlan.classes.models import Session, TrainingClass
from anlan.courses.models import Mode
from anlan.foundation.rules.queries import Rulebook
from anlan.lib.dates import at_shanghai, month_bounds
from anlan.organizations.models import Organization
from anlan.resources.models import Venue, VenueKind
from anlan.resources.queries import seats
from anlan.supervision.doubts import Doubt, Facts, Link
from anlan.supervision.models import TicketKind


@dataclass
class Month:
    """One provider's month. Demand and capacity are in person half-days, taught face to face."""

    provider: Organization
    first: date
    classes: set[int] = field(default_factory=set)
    signed: int = 0
    certificates: int = 0
    needed: int = 0
    rooms: int = 0
    seats: int = 0
    capacity: int = 0

    @property
    def demand(self) -> int:
        return max(self.signed, self.needed)


def beyond_capacity(classes: Sequence[TrainingClass], rules: Rulebook) -> Iterator[Doubt]:
    """More sign-ins, or certificates times half-days, than seats times half-days of the month.

    Seats are those of the area rule in the rooms that the provider owns or used and that were in
    use; lessons at an enterprise's own place need none and don't count.
    """
    for provider, first in sorted(_months(classes), key=lambda one: (one[0].pk, one[1])):
        month = _month(provider, first, rules)
        if month.demand > month.capacity:
            yield _doubt(month, rules)


def _months(classes: Sequence[TrainingClass]) -> set[tuple[Organization, date]]:
    rows = Session.objects.filter(klass__in=classes, active=True, mode=Mode.OFFLINE)
    named = rows.select_related("klass__provider")
    return {(one.klass.provider, month_bounds(one.day)[0]) for one in named}


def _month(provider: Organization, first: date, rules: Rulebook) -> Month:
    month = Month(provider, first)
    last = month_bounds(first)[1]
    held = _held(provider).filter(day__gte=first, day__lt=last)
    signed = Count("register__marks", filter=Q(register__marks__kind=MarkKind.IN))
    for session in held.annotate(signed=signed):
        month.classes.add(session.klass_id)
        month.signed += session.signed
    month.certificates, month.needed = _certified(provider, first, last)
    used = set(held.values_list("venue", flat=True))
    for venue in _rooms(provider, used, first):
        month.rooms += 1
        month.seats += seats(venue, rules) or 0
    month.capacity = month.seats * rules.whole("supervision.capacity_days") * 2
    return month


def _held(provider: Organization) -> QuerySet[Session]:
    rows = Session.objects.filter(klass__provider=provider, active=True, mode=Mode.OFFLINE)
    return rows.exclude(venue__kind=VenueKind.SITE)


def _certified(provider: Organization, first: date, last: date) -> tuple[int, int]:
    """Certificates of the month, and the half-days face to face that they stand for."""
    rows = Certificate.objects.filter(
        enrolment__klass__provider=provider, issued_on__gte=first, issued_on__lt=last
    )
    by_class = dict(rows.order_by().values_list("enrolment__klass").annotate(n=Count("pk")))
    held = _held(provider).filter(klass__in=by_class)
    halves: dict[int, int] = defaultdict(int)
    for klass in held.values_list("klass", flat=True):
        halves[klass] += 1
    return sum(by_class.values()), sum(n * halves[klass] for klass, n in by_class.items())


def _rooms(provider: Organization, used: set[int], first: date) -> QuerySet[Venue]:
    begins = at_shanghai(first, time())
    in_use = Q(retired_at__isnull=True) | Q(retired_at__gte=begins)
    own = Q(owner=provider) | Q(pk__in=used)
    return Venue.objects.filter(in_use, own).exclude(kind=VenueKind.SITE)


def _doubt(month: Month, rules: Rulebook) -> Doubt:
    name = f"{month.first.year}年{month.first.month}月"
    return Doubt(
        kind=TicketKind.CAPACITY,
        provider=month.provider,
        klass=None,
        evidence=f"{month.first:%Y-%m}",
        said=f"{name}线下培训量超出在用场地可容纳的数量，待核实。",
        facts=_facts(month, name),
        inner=[
            ("每月可用教学日", f"{rules.whole('supervision.capacity_days')} 天，每天两个半天"),
            ("人均面积", f"{rules.number('venue.area_per_person_m2'):g} ㎡"),
        ],
        links=[Link(label="场地台账", url=reverse("resources:ledger"), own=True)],
        subjects=[month.provider.subject],
        scope=f"{month.provider.uid}/{month.first:%Y-%m}",
    )


def _facts(month: Month, name: str) -> Facts:
    return [
        ("培训机构", month.provider.name),
        ("月份", name),
        ("线下开课班次", f"{len(month.classes)} 期"),
        ("线下签到", f"{month.signed:,} 人次"),
        ("颁发证明", f"{month.certificates:,} 张，折 {month.needed:,} 人次"),
        ("在用场地", f"{month.rooms} 处，{month.seats:,} 个座位"),
        ("可容纳", f"{month.capacity:,} 人次"),
    ]

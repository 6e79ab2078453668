"""Reading kits: what can be taken along, what is out, what came back and what became of it."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, F, Q, QuerySet

from anlan.assessments.models import Practical, Sitting, SittingStatus
from anlan.classes import queries as classes
from anlan.classes.models import EnrolmentStatus, TrainingClass, Trial
from anlan.foundation.accounts.models import User
from anlan.kits.models import Conflict, Fate, Kit, Photo, Quarantine, Record, Tablet
from anlan.organizations.models import Organization


def class_for(user: User, uid: uuid.UUID) -> TrainingClass:
    return classes.class_for(user, uid)


def kit_for(user: User, uid: uuid.UUID) -> Kit:
    """One kit of a class that the user may open."""
    found = Kit.objects.select_related("klass__provider", "tablet", "by")
    return found.get(uid=uid, klass__in=classes.visible_to(user))


def conflict_for(user: User, uid: uuid.UUID) -> Conflict:
    found = Conflict.objects.select_related(
        "record__kit__klass__provider", "record__kit__by", "record__tablet", "record__person"
    )
    return found.get(uid=uid, record__kit__klass__in=classes.visible_to(user))


def tablet_for(user: User, uid: uuid.UUID) -> Tablet:
    """A tablet of a provider whose classes the user may open; the policy asks for whom."""
    seen = Kit.objects.filter(klass__in=classes.visible_to(user)).values("tablet")
    return Tablet.objects.select_related("organization").get(uid=uid, pk__in=seen)


def open_sittings(klass: TrainingClass, *, at: datetime) -> QuerySet[Sitting]:
    """Sittings of present learners that nobody has begun."""
    trials = _present_trials(klass).filter(sitting__isnull=False).values("sitting")
    found = Sitting.objects.filter(pk__in=trials, status=SittingStatus.READY, closes_at__gt=at)
    return found.select_related("person", "owner").order_by("pk")


def open_practicals(klass: TrainingClass) -> QuerySet[Practical]:
    """Practicals of present learners that nobody has marked."""
    trials = _present_trials(klass).filter(practical__isnull=False).values("practical")
    found = Practical.objects.filter(pk__in=trials, at__isnull=True)
    return found.select_related("person", "checklist").order_by("pk")


def _present_trials(klass: TrainingClass) -> QuerySet[Trial]:
    present = Q(enrolment__status=EnrolmentStatus.ENROLLED, enrolment__klass=klass)
    return Trial.objects.filter(present)


def tablets_of(organization: Organization) -> QuerySet[Tablet]:
    return Tablet.objects.filter(organization=organization).order_by("-at")


@dataclass(frozen=True)
class Sums:
    """What became of the records of a kit; `total` is their sum, counted on its own."""

    total: int
    applied: int
    duplicate: int
    decided: int
    undecided: int
    waiting: int

    @property
    def conflict(self) -> int:
        return self.decided + self.undecided

    @property
    def add_up(self) -> bool:
        return self.total == self.applied + self.duplicate + self.conflict + self.waiting


def sums_of(kits: Sequence[Kit]) -> dict[int, Sums]:
    """Kit id → what became of its records; one query for all."""
    rows = (
        Kit.objects.filter(pk__in=[kit.pk for kit in kits])
        .values_list("pk")
        .annotate(
            total=Count("records"),
            applied=Count("records", filter=Q(records__fate=Fate.APPLIED)),
            duplicate=Count("records", filter=Q(records__fate=Fate.DUPLICATE)),
            decided=Count(
                "records", filter=Q(records__fate=Fate.CONFLICT) & ~Q(records__conflict__choice="")
            ),
            undecided=Count(
                "records", filter=Q(records__fate=Fate.CONFLICT, records__conflict__choice="")
            ),
            waiting=Count("records", filter=Q(records__fate=Fate.WAITING)),
        )
    )
    return {pk: Sums(*figures) for pk, *figures in rows}


def kits_of(klass: TrainingClass) -> list[Kit]:
    return list(klass.kits.select_related("tablet", "by").order_by("-at"))


def open_conflicts(klass: TrainingClass) -> QuerySet[Conflict]:
    """What waits for a decision, in the order in which it was done."""
    found = Conflict.objects.filter(record__kit__klass=klass, choice="")
    return found.select_related(
        "record__kit__klass", "record__kit__by", "record__tablet", "record__person"
    ).order_by("record__at", "id")


def with_undecided(found: QuerySet[TrainingClass]) -> QuerySet[TrainingClass]:
    """Those of the classes with records that wait for a decision; `undecided` says how many."""
    waits = Q(kits__records__fate=Fate.CONFLICT, kits__records__conflict__choice="")
    counted = found.annotate(undecided=Count("kits__records", filter=waits, distinct=True))
    return counted.filter(undecided__gt=0).order_by("pk")


def decided_conflicts(klass: TrainingClass) -> QuerySet[Conflict]:
    found = Conflict.objects.filter(record__kit__klass=klass).exclude(choice="")
    return found.select_related(
        "record__kit", "record__tablet", "record__person", "decided_by"
    ).order_by("-decided_at")


def records_of(kit: Kit) -> QuerySet[Record]:
    found = kit.records.select_related("person", "conflict", "tablet")
    return found.order_by("no", "fork", "id")


def quarantined_of(tablets: Sequence[Tablet]) -> QuerySet[Quarantine]:
    found = Quarantine.objects.filter(tablet__in=tablets)
    return found.select_related("tablet").order_by("-at")


@dataclass(frozen=True)
class Gap:
    """Numbers of a tablet's chain that have not come, while later ones have."""

    tablet: Tablet
    since: int
    until: int
    behind: int


def gaps_of(tablets: Sequence[Tablet]) -> list[Gap]:
    """Where the chain of a tablet waits; one gap each."""
    found = []
    for tablet in tablets:
        ahead = tablet.records.filter(no__gt=tablet.next_no, fork=False)
        numbers = list(ahead.order_by("no").values_list("no", flat=True))
        if numbers and not tablet.records.filter(no=tablet.next_no, fork=False).exists():
            found.append(Gap(tablet, tablet.next_no, numbers[0] - 1, len(numbers)))
    return found


def waiting_for_photos(tablets: Sequence[Tablet]) -> list[tuple[Tablet, int]]:
    """Tablets with judged records whose photos have not come."""
    waiting = Record.objects.filter(
        tablet__in=tablets, fate=Fate.WAITING, no__lt=F("tablet__next_no"), fork=False
    ).exclude(photo="")
    counted = dict(waiting.values_list("tablet").annotate(n=Count("pk")))
    return [(tablet, counted[tablet.pk]) for tablet in tablets if tablet.pk in counted]


def photo_of(record: Record) -> Photo | None:
    if not record.photo:
        return None
    found = Photo.objects.filter(tablet=record.tablet, sha256=record.photo)
    return found.select_related("file").first()

"""What the rooms below know of enterprises, each fact read once for many of them.

Keys of the answers are primary keys of organisations; who is not in an answer has no such record.
"""

from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db.models import Count, Exists, F, Max, Min, OuterRef, Q, QuerySet
from django.db.models.functions import TruncMonth

from anlan.archives.models import Certificate, CertificateStatus
from anlan.attendance.models import Mark, MarkKind
from anlan.classes.models import Enrolment, Trial
from anlan.classes.models import Status as ClassStatus
from anlan.classes.queries import COUNTED
from anlan.exemplars.spans import Span
from anlan.hazards.models import Grade, Hazard, Source
from anlan.hazards.queries.figures import Kept, kept_by_employers
from anlan.hazards.queries.figures import Period as HazardPeriod
from anlan.hazards.states import OPEN
from anlan.identity.models import Employment
from anlan.injuries.models import Case, Circumstance, Severity
from anlan.injuries.queries.cases import counted
from anlan.organizations.models import InsuredHeadcount
from anlan.visits.models import Inspection, Kind

Pks = Collection[int]
AT_WORK = (Circumstance.WORK, Circumstance.AWAY)


def _there(rows: QuerySet[Employment], on: date) -> QuerySet[Employment]:
    """Who works there on a day."""
    return rows.filter(Q(until__isnull=True) | Q(until__gt=on), since__lte=on)


def roster_sizes(orgs: Pks, on: date) -> dict[int, int]:
    """People on the roster on a day."""
    rows = _there(Employment.objects.filter(organization__in=orgs), on)
    return dict(rows.order_by().values_list("organization").annotate(n=Count("person")))


def insured_sizes(orgs: Pks, span: Span) -> dict[int, tuple[int, date]]:
    """Insured people of the newest month within the span, and that month."""
    rows = InsuredHeadcount.objects.filter(
        organization__in=orgs, month__gte=span.since.replace(day=1), month__lte=span.last
    )
    ordered = rows.order_by("month").values_list("organization", "people", "month")
    return {org: (people, month) for org, people, month in ordered}


def _begun_in(orgs: Pks, span: Span) -> QuerySet[Enrolment]:
    return Enrolment.objects.filter(
        organization__in=orgs,
        status__in=COUNTED,
        klass__first_day__gte=span.since,
        klass__first_day__lte=span.last,
    ).order_by()


def trained(orgs: Pks, span: Span) -> dict[int, tuple[int, date]]:
    """People on the roster who signed in to a class that began in the span; its last first day."""
    signed = Mark.objects.filter(
        register__session__klass=OuterRef("klass"), person=OuterRef("person"), kind=MarkKind.IN
    )
    works = _there(
        Employment.objects.filter(organization=OuterRef("organization"), person=OuterRef("person")),
        span.last,
    )
    rows = _begun_in(orgs, span).filter(
        Exists(signed),
        Exists(works),
        klass__status__in=(ClassStatus.RUNNING, ClassStatus.CLOSED),
    )
    found = rows.values("organization").annotate(
        n=Count("person", distinct=True), on=Max("klass__first_day")
    )
    return {one["organization"]: (one["n"], one["on"]) for one in found}


def passes(orgs: Pks, span: Span) -> dict[int, tuple[int, int, date]]:
    """Learners of closed classes who passed theory and practical, all of them, the last day."""
    theory = Trial.objects.filter(enrolment=OuterRef("pk"), sitting__passed=True)
    practical = Trial.objects.filter(enrolment=OuterRef("pk"), practical__passed=True)
    rows = _begun_in(orgs, span).filter(klass__status=ClassStatus.CLOSED)
    found = rows.values("organization").annotate(
        n=Count("pk"),
        ok=Count("pk", filter=Exists(theory) & Exists(practical)),
        on=Max("klass__last_day"),
    )
    return {one["organization"]: (one["ok"], one["n"], one["on"]) for one in found}


@dataclass(frozen=True)
class InjuryRecords:
    """From when to when the platform knows of injuries at all; without it nothing is "none"."""

    since: date
    known_on: date


def injury_records() -> InjuryRecords | None:
    """The first injury on record and the day of the newest news; None without any case."""
    return _records(counted().aggregate(first=Min("injured_on"), news=Max("known_at")))


def _records(found: dict[str, Any]) -> InjuryRecords | None:
    if found["first"] is None:
        return None
    return InjuryRecords(found["first"], found["news"].date())


def last_injuries(orgs: Pks, span: Span) -> dict[int, date]:
    """The latest injury at work; one whose circumstances nobody has stated counts as at work."""
    rows = _hurt(orgs, span.last).filter(circumstance__in=(*AT_WORK, Circumstance.UNKNOWN))
    return dict(rows.values_list("organization").annotate(on=Max("injured_on")))


@dataclass(frozen=True)
class Serious:
    """Deaths and serious injuries at work; `unclear` cases may or may not be such."""

    certain: int = 0
    unclear: int = 0


def serious_injuries(org: int, since: date, last: date) -> tuple[InjuryRecords | None, Serious]:
    """By injury date, beside what is recorded at all. Unclear: severity or circumstances are not
    stated and could make it one."""
    grave = Q(severity__in=(Severity.DEATH, Severity.SERIOUS))
    unsaid = Q(severity=Severity.UNKNOWN)
    at_work, nowhere = Q(circumstance__in=AT_WORK), Q(circumstance=Circumstance.UNKNOWN)
    own = Q(organization=org, injured_on__gte=since, injured_on__lte=last)
    found = counted().aggregate(
        first=Min("injured_on"),
        news=Max("known_at"),
        certain=Count("pk", filter=own & grave & at_work),
        unclear=Count("pk", filter=own & ((unsaid & (at_work | nowhere)) | (grave & nowhere))),
    )
    return _records(found), Serious(found["certain"], found["unclear"])


def injury_days(orgs: Pks, since: date, last: date) -> dict[int, list[date]]:
    """Days of injuries at work (or of unstated circumstances), for windows to be looked at."""
    rows = _hurt(orgs, last).filter(
        injured_on__gte=since, circumstance__in=(*AT_WORK, Circumstance.UNKNOWN)
    )
    found: dict[int, list[date]] = {}
    for org, day in rows.values_list("organization", "injured_on"):
        found.setdefault(org, []).append(day)
    return found


def _hurt(orgs: Pks, last: date) -> QuerySet[Case]:
    return counted().filter(organization__in=orgs, injured_on__lte=last).order_by()


def rectification(orgs: Pks, span: Span) -> dict[int, Kept]:
    """Orders due in the span and kept in time, by the written rule of the room hazards."""
    period = HazardPeriod(span.begins, span.ends, span.ends)
    return kept_by_employers(orgs, period)


def overdue_major(orgs: Pks, span: Span) -> dict[int, int]:
    """Major hazards whose present step has run out, at the end of the span."""
    rows = Hazard.objects.filter(
        organization__in=orgs, grade=Grade.MAJOR, status__in=OPEN, due_at__lt=span.ends
    )
    return dict(rows.order_by().values_list("organization").annotate(n=Count("pk")))


def self_check_months(orgs: Pks, span: Span) -> dict[int, int]:
    """Calendar months of the span in which the enterprise handed in a self-inspection, or reported
    a hazard that it found itself."""
    told, walked = (
        rows.filter(**{f"{moment}__gte": span.begins, f"{moment}__lt": span.ends})
        .order_by()
        .values_list("organization", TruncMonth(moment))
        for rows, moment in (
            (Hazard.objects.filter(organization__in=orgs, source=Source.SELF_CHECK), "reported_at"),
            (
                Inspection.objects.filter(organization__in=orgs, kind=Kind.SELF_CHECK),
                "handed_in_at",
            ),
        )
    )
    return Counter(body for body, _ in told.union(walked))


def revoked_certificates(orgs: Pks, span: Span) -> dict[int, int]:
    """Certificates of the enterprise's people that were revoked in the span."""
    rows = Certificate.objects.filter(
        status=CertificateStatus.REVOKED,
        revoked_at__gte=span.begins,
        revoked_at__lt=span.ends,
        enrolment__organization__in=orgs,
    ).annotate(org=F("enrolment__organization"))
    return dict(rows.order_by().values_list("org").annotate(n=Count("pk")))


def days_between(since: date, until: date) -> int:
    return (until - since) // timedelta(days=1)

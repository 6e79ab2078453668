"""Reads of cases and of their records: who sees which, filters, what is overdue, the lags."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.db.models import F, Q, QuerySet

from anlan.foundation.accounts.models import Role, ScopeKind, User
from anlan.foundation.accounts.queries import reach
from anlan.foundation.codes.models import System
from anlan.foundation.files.models import StoredFile
from anlan.identity.models import Employment
from anlan.injuries.fields import types_changed_on
from anlan.injuries.models import (
    Appraisal,
    AppraisalStatus,
    Case,
    Recognition,
    RecognitionStatus,
    Report,
)
from anlan.organizations.models import Organization


def counted() -> QuerySet[Case]:
    """The city's own cases: not taken back, and not figures of elsewhere that test methods."""
    city = Q(source=None) | Q(source__foreign=False)
    return Case.objects.filter(city, withdrawn_at=None)


def visible_to(user: User) -> QuerySet[Case]:
    """City: all; district: where it happened; department: its industries; officer: the own ones."""
    seen = reach(user)
    if seen.whole_city:
        return counted()
    own = Q(organization__uid__in=seen.keys(ScopeKind.ORGANIZATION, Role.SAFETY_OFFICER))
    place = Q(district__in=seen.districts)
    trade = Q(key_industry__in=seen.industries)
    return counted().filter(own | place | trade)


def case_for(user: User, uid: UUID | str) -> Case:
    """The case if the user may see it; `Case.DoesNotExist` otherwise."""
    rows = visible_to(user).select_related(
        "organization", "person", "source", "batch", "report", "report__by", "recognition"
    )
    return rows.get(uid=uid)


def reports_of(user: User) -> QuerySet[Report]:
    """What the user has reported, the newest first."""
    rows = Report.objects.filter(by=user, case__withdrawn_at=None)
    return rows.select_related("case", "case__organization").order_by("-reported_at", "-id")


def reported_before(user: User, nonce: UUID) -> Report | None:
    """What this user's phone has sent under this number already."""
    return Report.objects.filter(by=user, nonce=nonce).select_related("case").first()


def photo_for(user: User, uid: UUID | str) -> StoredFile:
    """A photo of a 快报 that the user may see in full: it shows as much as the narrative tells."""
    file = StoredFile.objects.get(uid=uid)
    seen = reach(user)
    rows = Report.objects.filter(photos=file, case__in=visible_to(user))
    if not seen.has(Role.CITY_OFFICIAL):
        rows = rows.filter(Q(case__district__in=seen.districts) | Q(by=user))
    if not rows.exists():
        raise StoredFile.DoesNotExist
    return file


def cases_of_photo(user: User, file: StoredFile) -> QuerySet[Case]:
    """The cases that the user may see whose 快报 has this photo."""
    rows = visible_to(user).filter(report__photos=file).distinct()
    return rows.defer("narrative").select_related("person")


@dataclass(frozen=True)
class Filters:
    """What the ledger of cases is narrowed by; empty means everything. `type_code` is list@code."""

    district: str = ""
    key_industry: str = ""
    type_code: str = ""
    severity: str = ""
    circumstance: str = ""
    since: date | None = None
    until: date | None = None


def filtered(rows: QuerySet[Case], by: Filters) -> QuerySet[Case]:
    """Cases that fit every filter given, the latest injury first."""
    exact = {
        "district": by.district,
        "key_industry": by.key_industry,
        "severity": by.severity,
        "circumstance": by.circumstance,
        "injured_on__gte": by.since,
        "injured_on__lte": by.until,
    }
    rows = rows.filter(**{name: value for name, value in exact.items() if value})
    if by.type_code:
        system, _, code = by.type_code.partition("@")
        newer = Q(injured_on__gte=types_changed_on())
        rows = rows.filter(newer if system == System.GB_6441_2025 else ~newer, type_code=code)
    return rows.order_by("-injured_on", "-id")


def severities(rows: QuerySet[Case]) -> dict[str, int]:
    """How many cases of each severity: headcounts, never records."""
    return {word: rows.filter(severity=word).count() for word in ("death", "serious")}


def roster(organization: Organization) -> QuerySet[Employment]:
    """Who works there now, by name."""
    rows = Employment.objects.filter(organization=organization, until=None)
    return rows.select_related("person").order_by("person__name", "id")


def reporting_for(user: User) -> Organization | None:
    """The enterprise that a safety officer reports for; of several the first registered."""
    mine = reach(user).keys(ScopeKind.ORGANIZATION, Role.SAFETY_OFFICER)
    return Organization.objects.filter(uid__in=mine).order_by("registered_at", "id").first()


def late_reports(user: User) -> QuerySet[Report]:
    """快报 that came after their time."""
    rows = Report.objects.filter(case__in=visible_to(user), reported_at__gt=F("due_at"))
    return rows.select_related("case", "case__organization").order_by("-reported_at", "-id")


def overdue_recognitions(user: User, *, on: date) -> QuerySet[Recognition]:
    """认定 whose clock has run out: acceptance or decision; one that stands still is never late."""
    running = [
        RecognitionStatus.APPLIED,
        RecognitionStatus.PAPERS_HERE,
        RecognitionStatus.ACCEPTED,
    ]
    rows = Recognition.objects.filter(case__in=visible_to(user), status__in=running, due_on__lt=on)
    return rows.select_related("case", "case__organization").order_by("due_on", "id")


def overdue_appraisals(user: User, *, on: date) -> QuerySet[Appraisal]:
    """鉴定 without a conclusion past its last day."""
    running = [AppraisalStatus.APPLIED, AppraisalStatus.EXTENDED]
    rows = Appraisal.objects.filter(case__in=visible_to(user), status__in=running, due_on__lt=on)
    return rows.select_related("case", "case__organization").order_by("due_on", "id")

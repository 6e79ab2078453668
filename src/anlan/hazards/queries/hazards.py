"""Reads of hazards: whose, what waits for whom, who may be told or sent."""

import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Exists, F, OuterRef, Q, QuerySet

from anlan.foundation.accounts.models import Grant, Role, ScopeKind, User
from anlan.foundation.accounts.queries import reach, users_with
from anlan.foundation.files.models import StoredFile
from anlan.hazards.models import Act, Grade, Hazard, Rectification, Source, Status
from anlan.hazards.states import OPEN
from anlan.identity.models import Employment, Person
from anlan.lib.bigrams import matching
from anlan.organizations import queries as organizations
from anlan.organizations.models import Kind, Organization

OVERDUE, OPEN_ONES, MINE = "overdue", "open", "mine"


def visible_to(user: User) -> QuerySet[Hazard]:
    """City all; district its own; department its industry; an enterprise's safety officer its own.

    Besides, everybody sees what they reported and what they are to rectify.
    """
    mine = reach(user)
    if mine.whole_city:
        return Hazard.objects.all()
    own = mine.keys(ScopeKind.ORGANIZATION, Role.SAFETY_OFFICER)
    ordered = Rectification.objects.filter(hazard=OuterRef("pk"), responsible__user=user)
    return Hazard.objects.filter(
        Q(district__in=mine.districts)
        | Q(industry__in=mine.industries)
        | Q(organization__uid__in=own)
        | Q(reporter=user)
        | Exists(ordered)
    )


def hazard_for(user: User, uid: uuid.UUID) -> Hazard:
    return visible_to(user).select_related("organization", "reporter").get(uid=uid)


def photo_for(user: User, uid: uuid.UUID, file: uuid.UUID) -> StoredFile:
    """A photo of a hazard, for those who see the hazard."""
    shown = Act.objects.filter(hazard=hazard_for(user, uid))
    return StoredFile.objects.filter(pk__in=shown.values("photos")).get(uid=file)


@dataclass(frozen=True)
class Filters:
    """What the ledger is narrowed by; `state` is a status, `open`, `overdue` or `mine`."""

    text: str = ""
    state: str = ""
    grade: str = ""
    district: str = ""
    risk: str = ""


def narrowed(rows: QuerySet[Hazard], by: Filters, *, user: User, at: datetime) -> QuerySet[Hazard]:
    exact = {"grade": by.grade, "district": by.district, "risk": by.risk}
    rows = rows.filter(**{name: value for name, value in exact.items() if value})
    if by.state == OPEN_ONES:
        rows = rows.filter(status__in=OPEN)
    elif by.state == OVERDUE:
        rows = rows.filter(due_at__lt=at)
    elif by.state == MINE:
        rows = rows.filter(_waits_for(user, at))
    elif by.state:
        rows = rows.filter(status=by.state)
    return rows.filter(matching("search", by.text))


def oldest_clock_first(rows: QuerySet[Hazard]) -> QuerySet[Hazard]:
    named = rows.select_related("organization")
    return named.order_by(F("due_at").asc(nulls_last=True), "-reported_at", "-id")


def waiting_for(user: User, at: datetime) -> QuerySet[Hazard]:
    """What this user should do something about now."""
    return visible_to(user).filter(_waits_for(user, at))


def _waits_for(user: User, at: datetime) -> Q:
    """An officer's next acts; an official's: major re-checks, revisits due, what ran out."""
    mine = reach(user)
    own = mine.keys(ScopeKind.ORGANIZATION, Role.SAFETY_OFFICER)
    rectified_by_me = Rectification.objects.filter(
        hazard=OuterRef("pk"), closed_at__isnull=True, rectified_by=user
    )
    recheck = Q(status=Status.RECTIFIED) & ~Q(Exists(rectified_by_me))
    officer = Q(organization__uid__in=own) & (
        Q(status__in=(Status.REPORTED, Status.ACCEPTED, Status.ASSIGNED))
        | (recheck & Q(grade=Grade.GENERAL))
    )
    place = Q() if mine.has(Role.CITY_OFFICIAL) else Q(district__in=mine.districts)
    official = place & (
        (recheck & Q(grade=Grade.MAJOR)) | Q(due_at__lt=at) | Q(escalated_at__isnull=False)
    )
    decides = mine.has(Role.CITY_OFFICIAL, Role.DISTRICT_OFFICIAL)
    return (officer | official) if decides else officer


def reported_by(user: User) -> QuerySet[Hazard]:
    """我上报的, the newest first."""
    own = Hazard.objects.filter(reporter=user).select_related("organization")
    return own.order_by("-reported_at", "-id")


def to_rectify(user: User) -> QuerySet[Hazard]:
    """What somebody is to put right, the nearest deadline first."""
    open_orders = Rectification.objects.filter(closed_at__isnull=True, responsible__user=user)
    rows = Hazard.objects.filter(status=Status.ASSIGNED, rectifications__in=open_orders)
    return rows.select_related("organization").order_by("due_at", "id")


def sent_before(user: User, nonce: uuid.UUID) -> Hazard | None:
    """What this user's phone has sent under this number already."""
    return Hazard.objects.filter(reporter=user, nonce=nonce).first()


def order_of(hazard: Hazard) -> Rectification | None:
    """The order that runs now; None while nobody is told to rectify."""
    rows = hazard.rectifications.filter(closed_at__isnull=True)
    return rows.select_related("responsible", "rectified_by").first()


def orders_of(hazard: Hazard) -> QuerySet[Rectification]:
    return hazard.rectifications.select_related("responsible", "rectified_by", "closed_by")


def acts_of(hazard: Hazard) -> QuerySet[Act]:
    """The newest first; `is_staff` tells who answers for it by name from who is masked."""
    staff = Grant.objects.filter(user=OuterRef("by")).exclude(role=Role.LEARNER)
    rows = hazard.acts.annotate(is_staff=Exists(staff)).select_related("by")
    return rows.prefetch_related("photos").order_by("-at", "-id")


def employers_of(user: User) -> QuerySet[Organization]:
    """Where a user may report: the enterprises whose safety officer or worker they are now."""
    kept = reach(user).keys(ScopeKind.ORGANIZATION, Role.SAFETY_OFFICER)
    works = Employment.objects.filter(person__user=user, until__isnull=True)
    mine = Q(uid__in=kept) | Q(pk__in=works.values("organization"))
    return organizations.approved().filter(mine).order_by("name", "id")


def employer_called(user: User, text: str) -> Organization | None:
    """An employer in an official's reach by its exact name or its credit code."""
    typed = text.strip()
    rows = organizations.visible_to(user).filter(kind=Kind.EMPLOYER)
    return rows.filter(Q(name=typed) | Q(uscc=typed.upper())).first()


def workers_of(organization: Organization) -> QuerySet[Employment]:
    """Who may be made responsible: whoever works there now, by name."""
    rows = Employment.objects.filter(organization=organization, until__isnull=True)
    return rows.select_related("person").order_by("person__name", "id")


def works_there(person: Person, organization: Organization) -> bool:
    return workers_of(organization).filter(person=person).exists()


def officers_of(organization: Organization) -> list[User]:
    return users_with(Role.SAFETY_OFFICER, ScopeKind.ORGANIZATION, str(organization.uid))


def officials_of(hazard: Hazard) -> list[User]:
    """The district's officials; the city's where a district has none yet."""
    return organizations.deciders_of(hazard.organization)


def past_due(at: datetime) -> QuerySet[Hazard]:
    """Whose present step has run out and was not yet told to the district."""
    rows = Hazard.objects.filter(due_at__lt=at, escalated_at__isnull=True)
    return rows.select_related("organization").order_by("due_at", "id")


def sources_shown(hazards: Iterable[Hazard], showing: bool) -> dict[int, str]:
    """The word for each one's source: a tip looks like an inspection to whom it doesn't concern."""
    return {one.pk: source_word(one, showing) for one in hazards}


def source_word(hazard: Hazard, showing: bool) -> str:
    if hazard.source == Source.WHISTLE_BLOW and not showing:
        return str(Source.VISIT.label)
    return str(hazard.get_source_display())
